import Environments
import Foundation
import PeerTraces
import Testing

/// Single steps from random states agree with Gymnasium's environments. The traces are committed so that no Python is
/// needed; Tests/Peers/run.sh compares a thousand new states each.
@Suite struct PeerFixtureTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Peers/fixtures")
    static let locomotion = ["Hopper", "HalfCheetah", "Walker2d"].flatMap { [$0 + "-v4", $0 + "-v5"] }
    static let mazes = ["UMaze", "Medium", "Large"].map { "AntMaze_\($0)-v4" }

    private func trace(_ peer: String) throws -> PeerTrace {
        try PeerTrace(Self.folder.appendingPathComponent("\(peer).h5").path)
    }

    @Test func nothingIsLeftOut() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(files.sorted() == (Self.locomotion + Self.mazes).map { $0 + ".h5" }.sorted())
    }

    @Test(arguments: locomotion + mazes) func agrees(_ peer: String) throws {
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
