package import Algorithms
package import Datasets
package import Networks
import Numerics
import Teams

/// The subject of a scaling study: a learner's gradient steps on synthetic transitions of a dataset's sizes.
package struct ScalingSubject: Sendable {
    package let learner: LearnerDefinition
    package var hyperparameters: Hyperparameters
    /// The sizes of states and actions.
    package let states: Int
    package let actions: Int

    package init(_ learner: LearnerDefinition, _ hyperparameters: Hyperparameters, states: Int = 11, actions: Int = 3) {
        self.learner = learner
        self.hyperparameters = hyperparameters
        self.states = states
        self.actions = actions
    }

    /// The learner with an ensemble of m members; nil if it has no ensemble.
    package func with(members: Int) -> ScalingSubject? {
        guard self.members != nil else { return nil }
        var other = self
        other.hyperparameters.set(.m, to: members, from: "scaling study")
        return other
    }

    /// The ensemble size m; nil for a learner without an ensemble.
    package var members: Int? {
        hyperparameters.value(of: .valueEnsemble) == false ? nil : hyperparameters.value(of: .m)
    }

    /// The largest m that a study may use.
    package var largestEnsemble: Int {
        guard case .integer(let range)? = hyperparameters.setting(.m)?.range else { return 1 }
        return range.upperBound
    }

    /// The number of gradient steps after which the pattern repeats: the period of a delayed policy.
    package var period: Int { learner.period(hyperparameters) }

    package var networks: [NetworkWork] { learner.work(hyperparameters, states: states, actions: actions) }

    /// The exact number of multiply-adds of a gradient step.
    package var multiplyAdds: Double { learner.multiplyAdds(hyperparameters, states: states, actions: actions) }

    /// "ACTIVE-I m=10", "IQL precision=bf16".
    package var name: String {
        let precision = hyperparameters.precision
        return learner.name + (members.map { " m=\($0)" } ?? "")
            + (precision == .full ? "" : " precision=\(precision.rawValue)")
    }

    /// Synthetic transitions of the subject's sizes.
    package func transitions(_ count: Int = 100_000) -> Transitions {
        Transitions(syntheticOf: count, states: states, actions: actions)
    }

    /// A case's training loop and nothing else.
    func loop(_ transitions: Transitions, _ exchange: some Exchange) -> TrainingLoop {
        let stream = RandomStream("scaling/\(name)")
        let problem = Problem(
            states: states, actions: actions, horizon: 1_000_000, stream: stream, team: exchange)
        return TrainingLoop(
            learner.make(hyperparameters, problem: problem), on: transitions, stream: stream,
            batchSize: hyperparameters.batchSize)
    }
}
