package import Algorithms
import Datasets
import Networks
package import Numerics

extension StepBenchmark {
    /// A learner whose gradient steps are timed, on synthetic data of Hopper's sizes.
    package struct Subject: Sendable {
        /// Hopper's sizes.
        package static let (states, actions) = (11, 3)

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
            learner.multiplyAdds(hyperparameters, states: Self.states, actions: Self.actions)
        }

        /// 100,000 transitions and a learner that has made no step.
        package func loop() -> TrainingLoop {
            let stream = RandomStream("benchmark/\(name)")
            let problem = Problem(
                states: Self.states, actions: Self.actions, horizon: 1_000_000, stream: stream, team: Solo())
            return TrainingLoop(
                learner.make(hyperparameters, problem: problem),
                on: Transitions(syntheticOf: 100_000, states: Self.states, actions: Self.actions), stream: stream,
                batchSize: hyperparameters.batchSize)
        }
    }
}
