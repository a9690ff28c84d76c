package import Algorithms
import Datasets
import Foundation
package import Numerics
import Storage

/// One training run: learner, dataset, overrides and seed. They name it, its random streams, its folder and its result;
/// nothing about it depends on rank, host, time or the order of execution.
package struct StudyCase: Sendable, Equatable {
    /// The algorithm, which also picks the preset and the transforms of the data.
    package var learner: LearnerKind
    /// What it learns from and is judged in.
    package var data: DatasetReference
    /// `default`, or the study's overrides: "m=10".
    package var variant: String
    /// Part of the name, and so of every random stream; it seeds nothing else.
    package var seed: Int
    /// The learner's preset with the study's values put in.
    package var hyperparameters: Hyperparameters
    /// Gradient steps.
    package var steps: Int
    /// Gradient steps between evaluations; the last step is always evaluated.
    package var evaluateEvery: Int
    /// Deterministic episodes of an evaluation.
    package var episodes: Int
    /// Those of the evaluation after the last step.
    package var finalEpisodes: Int
    /// The column of the table this case belongs to: the learner, with the swept values if there are any.
    package var column: String

    package init(
        learner: LearnerKind, data: DatasetReference, variant: String, seed: Int, hyperparameters: Hyperparameters,
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

    /// The dataset's name.
    package var dataset: String { data.name }

    /// LEARNER/DATASET/VARIANT/seed-N, unique within a study and the path below `cases/`.
    package var identifier: String { "\(learner.rawValue)/\(data.folderName)/\(variant)/seed-\(seed)" }

    /// Where all of the case's random numbers come from: its name, but for the precision. A case in bfloat16 begins with the
    /// weights of the one in full precision and sees its batches, so that the two differ by nothing but the rounding.
    package var stream: RandomStream {
        let words = variant.split(separator: ",").filter { $0 != "precision=\(Precision.bfloat16.rawValue)" }
        let name = words.isEmpty ? "default" : words.joined(separator: ",")
        return RandomStream("\(learner.rawValue)/\(dataset)/\(name)/seed-\(seed)")
    }

    /// The effective configuration as YAML, with where each value comes from: `config.yaml`. Full precision goes without saying.
    package var configuration: String {
        let final = finalEpisodes == episodes ? "" : ", final_episodes: \(finalEpisodes)"
        let subject = ["learner: \(learner.rawValue)", "dataset: \(dataset)"] + data.configuration
        let lines = [
            "variant: \"\(variant)\"", "seed: \(seed)", "steps: \(steps)",
            "evaluate: {every: \(evaluateEvery), episodes: \(episodes)\(final)}",
            "transforms: \"\(hyperparameters.transforms.description)\"", "settings:",
        ]
        // Folders and checkpoints of a time when there was one precision go on as they are.
        let settings = hyperparameters.settings.filter {
            $0.key != "precision" || $0.value != .word(Precision.full.rawValue)
        }
        return (subject + lines + settings.map { "  \($0.line)" }).joined(separator: "\n") + "\n"
    }

    /// SHA-256 of the values of `configuration`, its comments left out, in hexadecimal.
    package var configurationDigest: String {
        let digest = SHA256Digest()
        Array(StudyCase.values(ofConfiguration: configuration).joined(separator: "\n").utf8).withUnsafeBytes {
            digest.update($0)
        }
        return digest.hexadecimal
    }

    /// Gradient steps between two rows of the learning curve; there is one before every evaluation, too.
    package static let curveInterval = 500

    /// Whether the learning curve has a row after `step` gradient steps.
    package func hasCurveRow(after step: Int) -> Bool {
        step % StudyCase.curveInterval == 0 || step == 1 || isEvaluated(after: step)
    }

    /// Whether the policy is evaluated after `step` gradient steps.
    package func isEvaluated(after step: Int) -> Bool { step % evaluateEvery == 0 || step == steps }

    /// Deterministic episodes of the evaluation after `step` gradient steps.
    package func episodes(after step: Int) -> Int { step == steps ? finalEpisodes : episodes }

    /// Episodes of all its evaluations.
    package var plannedEpisodes: Int { (steps - 1) / evaluateEvery * episodes + finalEpisodes }
}

extension Hyperparameters {
    /// The settings as lines of YAML, with where each value comes from.
    var lines: [String] { settings.map(\.line) }
}

extension Setting {
    fileprivate var line: String { "\(key): \(value)  # \(origin)" }
}

extension StudyCase {
    /// The lines of a configuration without their comments, which say where values come from and may be reworded.
    package static func values(ofConfiguration configuration: String) -> [String] {
        configuration.split(separator: "\n").map { line in
            (line.split(separator: "#", maxSplits: 1).first ?? line).trimmingCharacters(in: .whitespaces)
        }
    }
}
