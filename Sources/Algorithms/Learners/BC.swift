package import Datasets
package import Networks
import Numerics
import Suites

extension LearnerDefinition {
    package static let bc = LearnerDefinition(
        "BC", title: "Behaviour cloning", source: "by maximum likelihood with IQL's policy", followsHorizon: true,
        settings: { task in
            let origin = "\(Origin.ours): IQL's policy"
            return [
                Setting(.learningRate, 3e-4, .rates, from: origin), Setting.actorDropout(task, from: origin),
            ] + Setting.shape([256, 256], from: origin) + Setting.data(clip: true, .raw, from: origin)
        },
        work: { settings, states, actions in
            [.policy(states: states, hidden: settings[.hidden], outputs: actions)]
        },
        noise: { AdvantageWeightedPolicy.noise($0) },
        make: { BC(.init($0), problem: $1) })
}

/// Behaviour cloning by maximum likelihood.
///
///     π:  -E[log π(a|s)]
///
/// The policy and its schedule are IQL's with w = 1. L_BC, the log-likelihood that it reaches, is the reference for
/// ACTIVE's H_D.
package final class BC: Learner {
    /// The learner's hyperparameters, by their keys.
    package struct Settings: Sendable, Equatable {
        let shape: ShapeSettings
        let learningRate: Double
        let actorDropout: Double

        package init(_ hyperparameters: Hyperparameters) {
            shape = .init(hyperparameters)
            learningRate = hyperparameters[.learningRate]
            actorDropout = hyperparameters[.actorDropout]
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
            settings.shape, rate: settings.learningRate, dropout: settings.actorDropout, problem: problem)
        weights = Matrix(vector: settings.shape.batch)
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
