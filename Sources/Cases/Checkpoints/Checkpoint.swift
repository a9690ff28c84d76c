import Failures
import Foundation
package import Numerics
package import Storage

/// All that a case needs to go on as if nothing had happened. A function of the training state alone: no rank, host,
/// process or time is in it, so equal states give equal files.
package struct Checkpoint: Sendable, Equatable {
    /// `StudyCase.identifier`.
    package var caseIdentifier: String
    /// SHA-256 of the values of the case's `config.yaml`, its comments left out, in hexadecimal.
    package var configuration: String
    /// SHA-256 of the dataset's file, in hexadecimal.
    package var datasetSHA256: String
    /// Gradient steps made.
    package var step: Int
    /// Gradient steps of the configuration; nil where an older program wrote it.
    package var plannedSteps: Int?
    /// Numbers of the learner besides its tensors: log α, Adam's step counts. Every bit comes back.
    package var scalars: [String: Double]
    /// What the case has to show so far.
    package var progress: CaseProgress
    /// What results depend on beyond the configuration (BLAS kernels, versions); a resume with other values is not exact.
    package var environment: [String: String]
    /// In the learner's order.
    package var tensors: [CheckpointTensor]

    /// The precision that programs of this build compute and write in.
    package static let real = "\(Real.self)"

    package init(
        caseIdentifier: String, configuration: String, datasetSHA256: String, step: Int,
        plannedSteps: Int? = nil,
        scalars: [String: Double] = [:], progress: CaseProgress = CaseProgress(),
        environment: [String: String] = [:], tensors: [CheckpointTensor] = []
    ) {
        self.caseIdentifier = caseIdentifier
        self.configuration = configuration
        self.datasetSHA256 = datasetSHA256
        self.step = step
        self.plannedSteps = plannedSteps
        self.scalars = scalars
        self.progress = progress
        self.environment = environment
        self.tensors = tensors
    }

    /// The numbers of the tensor `name`.
    ///
    /// - Throws: `HarnessError.badInput` if there is none, or one of another size.
    package func tensor(_ name: String, count: Int) throws -> [Real] {
        let found = tensors.first { $0.name == name }
        guard let found, found.values.count == count else {
            let there = found.map { "\($0.values.count)" } ?? "none"
            throw HarnessError.badInput(
                "checkpoint of \(caseIdentifier) at step \(step): expected \(count) numbers of \(name), found \(there)")
        }
        return found.values
    }

    /// The number `name`.
    ///
    /// - Throws: `HarnessError.badInput` if there is none.
    package func scalar(_ name: String) throws -> Double {
        guard let value = scalars[name] else {
            throw HarnessError.badInput(
                "checkpoint of \(caseIdentifier) at step \(step): expected a number \(name), found none")
        }
        return value
    }
}

/// An array of a checkpoint.
package struct CheckpointTensor: Sendable, Equatable {
    /// "v.0/parameters", "v.0/adam.m", …
    package var name: String
    package var values: [Real]

    package init(name: String, values: [Real]) {
        self.name = name
        self.values = values
    }
}

/// What a case has to show at some step.
package struct CaseProgress: Sendable, Codable, Equatable {
    /// What the simulator warned of.
    package struct SimulatorWarning: Sendable, Codable, Equatable {
        /// The first warning, with its place.
        package var first: String
        /// In how many episodes there was one.
        package var episodes: Int

        package init(first: String, episodes: Int) {
            self.first = first
            self.episodes = episodes
        }
    }

    /// In the order of their steps.
    package var evaluations: [EvaluationResult]
    package var divergence: Divergence?
    /// What the learner said of itself, once.
    package var warning: String?
    package var simulatorWarning: SimulatorWarning?
    /// How far the case's append-only files went.
    package var outputs: [OutputLength]

    /// The keys in the file, which older programs read too.
    private enum CodingKeys: String, CodingKey {
        case evaluations, divergence, simulatorWarning, outputs
        case warning = "complaint"
    }

    package init(
        evaluations: [EvaluationResult] = [], divergence: Divergence? = nil, warning: String? = nil,
        simulatorWarning: SimulatorWarning? = nil, outputs: [OutputLength] = []
    ) {
        self.evaluations = evaluations
        self.divergence = divergence
        self.warning = warning
        self.simulatorWarning = simulatorWarning
        self.outputs = outputs
    }
}
