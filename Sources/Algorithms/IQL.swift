import Datasets
import Foundation
import Networks
import Numerics

/// Implicit Q-learning (Kostrikov, Nair, Levine; ICLR 2022), as ikostrikov/implicit_q_learning@09d7002 runs it.
///
///     V:  E[|τ - 1(u < 0)|·u²],  u = Q̂(s,a) - V(s)
///     π:  -E[w log π(a|s)],  w = min(exp(β(Q̂(s,a) - V(s))), 100)
///     Q:  E[(r + γ(1 - d)V(s') - Q(s,a))²] for both critics, then the moving average of the targets
///
/// in this order, V as it is after its own step.
package final class IQL<Team: Exchange>: Learner {
    /// Hyperparameters besides the common ones.
    package struct Settings: Sendable, Equatable {
        var common = InSample<Team>.Settings()
        /// τ.
        var expectile = 0.7
        /// β, the inverse temperature of the cloning weights.
        var inverseTemperature = 3.0
        var weightCap = 100.0

        package init() {}

        /// w = min(exp(βA), cap).
        package func weight(advantage: Real) -> Real {
            min(exp(Real(inverseTemperature) * advantage), Real(weightCap))
        }
    }

    private let settings: Settings
    private let parts: InSample<Team>
    private var report = InSampleReport<Team>()

    init(_ settings: Settings, problem: Problem<Team>) {
        self.settings = settings
        parts = InSample(settings.common, members: 1, problem: problem)
    }

    package func update(_ batch: Batch) {
        parts.critic.targetMinimum(batch.stateActions.view, into: parts.q.pointer)
        report.valueLoss = parts.values.step(
            batch.states, towards: parts.q.pointer, loss: .expectile(tau: settings.expectile),
            rate: settings.common.learningRate)

        parts.values.minimum(at: batch.states, into: parts.baseline.pointer)
        for b in 0..<batch.size {
            parts.weights[b] = settings.weight(advantage: parts.q[b] - parts.baseline[b])
        }
        parts.clonePolicy(batch, into: &report)

        report.critic = parts.stepCritic(batch)
        parts.critic.trackTargets(rate: settings.common.targetRate)
    }

    package var policy: PolicySnapshot { parts.policy.snapshot }
    package var networks: [NamedNetwork] { parts.networks }
    package var diagnostics: [Diagnostic] { report.diagnostics(parts) }
}
