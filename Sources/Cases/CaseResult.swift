package import Datasets
import Failures
package import Foundation
import Storage

/// One evaluation of a policy.
package struct EvaluationResult: Sendable, Codable, Equatable {
    /// One episode.
    package struct Episode: Sendable, Codable, Equatable {
        /// Undiscounted sum of the environment's rewards; NaN when the policy's parameters are no numbers.
        package var `return`: Double
        /// Steps made; 0 where the return is NaN.
        package var length: Int
    }

    /// Gradient steps made before it.
    package var step: Int
    /// In the order they were run.
    package var episodes: [Episode]
    /// Mean return over the episodes.
    package var meanReturn: Double
    /// 100·(mean return - min)/(max - min), with D4RL's reference scores.
    package var score: Double
}

/// What a finished case leaves: `result.json`. A function of the case alone.
package struct CaseResult: Sendable, Codable, Equatable {
    /// Format of this file.
    package var format = 1
    /// As the table heads it, "ACTIVE-S".
    package var learner: String
    /// The name the file was looked up by.
    package var dataset: String
    /// `default`, or the study's overrides.
    package var variant: String
    /// The number its random streams are named with.
    package var seed: Int
    /// Gradient steps planned; a case that diverged made fewer.
    package var steps: Int
    /// Of the HDF5 file, in hexadecimal; a run that is resumed with another file is refused.
    package var datasetSHA256: String
    /// Rows after D4RL's rule for Q-learning.
    package var transitions: Int
    /// What the transforms did.
    package var data: TransformSummary
    /// What is remarkable about the data, a sentence each; nil when nothing is.
    package var remarks: [String]?
    /// Where and how the case diverged, if it did.
    package var divergence: Divergence?
    /// What was seen to be wrong with the settings, with the step at which ("step 40000: target_log_likelihood …");
    /// nil when nothing was.
    package var warnings: [String]?
    /// In the order of their steps.
    package var evaluations: [EvaluationResult]

    /// Gradient steps made.
    package var lastStep: Int { divergence.flatMap { $0.isFinal ? $0.step : nil } ?? steps }

    /// Reads a finished case.
    ///
    /// - Throws: `HarnessError.badInput` naming the file.
    package static func read(_ path: String) throws -> CaseResult {
        guard let data = try FileCalls.current.contents(of: path) else {
            throw HarnessError.badInput("\(path): no such result")
        }
        let result: CaseResult = try decodeJSON(data, as: "a result of this program", path: path)
        guard result.format == 1 else {
            throw HarnessError.badInput("\(path): expected format 1, found \(result.format): a newer program wrote it")
        }
        return result
    }

    /// The file's bytes: keys sorted, shortest exact numbers.
    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
