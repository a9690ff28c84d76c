import Environments
import Foundation
import Networks
import Report

/// What `evaluate` found: every episode, and what they say together.
package struct EvaluationReport: Codable, Sendable, Equatable {
    /// One episode.
    package struct Episode: Codable, Sendable, Equatable {
        /// Its number, which its random numbers are drawn under.
        package var episode: Int
        /// Undiscounted return.
        package var `return`: Double
        /// Steps.
        package var length: Int
        /// D4RL's normalised score of the return.
        package var score: Double
        /// How it ended: "terminal", "timeout" or, when the physics left the finite numbers, "diverged".
        package var end: String
        /// What was done of the environment's tasks, in the order it was done; nil where there are none.
        package var tasks: [String]?
        /// What MuJoCo warned of last; nil for nothing.
        package var warning: String?
    }

    /// Mean, spread and uncertainty of one number over the episodes.
    package struct Summary: Codable, Sendable, Equatable {
        /// Summed in the order of the episodes.
        package var mean: Double
        /// Population standard deviation (divisor n).
        package var std: Double
        /// Of the mean: the sample deviation (divisor n − 1) over √n; nil for a single episode.
        package var standardError: Double?

        init(_ values: [Double]) {
            let n = Double(values.count)
            mean = Statistics.mean(values)
            std = Statistics.populationStandardDeviation(values)
            standardError = n > 1 ? std / (n - 1).squareRoot() : nil
        }
    }

    /// As it was asked for.
    package var environment: String
    /// Path of the policy file.
    package var policy: String
    /// Whose dynamics and rewards: a `DynamicsProfile`.
    package var profile: String
    /// "deterministic" or "stochastic".
    package var actions: String
    /// Of everything random.
    package var seed: Int
    /// In the order of their numbers.
    package var episodes: [Episode]
    /// Undiscounted return.
    package var `return`: Summary
    /// Steps of an episode.
    package var length: Summary
    /// Normalised score.
    package var score: Summary
    /// The share of episodes in which every task was done; nil where there are none.
    package var successRate: Double?
    /// One sentence on the tensors of the policy's file that acting does not need; nil where there are none.
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

    /// Indented JSON with sorted keys and a newline at its end.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// A line for every episode, then the summary.
    package func text() -> String {
        var lines = episodes.map { one in
            String(
                format: "episode %4d  return %10.3f  length %4d  score %7.2f  %@", one.episode, one.return, one.length,
                one.score, one.end)
                + (one.tasks.map { "  " + ($0.isEmpty ? "no task" : $0.joined(separator: ", ")) } ?? "")
                + (one.warning.map { "  MuJoCo warned: \($0)" } ?? "")
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
