import Environments
import Foundation
import PeerTraces
import Suites
import Testing

/// Single steps from random states agree with Gymnasium's environments. The traces are committed so that no Python is
/// needed; Tests/Peers/run.sh compares a thousand new states each.
@Suite struct PeerFixtureTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Peers/fixtures")
    /// The ids of the fixtures, by the suite of their environments.
    private static let fixtures: [(peer: String, environment: String, profile: DynamicsProfile, suite: TaskSuite?)] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.sorted().compactMap { file in
            guard let trace = try? PeerTrace(folder.appendingPathComponent(file).path) else { return nil }
            let suite = EnvironmentRegistry.suite(ofDataset: trace.environment)
            return (trace.peer, trace.environment, trace.profile, suite)
        }
    }()
    static let all = fixtures.map(\.peer)
    static let locomotion = fixtures.filter { $0.suite == .locomotion }.map(\.peer)
    static let mazes = fixtures.filter { $0.suite == .antmaze }.map(\.peer)

    private func trace(_ peer: String) throws -> PeerTrace {
        try PeerTrace(Self.folder.appendingPathComponent("\(peer).h5").path)
    }

    /// Every environment whose files come with the program has a fixture for each set of rules that Gymnasium has for it.
    @Test func nothingIsLeftOut() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(files.sorted() == Self.all.map { $0 + ".h5" }.sorted())
        for family in EnvironmentRegistry.families {
            let profiles = Set(family.gymnasium.profiles.values).subtracting([.d4rl])
            for environment in family.environments where !environment.needsAssets {
                let found = Self.fixtures.filter { $0.environment == environment.name }.map(\.profile)
                #expect(found.count == profiles.count && Set(found) == profiles, "\(environment.name)")
            }
        }
        #expect(!Self.locomotion.isEmpty && !Self.mazes.isEmpty)
    }

    @Test(arguments: all) func agrees(_ peer: String) throws {
        let trace = try trace(peer)
        #expect(trace.peer == peer && trace.count == 60)
        let comparison = try PeerComparison(trace)
        #expect(comparison.observation.count == 60)
        #expect(comparison.agreement(within: 1e-9) >= trace.expectedAgreement, "\(spread(comparison.state))")
    }

    @Test(arguments: mazes) func rewardAtTheGoal(_ peer: String) throws {
        let trace = try trace(peer)
        let successes = trace.rewards.count { $0 == 1 }
        #expect(successes > 5 && successes < 40 && trace.rewards.count { $0 == 0 } == 60 - successes)
        #expect(try PeerComparison(trace).reward.allSatisfy { $0 == 0 })
        #expect(!trace.terminals.contains(true))
    }

    /// The fixtures distinguish the profiles in everything in which the profiles differ.
    @Test(arguments: locomotion) func disagreesWithLegacyInertia(_ peer: String) throws {
        var trace = try trace(peer)
        trace.profile = .d4rl
        let comparison = try PeerComparison(trace)
        #expect(comparison.state.count { $0 > 1e-4 } > 50)
        #expect(comparison.reward.count { $0 > 1e-4 } > 40)
        #expect(comparison.agreement(within: 1e-9) < 0.1)
    }

    @Test(arguments: [("Hopper-v5", false), ("Walker2d-v5", true)])
    func versionsDiffer(_ peer: String, inTheModelToo: Bool) throws {
        var trace = try trace(peer)
        trace.profile = .gymnasium
        let comparison = try PeerComparison(trace)
        let falls = trace.terminals.indices.filter { trace.terminals[$0] }
        #expect(falls.count > 10 && falls.count < 50)
        for i in falls where comparison.state[i] < 1e-9 { #expect(abs(comparison.reward[i] - 1) < 1e-9) }
        #expect(comparison.state.contains { $0 > 1e-4 } == inTheModelToo, "the right foot's friction differs")
    }
}
