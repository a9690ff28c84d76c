import Foundation
import Networks
import Suites

extension SettingKey<Int> {
    /// N, the actions drawn from each of the three distributions of the penalty.
    static var sampledActions: Self { Self("sampled_actions") }
}

extension SettingKey<[Int]> {
    /// Widths of the critics' hidden layers.
    static var criticHidden: Self { Self("critic_hidden") }
}

extension SettingKey<Bool> {
    /// Whether log-densities are subtracted from the sampled actions' values.
    static var importanceSampling: Self { Self("importance_sampling") }
    /// Whether the penalty's weight is trained.
    static var lagrange: Self { Self("lagrange") }
    /// Whether y takes the best of N actions at s'.
    static var maxTargetBackup: Self { Self("max_target_backup") }
}

extension SettingKey<Double> {
    /// T of T·logsumexp(·/T).
    static var softmaxTemperature: Self { Self("softmax_temperature") }
    /// The ends of the range to which each sample's difference is clamped.
    static var penaltyMinimum: Self { Self("penalty_minimum") }
    static var penaltyMaximum: Self { Self("penalty_maximum") }
    /// The target of Δ if the penalty's weight is trained.
    static var lagrangeGap: Self { Self("lagrange_gap") }
    /// H̄ for each dimension of an action.
    static var entropyPerDimension: Self { Self("entropy_per_dimension") }
    /// Adam's rate of the policy and of α.
    static var policyLearningRate: Self { Self("policy_learning_rate") }
}

/// CQL's authors published no settings for these versions of the data. These are CORL's (tinkoff-ai/CORL@6afec90) and, for
/// kitchen, WSRL's (zhouzypaul/wsrl).
extension LearnerDefinition {
    package static let cql = LearnerDefinition(
        "CQL", title: "Conservative Q-learning", source: "Kumar, Zhou, Tucker, Levine; NeurIPS 2020",
        followsHorizon: false,
        settings: { task in
            let origin = task.choose(Origin.corl, [.kitchen: "WSRL"])
            let (isMaze, isKitchen) = (task.suite == .antmaze, task.suite == .kitchen)
            let isOther = !isMaze && !isKitchen
            let width = isKitchen ? 512 : 256
            return [
                Setting(.alpha, isOther ? 10 : 5, 0...1e6, from: origin),
                Setting(.sampledActions, 10, 1...256, from: origin),
                Setting(.importanceSampling, !isKitchen, cost: .none, from: origin),
                Setting(.softmaxTemperature, 1, .positive, from: origin),
                Setting(.penaltyMinimum, isMaze ? -200 : -.infinity, -.infinity...1e12, from: origin),
                Setting(.penaltyMaximum, .infinity, -1e12 ... .infinity, from: origin),
                Setting(.lagrange, isMaze, cost: .operations, from: origin),
                Setting(.lagrangeGap, isMaze ? 0.8 : -1, -1e6...1e6, from: origin),
                Setting(.maxTargetBackup, isMaze || isKitchen, cost: .operations, from: origin),
                Setting(.entropyPerDimension, -1, -100...100, from: origin),
                Setting(.learningRate, 3e-4, .rates, from: origin),
                Setting(.policyLearningRate, isOther ? 3e-5 : 1e-4, .rates, from: origin),
                Setting(
                    .criticHidden, Array(repeating: width, count: isMaze ? 5 : 3),
                    from: isMaze ? "CORL, whose second critic has three by a slip" : origin),
            ] + Setting.offPolicy(from: origin) + Setting.shape([width, width, width], from: origin)
                + Setting.data(
                    clip: isKitchen, task.choose(.raw, [.antmaze: .tenTimesMinusFive, .kitchen: .minusFour]),
                    // Among the locomotion datasets, only CORL's file for this one also rescales the rewards
                    // (corl-team/CORL#17).
                    from: origin, rewardOrigin: task.task == "hopper-medium" ? "CORL, but for its slip" : origin,
                    normalise: isOther)
        },
        work: { settings, states, actions in
            let draws = settings[.sampledActions]
            var policy = NetworkWork.policy(states: states, hidden: settings[.hidden], outputs: 2 * actions)
            policy.forwards = 1
            var critics = NetworkWork.critics(2, states: states, actions: actions, hidden: settings[.criticHidden])
            for j in critics.indices {
                critics[j].forwards = settings[.maxTargetBackup] ? Double(draws) : 1
                critics[j].actionGradients = 1
                critics[j].sampledActions = 3 * draws
            }
            return critics + [policy]
        },
        noise: { settings in
            let draws = settings[.sampledActions]
            return [
                NoiseDraw(.policy, .normal(samples: nil)),
                NoiseDraw(.nextPolicy, .normal(samples: settings[.maxTargetBackup] ? draws : nil)),
                NoiseDraw(.sampledAtState, .normal(samples: draws)),
                NoiseDraw(.sampledAtNextState, .normal(samples: draws)),
                NoiseDraw(.uniformActions, .uniform(samples: draws)),
            ]
        },
        conflict: { settings, _ in CQLSettings.emptyRange(settings) ?? CQLSettings.tooMuchMemory(settings) },
        make: { CQL(.init($0, actions: $1.actions), problem: $1) })
}

extension CQLSettings {
    /// Refuses an empty range of the penalty.
    fileprivate static func emptyRange(_ settings: Hyperparameters) -> SettingsConflict? {
        let (minimum, maximum) = (settings[.penaltyMinimum], settings[.penaltyMaximum])
        guard minimum > maximum else { return nil }
        return SettingsConflict(
            expected: "penalty_minimum no larger than penalty_maximum",
            found: "\(minimum.settingValue) and \(maximum.settingValue)")
    }

    /// Refuses settings that need more than 64 GiB for the activations of all sampled actions of a batch.
    fileprivate static func tooMuchMemory(_ settings: Hyperparameters) -> SettingsConflict? {
        let rows = Double(3 * settings[.sampledActions]) * Double(settings.batchSize)
        let gibibytes = rows * Double(settings[.criticHidden].reduce(0, +)) * 4 / 0x1p30
        guard gibibytes > 64 else { return nil }
        return SettingsConflict(
            expected: "batch, sampled_actions and critic_hidden that need at most 64 GiB of activations",
            found: String(format: "%.0f GiB", gibibytes))
    }
}
