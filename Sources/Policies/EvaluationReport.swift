import Environments
import Foundation
import Networks
import Report
import Storage

/// The result of `evaluate`: every episode, and statistics over them.
package struct EvaluationReport: Codable, Sendable, Equatable {
    package struct Episode: Codable, Sendable, Equatable {
        /// The episode's number, which determines its random numbers.
        package var episode: Int
        /// The undiscounted return.
        package var `return`: Double
        /// The number of steps.
        package var length: Int
        /// D4RL's normalised score of the return.
        package var score: Double
        /// How the episode ended: "terminal", "timeout" or, if the simulation diverged, "diverged".
        package var end: String
        /// The environment's tasks that were completed, in order; nil if the environment has none.
        package var tasks: [String]?
        /// MuJoCo's last warning; nil if there was none.
        package var warning: String?
    }

    /// Mean, spread and uncertainty of a quantity over the episodes.
    package struct Summary: Codable, Sendable, Equatable {
        /// The mean, summed in the order of the episodes.
        package var mean: Double
        /// Population standard deviation (divisor n).
        package var std: Double
        /// Standard error of the mean: the sample standard deviation (divisor n − 1) over √n; nil for a single episode.
        package var standardError: Double?

        init(_ values: [Double]) {
            let n = Double(values.count)
            mean = Statistics.mean(values)
            std = Statistics.populationStandardDeviation(values)
            standardError = n > 1 ? std / (n - 1).squareRoot() : nil
        }
    }

    /// The environment as the user named it.
    package var environment: String
    /// The path of the policy file.
    package var policy: String
    /// The `DynamicsProfile` of dynamics and rewards.
    package var profile: String
    /// "deterministic" or "stochastic".
    package var actions: String
    /// The seed of all random numbers.
    package var seed: Int
    /// The episodes in order of their numbers.
    package var episodes: [Episode]
    /// The undiscounted return.
    package var `return`: Summary
    /// The number of steps per episode.
    package var length: Summary
    /// The normalised score.
    package var score: Summary
    /// The fraction of episodes in which all tasks were completed; nil if the environment has none.
    package var successRate: Double?
    /// A sentence on the tensors in the policy's file that are not used for acting; nil if there are none.
    package var note: String?

    init(
        _ request: PolicyEvaluation.Request, _ profile: DynamicsProfile, _ snapshot: PolicySnapshot,
        _ specification: EnvironmentSpecification, _ outcomes: [EpisodeOutcome]
    ) {
        note = snapshot.note(onIgnored: request.policy)
        environment = request.environment
        policy = request.policy
        self.profile = profile.rawValue
        actions = "\(request.mode)"
        seed = request.seed
        let hasTasks = !specification.tasks.isEmpty
        episodes = outcomes.enumerated().map { k, outcome in
            Episode(
                episode: k, return: outcome.totalReward, length: outcome.length,
                score: specification.normalisedScore(return: outcome.totalReward),
                end: outcome.diverged ? "diverged" : outcome.terminal ? "terminal" : "timeout",
                tasks: hasTasks ? outcome.completedTasks : nil, warning: outcome.warning)
        }
        `return` = Summary(episodes.map(\.return))
        length = Summary(episodes.map { Double($0.length) })
        score = Summary(episodes.map(\.score))
        let successes = outcomes.filter { Set($0.completedTasks).count == specification.tasks.count }
        successRate = hasTasks ? Double(successes.count) / Double(outcomes.count) : nil
    }

    /// Indented JSON with sorted keys and a final newline.
    package func json() throws -> String {
        try jsonText(self) + "\n"
    }

    /// One line per episode, then the summary.
    package func text() -> String {
        var lines = episodes.map { line in
            String(
                format: "episode %4d  return %10.3f  length %4d  score %7.2f  %@", line.episode, line.return,
                line.length,
                line.score, line.end)
                + (line.tasks.map { "  " + ($0.isEmpty ? "no task" : $0.joined(separator: ", ")) } ?? "")
                + (line.warning.map { "  MuJoCo warned: \($0)" } ?? "")
        }
        let count = "\(episodes.count) episode\(episodes.count == 1 ? "" : "s")"
        lines.append("\(environment), \(count), \(actions) actions, profile \(profile), seed \(seed)")
        for (name, summary) in [("return", `return`), ("length", length), ("normalised score", score)] {
            let error = summary.standardError.map { String(format: ", standard error %.3f", $0) } ?? ""
            lines.append(name + String(format: " %.3f ± %.3f", summary.mean, summary.std) + error)
        }
        if let successRate { lines.append(String(format: "success rate %.3f", successRate)) }
        return lines.joined(separator: "\n") + "\n"
    }
}
