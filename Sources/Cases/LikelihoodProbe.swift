import Algorithms
import Datasets
import DatasetTools
import Foundation
import Networks
import Storage
package import Studies

/// Measures L_BC, the mean log-likelihood that behaviour cloning reaches on a dataset; ACTIVE's H_D has to be below it.
package struct LikelihoodProbe {
    /// The result of a probe: `results/likelihood/DATASET.json`.
    package struct Report: Sendable, Codable, Equatable {
        /// A candidate value of H_D.
        package struct Candidate: Sendable, Codable, Equatable {
            /// The factor k in H_D = L_BC - k·A.
            package var k: Double
            /// H_D in nats.
            package var targetLogLikelihood: Double
        }

        /// The version of the file's format.
        package var format = 1
        package var dataset: String
        /// SHA-256 of the dataset's file, in hexadecimal.
        package var datasetSHA256: String
        /// Gradient steps of behaviour cloning, also the horizon of the learning rate's schedule.
        package var steps: Int
        /// The seed of the random streams.
        package var seed: Int
        /// A, the number of action dimensions.
        package var actionSize: Int
        /// L_BC = E_D[log π(a|s)] over the whole dataset after the last step, in nats.
        package var logLikelihood: Double
        /// The deviations σ that the policy ended with.
        package var deviations: [Double]
        /// The candidates for k = 0, ¼, ½, 1, 2.
        package var candidates: [Candidate]

        /// The candidates as a line of a study file.
        package var sweep: String {
            let values = candidates.map { String(format: "%.2f", $0.targetLogLikelihood) }
            return "sweep: {target_log_likelihood: [\(values.joined(separator: ", "))]}"
        }

        /// Writes `DATASET.json` into `folder`, which is created if it does not exist.
        ///
        /// - Throws: `HarnessError.io`.
        package func write(to folder: String) throws {
            try DurableFile.makeFolder(folder)
            try DurableFile.write(
                try jsonFile(self), to: "\(folder)/\(DatasetReference.folderName(dataset)).json"
            )
        }
    }

    private let dataset: DatasetReference
    private let steps: Int
    private let seed: Int

    /// Prepares behaviour cloning on `dataset` for `steps` updates.
    package init(_ dataset: DatasetReference, steps: Int = 100_000, seed: Int = 0) {
        self.dataset = dataset
        self.steps = steps
        self.seed = seed
    }

    /// Trains and measures.
    ///
    /// - Parameter progress: called from time to time with the number of updates and the batch's E[log π].
    /// - Throws: `DatasetError`, `EnvironmentError`, `HarnessError.badInput`, as for a study on this dataset.
    package func run(progress: (Int, Double) -> Void = { _, _ in }) throws -> Report {
        let studyCase = StudyCase(
            learner: .bc, data: dataset, variant: "probe", seed: seed,
            hyperparameters: LearnerDefinition.bc.hyperparameters(for: dataset.taskClass), steps: steps,
            evaluateEvery: steps,
            episodes: 1, finalEpisodes: 1, column: "BC")
        let data = try DataPreparation().data(for: studyCase)
        let transitions = data.transitions
        let cloned = ClonedPolicy(studyCase, on: transitions, progress: progress)
        let likelihood = cloned.meanLogLikelihood(of: transitions)
        let size = transitions.actionSize
        return Report(
            dataset: dataset.name, datasetSHA256: data.file.sha256, steps: steps, seed: seed, actionSize: size,
            logLikelihood: likelihood, deviations: (0..<size).map { Double(cloned.policy.deviation($0)) },
            candidates: [0, 0.25, 0.5, 1, 2].map {
                .init(k: $0, targetLogLikelihood: likelihood - $0 * Double(size))
            })
    }
}
