import Datasets
import Foundation

/// One evaluation of a policy.
public struct Evaluation: Sendable, Codable, Equatable {
    /// One episode.
    public struct Episode: Sendable, Codable, Equatable {
        /// Undiscounted sum of the environment's rewards; NaN when the policy's parameters are no numbers.
        public var `return`: Double
        /// Steps made; 0 where the return is NaN.
        public var length: Int
    }

    /// Gradient steps made before it.
    public var step: Int
    /// In the order they were run.
    public var episodes: [Episode]
    /// Mean return over the episodes.
    public var meanReturn: Double
    /// 100·(mean return - min)/(max - min), with D4RL's reference scores.
    public var score: Double
}

/// What a finished case leaves: `result.json`. A function of the case alone.
public struct CaseResult: Sendable, Codable, Equatable {
    /// Format of this file.
    public var format = 1
    /// As the table heads it, "ACTIVE-S".
    public var learner: String
    /// The name the file was looked up by.
    public var dataset: String
    /// `default`, or the study's overrides.
    public var variant: String
    /// The number its random streams are named with.
    public var seed: Int
    /// Gradient steps planned; a case that diverged made fewer.
    public var steps: Int
    /// Of the HDF5 file, in hexadecimal; a run that is resumed with another file is refused.
    public var datasetSHA256: String
    /// Rows after D4RL's rule for Q-learning.
    public var transitions: Int
    /// What the transforms did.
    public var data: TransformSummary
    /// What is remarkable about the data, a sentence each; nil when nothing is.
    public var remarks: [String]?
    /// Where and how the case diverged, if it did.
    public var divergence: Divergence?
    /// What was seen to be wrong with the settings, with the step at which ("step 40000: target_log_likelihood …");
    /// nil when nothing was.
    public var warnings: [String]?
    /// In the order of their steps.
    public var evaluations: [Evaluation]

    /// Gradient steps made.
    var lastStep: Int { divergence.flatMap { $0.isFinal ? $0.step : nil } ?? steps }

    /// Reads a finished case.
    ///
    /// - Throws: `HarnessError.badInput` naming the file.
    public static func read(_ path: String) throws -> CaseResult {
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
