package import Algorithms
import Datasets
import Foundation
package import Numerics
import Storage

/// One training run: learner, dataset, overrides and seed. These name it, its random streams, its folder and its
/// result; nothing about it depends on rank, host, time or the order of execution.
package struct StudyCase: Sendable, Equatable {
    /// The learner, which also determines the preset and the transforms of the data.
    package var learner: LearnerDefinition
    /// The dataset, with the environment of its evaluation.
    package var data: DatasetReference
    /// `default`, or the study's overrides such as "m=10".
    package var variant: String
    /// The seed, which is part of the name and so of every random stream.
    package var seed: Int
    /// The learner's preset with the study's values applied.
    package var hyperparameters: Hyperparameters
    /// The number of gradient steps.
    package var steps: Int
    /// Gradient steps between evaluations; the last step is always evaluated.
    package var evaluateEvery: Int
    /// Deterministic episodes per evaluation.
    package var episodes: Int
    /// Deterministic episodes of the evaluation after the last step.
    package var finalEpisodes: Int
    /// The case's column in the table: the learner, with the swept values if there are any.
    package var column: String

    package init(
        learner: LearnerDefinition, data: DatasetReference, variant: String, seed: Int,
        hyperparameters: Hyperparameters,
        steps: Int, evaluateEvery: Int, episodes: Int, finalEpisodes: Int, column: String
    ) {
        self.learner = learner
        self.data = data
        self.variant = variant
        self.seed = seed
        self.hyperparameters = hyperparameters
        self.steps = steps
        self.evaluateEvery = evaluateEvery
        self.episodes = episodes
        self.finalEpisodes = finalEpisodes
        self.column = column
    }

    package var dataset: String { data.name }

    /// LEARNER/DATASET/VARIANT/seed-N, unique within a study; the case's path below `cases/`.
    package var identifier: String { "\(learner.name)/\(data.folderName)/\(variant)/seed-\(seed)" }

    /// The source of all the case's random numbers: its name without the precision. A case in bfloat16 thus starts from
    /// the same weights and sees the same batches as the case in full precision, so that they differ only in rounding.
    package var stream: RandomStream {
        let words = variant.split(separator: ",").filter { !$0.hasPrefix("precision=") }
        let name = words.isEmpty ? "default" : words.joined(separator: ",")
        return RandomStream("\(learner.name)/\(dataset)/\(name)/seed-\(seed)")
    }

    /// The effective configuration as YAML with the origin of each value: `config.yaml`. Full precision is not
    /// mentioned.
    package var configuration: String {
        let final = finalEpisodes == episodes ? "" : ", final_episodes: \(finalEpisodes)"
        let subject = ["learner: \(learner.name)", "dataset: \(dataset)"] + data.configuration
        let lines = [
            "variant: \"\(variant)\"", "seed: \(seed)", "steps: \(steps)",
            "evaluate: {every: \(evaluateEvery), episodes: \(episodes)\(final)}",
            "transforms: \"\(hyperparameters.transforms.description)\"", "settings:",
        ]
        // Full precision is omitted, so that folders and checkpoints from before there was a choice remain valid.
        let settings = hyperparameters.settings.filter {
            $0.key != "precision" || $0.value != .word(Precision.full.rawValue)
        }
        return (subject + lines + settings.map { "  \($0.line)" }).joined(separator: "\n") + "\n"
    }

    /// SHA-256 in hexadecimal of the values of `configuration` without its comments.
    package var configurationDigest: String {
        let digest = SHA256Digest()
        Array(StudyCase.values(ofConfiguration: configuration).joined(separator: "\n").utf8).withUnsafeBytes {
            digest.update($0)
        }
        return digest.hexadecimal
    }

    /// Gradient steps between two rows of the learning curve; there is also a row before every evaluation.
    package static let curveInterval = 500

    /// Whether the learning curve has a row after `step` gradient steps.
    package func hasCurveRow(after step: Int) -> Bool {
        step % StudyCase.curveInterval == 0 || step == 1 || isEvaluated(after: step)
    }

    /// Whether the policy is evaluated after `step` gradient steps.
    package func isEvaluated(after step: Int) -> Bool { step % evaluateEvery == 0 || step == steps }

    /// Deterministic episodes of the evaluation after `step` gradient steps.
    package func episodes(after step: Int) -> Int { step == steps ? finalEpisodes : episodes }

    /// The number of episodes in all evaluations together.
    package var plannedEpisodes: Int { (steps - 1) / evaluateEvery * episodes + finalEpisodes }
}

extension Setting {
    /// The setting as a line of YAML, with the origin of its value.
    var line: String { "\(key): \(value)  # \(origin)" }
}

extension StudyCase {
    /// The lines of a configuration without comments, which state the origin of values and may be reworded.
    package static func values(ofConfiguration configuration: String) -> [String] {
        configuration.split(separator: "\n").map { line in
            (line.split(separator: "#", maxSplits: 1).first ?? line).trimmingCharacters(in: .whitespaces)
        }
    }
}
