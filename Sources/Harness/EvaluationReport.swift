import Environments
import Foundation
import Networks
import Report

/// What `evaluate` found: every episode, and what they say together.
public struct EvaluationReport: Codable, Sendable, Equatable {
    /// One episode.
    public struct Episode: Codable, Sendable, Equatable {
        /// Its number, which its random numbers are drawn under.
        public var episode: Int
        /// Undiscounted return.
        public var `return`: Double
        /// Steps.
        public var length: Int
        /// D4RL's normalised score of the return.
        public var score: Double
        /// How it ended: "terminal", "timeout" or, when the physics left the finite numbers, "diverged".
        public var end: String
        /// What was done of the environment's tasks, in the order it was done; nil where there are none.
        public var tasks: [String]?
        /// What MuJoCo warned of last; nil for nothing.
        public var warning: String?
    }

    /// Mean, spread and uncertainty of one number over the episodes.
    public struct Summary: Codable, Sendable, Equatable {
        /// Summed in the order of the episodes.
        public var mean: Double
        /// Population standard deviation (divisor n).
        public var std: Double
        /// Of the mean: the sample deviation (divisor n − 1) over √n; nil for a single episode.
        public var standardError: Double?

        init(_ values: [Double]) {
            let n = Double(values.count)
            mean = Statistics.mean(values)
            std = Statistics.populationStandardDeviation(values)
            standardError = n > 1 ? std / (n - 1).squareRoot() : nil
        }
    }

    /// As it was asked for.
    public var environment: String
    /// Path of the policy file.
    public var policy: String
    /// Whose dynamics and rewards: a `DynamicsProfile`.
    public var profile: String
    /// "deterministic" or "stochastic".
    public var actions: String
    /// Of everything random.
    public var seed: Int
    /// In the order of their numbers.
    public var episodes: [Episode]
    /// Undiscounted return.
    public var `return`: Summary
    /// Steps of an episode.
    public var length: Summary
    /// Normalised score.
    public var score: Summary
    /// The share of episodes in which every task was done; nil where there are none.
    public var successRate: Double?
    /// One sentence on the tensors of the policy's file that acting does not need; nil where there are none.
    public var note: String?

    init(
        _ request: PolicyEvaluation.Request, _ profile: DynamicsProfile, _ snapshot: PolicySnapshot,
        _ specification: EnvironmentSpecification, _ outcomes: [EpisodeOutcome]
    ) {
        note = snapshot.note(onPassedOver: request.policy)
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
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// A line for every episode, then the summary.
    public func text() -> String {
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
