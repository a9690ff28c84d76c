import Algorithms
import Numerics

/// One training run: learner, dataset, overrides and seed. They name it, its random streams, its folder and its result;
/// nothing about it depends on rank, host, time or the order of execution.
public struct Case: Sendable, Equatable {
    /// The algorithm, which also picks the preset and the transforms of the data.
    public var learner: LearnerKind
    /// D4RL's name, or ours with `-r1` at its end.
    public var dataset: String
    /// `default`, or the study's overrides: "m=10".
    public var variant: String
    /// Part of the name, and so of every random stream; it seeds nothing else.
    public var seed: Int
    /// The learner's preset with the study's values put in.
    public var hyperparameters: Hyperparameters
    /// Gradient steps.
    public var steps: Int
    /// Gradient steps between evaluations; the last step is always evaluated.
    public var evaluateEvery: Int
    /// Deterministic episodes of an evaluation.
    public var episodes: Int
    /// The column of the table this case belongs to: the learner, with the swept values if there are any.
    public var column: String

    /// LEARNER/DATASET/VARIANT/seed-N, unique within a study and the path below `cases/`.
    public var identifier: String { "\(learner.rawValue)/\(dataset)/\(variant)/seed-\(seed)" }

    /// Where all of the case's random numbers come from.
    public var stream: RandomStream { RandomStream(identifier) }

    /// The effective configuration as YAML, with where each value comes from: `config.yaml`.
    public var configuration: String {
        var lines = [
            "learner: \(learner.rawValue)", "dataset: \(dataset)", "variant: \"\(variant)\"", "seed: \(seed)",
            "steps: \(steps)", "evaluate: {every: \(evaluateEvery), episodes: \(episodes)}",
            "transforms: \"\(hyperparameters.transforms.description)\"", "settings:",
        ]
        for setting in hyperparameters.settings {
            lines.append("  \(setting.key): \(setting.value)  # \(setting.origin)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whether the policy is evaluated after `step` gradient steps.
    public func isEvaluated(after step: Int) -> Bool { step % evaluateEvery == 0 || step == steps }

    /// Predicted cost, in multiply-adds: the gradient steps, and the evaluations at what they are worth.
    ///
    /// A full-length episode of a locomotion task takes about as long as 6 · 10⁹ multiply-adds of training.
    public func cost(states: Int, actions: Int) -> Double {
        let evaluations = Double((steps + evaluateEvery - 1) / evaluateEvery)
        return Double(steps) * learner.multiplyAdds(hyperparameters, states: states, actions: actions)
            + evaluations * Double(episodes) * 6e9
    }
}
