package import Datasets
package import Networks
import Numerics

/// Behaviour cloning by maximum likelihood.
///
///     π:  -E[log π(a|s)]
///
/// The policy and its schedule are IQL's with w = 1, so L_BC, the likelihood it ends with, is what ACTIVE's H_D is
/// measured against.
package final class BC: Learner {
    /// The learner's hyperparameters, by their keys.
    package struct Settings: Sendable, Equatable {
        let batch: Int
        let hidden: [Int]
        /// Of the products between hidden layers.
        let precision: Precision
        let learningRate: Double
        let actorDropout: Double

        package init(_ hyperparameters: Hyperparameters) {
            batch = hyperparameters.batchSize
            hidden = hyperparameters.widths("hidden")
            precision = hyperparameters.precision
            learningRate = hyperparameters.real("learning_rate")
            actorDropout = hyperparameters.real("actor_dropout")
        }
    }

    private let actor: AdvantageWeightedPolicy
    private let team: any Exchange
    private let weights: Matrix
    private var updates = 0
    private var meanLogLikelihood = 0.0

    init(_ settings: Settings, problem: Problem) {
        team = problem.team
        actor = AdvantageWeightedPolicy(
            hidden: settings.hidden, precision: settings.precision, batch: settings.batch, rate: settings.learningRate,
            dropout: settings.actorDropout, problem: problem)
        weights = Matrix(vector: settings.batch)
        weights.pointer.update(repeating: 1, count: weights.count)
    }

    package func update(_ batch: Batch) {
        defer { updates += 1 }
        guard team.ownsPolicy else { return }
        meanLogLikelihood = actor.evaluate(batch, step: updates)
        actor.step(batch, weights: weights)
    }

    package var policy: PolicySnapshot { actor.policy.snapshot }
    package var networks: [NamedNetwork] { [actor.named] }
    package func diagnostics() -> [Diagnostic] {
        [
            Diagnostic("policy_loss", -meanLogLikelihood), Diagnostic("log_likelihood", meanLogLikelihood),
            gradientNorm("policy", [actor.policy.network], of: .policy, team),
        ]
    }

    package func resume(after updates: Int) {
        self.updates = updates
        actor.optimiser.steps = updates
    }
}
