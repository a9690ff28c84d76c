package import Datasets
package import Networks
import Suites

extension LearnerDefinition {
    package static let sql = LearnerDefinition(
        "SQL", title: "Sparse Q-learning", source: "Xu et al.; ICLR 2023", followsHorizon: true,
        settings: { task in
            [InSampleNetworks.sparsity(task)]
                + InSampleNetworks.settings(
                    task, layerNorm: true, rate: InSampleNetworks.sparseRate(task), from: Origin.sqlCode)
        },
        work: { InSampleNetworks.work($0, members: 1, states: $1, actions: $2) },
        noise: { AdvantageWeightedPolicy.noise($0) },
        make: { SQL(.init($0), problem: $1) })
}

/// Sparse Q-learning (Xu et al., ICLR 2023), as ryanxhr/IVR@58edd26 runs it: IQL with another value loss and weight.
///
///     V:  E[max(0, 1 + u/(2α))² + V/α],  u = Q̂(s,a) - V(s)
///     π:  -E[w log π(a|s)],  w = clip(Q̂(s,a) - V(s), 0, 100)   (not divided by α, unlike the paper)
///     Q:  E[(r + γ(1 - d)V(s') - Q(s,a))²] for both critics, then the moving average of the targets
///
/// Only V is layer-normalised.
package final class SQL: Learner {
    /// The learner's hyperparameters, by their keys.
    package struct Settings: Sendable, Equatable {
        let common: InSampleNetworks.Settings
        /// α.
        let alpha: Double

        package init(_ hyperparameters: Hyperparameters) {
            common = .init(hyperparameters)
            alpha = hyperparameters[.alpha]
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
            batch, step: updates, loss: .sparse(alpha: settings.alpha), weight: .positivePart, into: &report)
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
