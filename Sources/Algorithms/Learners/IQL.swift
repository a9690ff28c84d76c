package import Datasets
package import Networks
import Suites

extension LearnerDefinition {
    package static let iql = LearnerDefinition(
        "IQL", title: "Implicit Q-learning", source: "Kostrikov, Nair, Levine; ICLR 2022", followsHorizon: true,
        settings: { task in
            [
                InSampleNetworks.expectile(task),
                Setting(
                    .inverseTemperature, task.choose(3, [.antmaze: 10, .kitchen: 0.5]), 0...1e6, from: Origin.iqlCode),
            ] + InSampleNetworks.settings(task, layerNorm: false, rate: 3e-4, from: Origin.iqlCode)
        },
        work: { InSampleNetworks.work($0, members: 1, states: $1, actions: $2) },
        noise: { AdvantageWeightedPolicy.noise($0) },
        make: { IQL(.init($0), problem: $1) })
}

/// Implicit Q-learning (Kostrikov, Nair, Levine; ICLR 2022), as ikostrikov/implicit_q_learning@09d7002 runs it.
///
///     V:  E[|τ - 1(u < 0)|·u²],  u = Q̂(s,a) - V(s)
///     π:  -E[w log π(a|s)],  w = min(exp(κ(Q̂(s,a) - V(s))), 100)
///     Q:  E[(r + γ(1 - d)V(s') - Q(s,a))²] for both critics, then the moving average of the targets
///
/// in this order. The policy and Q use V after its step.
package final class IQL: Learner {
    /// The learner's hyperparameters, by their keys.
    package struct Settings: Sendable, Equatable {
        let common: InSampleNetworks.Settings
        /// τ.
        let expectile: Double
        /// κ, the inverse temperature of the advantage weights (β in IQL's paper; here β is ACTIVE's).
        let inverseTemperature: Double

        package init(_ hyperparameters: Hyperparameters) {
            common = .init(hyperparameters)
            expectile = hyperparameters[.expectile]
            inverseTemperature = hyperparameters[.inverseTemperature]
        }
    }

    private let settings: Settings
    private let parts: InSampleNetworks
    private var updates = 0
    private var report = InSampleReport()

    init(_ settings: Settings, problem: Problem) {
        self.settings = settings
        parts = InSampleNetworks(settings.common, members: 1, problem: problem)
    }

    package func update(_ batch: Batch) {
        parts.stepByCloning(
            batch, step: updates, loss: .expectile(tau: settings.expectile),
            weight: .exponential(inverseTemperature: settings.inverseTemperature), into: &report)
        updates += 1
    }

    package var policy: PolicySnapshot { parts.actor.policy.snapshot }
    package var networks: [NamedNetwork] { parts.networks }
    package func diagnostics() -> [Diagnostic] { report.diagnostics(parts) }

    package func resume(after updates: Int) {
        self.updates = updates
        parts.resume(after: updates)
    }
}
