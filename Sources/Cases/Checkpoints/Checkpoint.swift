import Failures
import Foundation
package import Numerics
package import Storage

/// All the state that a case needs to continue exactly. It contains no rank, host, process or time, so equal training
/// states give equal files.
package struct Checkpoint: Sendable, Equatable {
    /// `StudyCase.identifier`.
    package var caseIdentifier: String
    /// SHA-256 in hexadecimal of the values in the case's `config.yaml` without its comments.
    package var configuration: String
    /// SHA-256 of the dataset's file, in hexadecimal.
    package var datasetSHA256: String
    /// The number of gradient steps made.
    package var step: Int
    /// The number of gradient steps in the configuration; nil in a checkpoint by an older version.
    package var plannedSteps: Int?
    /// Scalars of the learner, such as log α with Adam's moments, and `memory/NAME` for each of its resumable scalars.
    /// They are restored bit for bit; Adam's step counts follow from `step`.
    package var scalars: [String: Double]
    /// The results of the case so far.
    package var progress: CaseProgress
    /// Versions of libraries, and their kernels, on which results depend; after a resume with others, equal bytes are not guaranteed.
    package var libraries: [String: String]
    /// The tensors in the learner's order.
    package var tensors: [CheckpointTensor]

    /// The floating-point type in which programs of this build compute and write.
    package static let real = "\(Real.self)"

    package init(
        caseIdentifier: String, configuration: String, datasetSHA256: String, step: Int,
        plannedSteps: Int? = nil,
        scalars: [String: Double] = [:], progress: CaseProgress = CaseProgress(),
        libraries: [String: String] = [:], tensors: [CheckpointTensor] = []
    ) {
        self.caseIdentifier = caseIdentifier
        self.configuration = configuration
        self.datasetSHA256 = datasetSHA256
        self.step = step
        self.plannedSteps = plannedSteps
        self.scalars = scalars
        self.progress = progress
        self.libraries = libraries
        self.tensors = tensors
    }

    /// The elements of the tensor `name`.
    ///
    /// - Throws: `HarnessError.badInput` if it is missing or of another size.
    package func tensor(_ name: String, count: Int) throws -> [Real] {
        let found = tensors.first { $0.name == name }
        guard let found, found.values.count == count else {
            let there = found.map { "\($0.values.count)" } ?? "none"
            throw HarnessError.badInput(
                "checkpoint of \(caseIdentifier) at step \(step): expected \(count) numbers of \(name), found \(there)")
        }
        return found.values
    }

    /// The scalar `name`.
    ///
    /// - Throws: `HarnessError.badInput` if it is missing.
    package func scalar(_ name: String) throws -> Double {
        guard let value = scalars[name] else {
            throw HarnessError.badInput(
                "checkpoint of \(caseIdentifier) at step \(step): expected a number \(name), found none")
        }
        return value
    }
}

/// A named array in a checkpoint.
package struct CheckpointTensor: Sendable, Equatable {
    /// The name: "v.0/parameters", "v.0/adam.m", …
    package var name: String
    package var values: [Real]

    package init(name: String, values: [Real]) {
        self.name = name
        self.values = values
    }
}

/// The results of a case up to some step.
package struct CaseProgress: Sendable, Codable, Equatable {
    /// The evaluations in the order of their steps.
    package var evaluations: [EvaluationResult]
    package var divergence: Divergence?
    /// The learner's warning, issued once.
    package var warning: LearnerWarning?
    package var simulatorWarning: SimulatorWarning?
    /// The length and hash of the case's append-only files.
    package var outputs: [OutputLength]

    /// The keys in the file, which older versions read, too.
    private enum CodingKeys: String, CodingKey {
        case evaluations, divergence, simulatorWarning, outputs
        case warning = "complaint"
    }

    package init(
        evaluations: [EvaluationResult] = [], divergence: Divergence? = nil, warning: LearnerWarning? = nil,
        simulatorWarning: SimulatorWarning? = nil, outputs: [OutputLength] = []
    ) {
        self.evaluations = evaluations
        self.divergence = divergence
        self.warning = warning
        self.simulatorWarning = simulatorWarning
        self.outputs = outputs
    }
}
