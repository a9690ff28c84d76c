package import Algorithms
import Datasets
import Networks
package import Numerics

/// The gradient steps of a learner on synthetic data as in a case: draw a batch, update.
package final class StepLoop {
    /// What is trained.
    package struct Subject: Sendable {
        /// The learner with its overrides, "ACTIVE-I m=5".
        package let name: String
        /// The precision of products between hidden layers.
        package var precision: Precision { hyperparameters.precision }
        package let learner: LearnerDefinition
        package let hyperparameters: Hyperparameters

        /// A learner's preset on Hopper without LayerNorm in V, and with the given settings.
        package init(_ learner: LearnerDefinition, _ changes: [SettingAssignment] = []) {
            self.learner = learner
            var hyperparameters = learner.hyperparameters()
            if hyperparameters.value(of: .valueLayerNorm) != nil {
                hyperparameters.set(.valueLayerNorm, to: false, from: "benchmark")
            }
            for change in changes { hyperparameters.set(change, from: "benchmark") }
            self.hyperparameters = hyperparameters
            name = ([learner.name] + changes.map(\.description)).joined(separator: " ")
        }

        /// The exact multiply-adds of a step: the minimum that the algorithm needs, computed from the shapes.
        package var multiplyAdds: Double {
            learner.multiplyAdds(hyperparameters, states: StepLoop.states, actions: StepLoop.actions)
        }
    }

    /// The sizes of Hopper's states and actions.
    package static let (states, actions) = (11, 3)

    private let learner: any Learner
    private let sampler: BatchSampler
    private let batch: Batch
    private var step = 0

    /// Creates 100,000 transitions and an untrained learner.
    package init(_ subject: Subject) {
        let transitions = Transitions(
            syntheticOf: 100_000, states: StepLoop.states, actions: StepLoop.actions)
        let stream = RandomStream("benchmark/\(subject.name)")
        learner = subject.learner.make(
            subject.hyperparameters,
            problem: Problem(
                states: StepLoop.states, actions: StepLoop.actions, horizon: 1_000_000, stream: stream, team: Solo()))
        sampler = BatchSampler(
            transitions, stream: stream.stream("minibatch"), batchSize: subject.hyperparameters.batchSize)
        batch = sampler.makeBatch()
    }

    /// Makes `count` steps.
    package func run(_ count: Int) {
        for _ in 0..<count {
            sampler.draw(step: step, into: batch)
            learner.update(batch)
            step += 1
        }
    }
}
