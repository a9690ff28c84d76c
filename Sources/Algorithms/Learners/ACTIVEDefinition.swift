import Foundation
import Networks
import Numerics
import Suites

extension SettingKey<Int> {
    /// m, the number of V networks.
    package static var m: Self { Self("m") }
}

extension SettingKey<Bool> {
    /// Whether there are m V networks; if not, there is one.
    package static var valueEnsemble: Self { Self("value_ensemble") }
    /// Whether the policy's value term is divided by its mean magnitude.
    static var qNormalisation: Self { Self("q_normalisation") }
}

extension SettingKey<Double> {
    /// The level of the members' quantile in the critics' target, with `backup: quantile`.
    static var backupQuantile: Self { Self("backup_quantile") }
    /// c of E_c: the level of the members' quantile that is the baseline of the advantage.
    static var quantile: Self { Self("quantile") }
    /// H_D, the target of E_D[log π(a|s)] in nats.
    static var targetLogLikelihood: Self { Self("target_log_likelihood") }
    /// β before the first step.
    static var initialBeta: Self { Self("initial_beta") }
    /// λ_β, Adam's rate on log β.
    static var betaRate: Self { Self("beta_rate") }
}

extension SettingKey<ACTIVESettings.BackupWord> {
    static var backup: Self { Self("backup") }
}

extension SettingKey<ACTIVESettings.WeightWord> {
    static var weight: Self { Self("weight") }
}

extension SettingKey<ACTIVESettings.Temperature> {
    /// How β is chosen.
    static var cloningTemperature: Self { Self("cloning_temperature") }
}

extension LearnerDefinition {
    package static let activeI = active(
        "ACTIVE-I", title: "ACTIVE with IQL's value loss",
        settings: { task in
            [InSampleNetworks.expectile(task)] + ACTIVESettings.own(task)
                + InSampleNetworks.settings(task, layerNorm: true, rate: 3e-4, from: Origin.iqlCode)
        },
        loss: { .expectile(tau: $0[.expectile]) })

    package static let activeS = active(
        "ACTIVE-S", title: "ACTIVE with SQL's value loss",
        settings: { task in
            [InSampleNetworks.sparsity(task)] + ACTIVESettings.own(task)
                + InSampleNetworks.settings(
                    task, layerNorm: true, rate: InSampleNetworks.sparseRate(task), from: Origin.sqlCode)
        },
        loss: { .sparse(alpha: $0[.alpha]) })

    private static func active(
        _ name: String, title: String, settings: @escaping @Sendable (TaskClass) -> [Setting],
        loss: @escaping @Sendable (Hyperparameters) -> ValueLoss
    ) -> LearnerDefinition {
        LearnerDefinition(
            name, title: title, source: "Chen, Cai, Wu, Zhang; ICLR 2025", followsHorizon: true, settings: settings,
            work: { ACTIVESettings.work($0, states: $1, actions: $2) },
            noise: { settings in
                let isOff = settings[.cloningTemperature] == .off
                return (isOff ? [] : [NoiseDraw(.policy, .normal(samples: nil))])
                    + AdvantageWeightedPolicy.noise(settings)
            },
            conflict: { ACTIVESettings.unreachableTarget($0, actions: $1) },
            remark: { ACTIVESettings.guessedTarget($0) },
            make: { ACTIVE(.init($0, loss: loss($0)), problem: $1) })
    }
}

extension ACTIVESettings {
    /// ACTIVE's own settings: the ensemble, the temperature, and the switches of its ablations.
    fileprivate static func own(_ task: TaskClass) -> [Setting] {
        let likelihood = TargetLikelihood.of(task)
        let (paper, ours) = (Origin.activePaper, Origin.ours)
        return [
            Setting(
                .m, task.choose(5, [.antmaze: 10]), 1...1024, cost: .operations, from: "\(ours): \"a small ensemble\""),
            Setting(.valueEnsemble, true, cost: .operations, from: paper),
            Setting(.backup, .minimum, cost: .operations, from: paper),
            Setting(.backupQuantile, 0.25, 0...1, from: "\(ours); for backup: quantile"),
            Setting(.quantile, 0.5, 0...1, from: "\(ours): the median"),
            Setting(.weight, .auto, cost: .none, from: "\(paper): exp(A)"),
            Setting(.inverseTemperature, 1, 0...1e6, from: paper),
            Setting(.cloningTemperature, .adaptive, cost: .operations, from: paper),
            Setting(
                .targetLogLikelihood, likelihood.value, -1e3...1e3, from: likelihood.origin,
                isGuess: likelihood.isGuess),
            Setting(.initialBeta, 1, 1e-4...1e4, from: ours),
            Setting(.betaRate, 3e-4, .rates, from: ours),
            Setting(.qNormalisation, false, cost: .none, from: paper),
        ]
    }

    fileprivate static func work(_ settings: Hyperparameters, states: Int, actions: Int) -> [NetworkWork] {
        let members = settings[.valueEnsemble] ? settings[.m] : 1
        var networks = InSampleNetworks.work(settings, members: members, states: states, actions: actions)
        guard settings[.cloningTemperature] != .off else { return networks }
        for i in networks.indices where networks[i].group == .critics {
            // Q̂(s,a) once more after its step; Q̂(s,a_π) with a backward pass to the actions.
            networks[i].forwards += 1
            networks[i].actionGradients = 1
        }
        return networks
    }

    /// Says that H_D, if β adapts to it, has not been chosen for the data.
    fileprivate static func guessedTarget(_ settings: Hyperparameters) -> String? {
        guard settings[.cloningTemperature] == .adaptive,
            let target = settings.setting(SettingKey.targetLogLikelihood), target.isGuess
        else { return nil }
        return "H_D is a guess, \(target.value): set \(target.key) below the L_BC that `active-bench probe-likelihood` "
            + "measures on this dataset"
    }

    /// Refuses an H_D that no policy can reach: with σ at its minimum e⁻⁵ a dimension adds at most 5 - ½ log 2π = 4.081 nats
    /// to log π.
    fileprivate static func unreachableTarget(_ settings: Hyperparameters, actions: Int) -> SettingsConflict? {
        let target = settings[.targetLogLikelihood]
        let highest = Double(actions) * (5 - Elementary.halfLogOfTwoPi)
        guard settings[.cloningTemperature] == .adaptive, target > highest else { return nil }
        return SettingsConflict(
            expected: String(
                format: "target_log_likelihood of at most %.2f, the highest for %d dimensions", highest, actions),
            found: "\(target.settingValue)")
    }
}
