import ArgumentParser
import Benchmarks
import Environments
import Foundation
import Storage

/// `active-bench bench rollout`: measures control steps per second, compared with a bare loop of the simulator.
struct BenchRollout: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Time control steps: with a policy, with known actions, and in a bare C loop of mj_step.",
        discussion: """
            All three visit the same states, including resets, unless --script gives the known actions: an HDF5 file of \
            start states (positions [E, nq], velocities [E, nv]) and actions [N, nu]; step t of episode e takes row \
            (e·T + t) mod N, where T is the time limit. jobs/peers/environments.sh runs the same file in Gymnasium.
            """)

    @Option(help: "Environment.")
    var env: String
    @Option(
        help: """
            Dynamics and rewards: \(DynamicsProfile.allCases.map(\.rawValue).joined(separator: ", ")) (default: what the \
            environment's name implies, such as gymnasium for Hopper-v4, otherwise d4rl).
            """)
    var profile: DynamicsProfile?
    @Option(help: "Policy file (default: an untrained policy, which soon falls).")
    var policy: String?
    @Option(help: "HDF5 file of start states and actions.")
    var script: String?
    @Option(help: "Episodes in a repetition; a script has its own number.")
    var episodes = 40
    @Option(help: "Number of these episodes, from the first, that are also run with the policy (default: all).")
    var policyEpisodes: Int?
    @Option(help: "Repetitions, of which medians are taken, after one that is not counted.")
    var repetitions = 5
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard episodes > 0 else { throw ValidationError("--episodes: expected 1 or more, found \(episodes)") }
        guard policyEpisodes ?? 1 > 0 else {
            throw ValidationError("--policy-episodes: expected 1 or more, found \(policyEpisodes ?? 0)")
        }
        guard repetitions > 0 else { throw ValidationError("--repetitions: expected 1 or more, found \(repetitions)") }
    }

    func run() throws {
        var subject = RolloutBenchmark.Subject(env)
        subject.profile = profile
        subject.policy = policy
        subject.script = script
        var benchmark = RolloutBenchmark()
        benchmark.episodes = episodes
        benchmark.policyEpisodes = policyEpisodes
        benchmark.repetitions = repetitions
        try runAlone {
            let result = try benchmark.measure(subject)
            try emit(line: json ? try Self.json(result) : Self.line(result))
        }
    }

    /// The result as one line of text.
    static func line(_ result: RolloutBenchmark.Result) -> String {
        String(
            format: "%@ rollout: %.0f steps/s with a policy, %.0f with known actions (ratio %.2f), "
                + "%.0f in a bare loop of mj_step (ratio %.3f)",
            result.environment, result.withPolicy, result.withKnownActions, result.policyRatio, result.bareLoop,
            result.bareRatio)
    }

    private static func json(_ result: RolloutBenchmark.Result) throws -> String { try jsonText(result, as: .line) }
}
