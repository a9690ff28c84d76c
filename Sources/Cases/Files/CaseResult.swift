package import Datasets
import Failures
package import Foundation
import Storage

/// One evaluation of a policy.
package struct EvaluationResult: Sendable, Codable, Equatable {
    package struct Episode: Sendable, Codable, Equatable {
        /// The undiscounted sum of rewards; NaN if the policy's output is not finite.
        package var `return`: Double
        /// The number of steps; 0 if the return is NaN.
        package var length: Int
    }

    /// The number of gradient steps before the evaluation.
    package var step: Int
    /// The episodes in the order they were run.
    package var episodes: [Episode]
    /// Mean return over the episodes.
    package var meanReturn: Double
    /// The normalised score 100·(mean return - min)/(max - min), with D4RL's reference returns min and max.
    package var score: Double
}

/// The result of a finished case, `result.json`. It depends only on the case.
package struct CaseResult: Sendable, Codable, Equatable {
    /// The version of the file's format.
    package var format = 1
    /// The learner as in the table's heading, "ACTIVE-S".
    package var learner: String
    /// The dataset's name.
    package var dataset: String
    /// `default`, or the study's overrides.
    package var variant: String
    /// The seed in the names of its random streams.
    package var seed: Int
    /// Planned gradient steps; a case that diverged may have made fewer.
    package var steps: Int
    /// SHA-256 of the HDF5 file, in hexadecimal. A run can be resumed with another file of equal contents.
    package var datasetSHA256: String
    /// The number of transitions by D4RL's rule for Q-learning.
    package var transitions: Int
    /// What the transforms measured and changed.
    package var data: TransformSummary
    /// Remarks on the data, one sentence each; nil if there are none.
    package var remarks: [String]?
    /// Where and how the case diverged; nil if it did not.
    package var divergence: Divergence?
    /// Problems with the settings and the step at which they were seen ("step 40000: target_log_likelihood …"); nil if
    /// there were none.
    package var warnings: [String]?
    /// The evaluations in the order of their steps.
    package var evaluations: [EvaluationResult]

    /// The number of gradient steps made.
    package var lastStep: Int { divergence.flatMap { $0.isFinal ? $0.step : nil } ?? steps }

    /// Reads the result of a finished case.
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

    /// The file's contents: JSON with sorted keys, and the shortest decimals that identify each number.
    package func encoded() throws -> Data { try jsonFile(self, nonFinite: true) }
}
