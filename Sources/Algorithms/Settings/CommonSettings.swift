import Datasets
package import Numerics
package import Suites

// Settings of several learners, with the ranges they have in all of them.

extension SettingKey<Int> {
    /// B, the number of transitions in a batch.
    package static var batch: Self { Self("batch") }
}

extension SettingKey<[Int]> {
    /// Widths of the policy's hidden layers, and of the other networks' unless the learner has another key for them.
    package static var hidden: Self { Self("hidden") }
}

extension SettingKey<Double> {
    /// Adam's rate; with a schedule, its initial value.
    package static var learningRate: Self { Self("learning_rate") }
    /// γ.
    package static var discount: Self { Self("discount") }
    /// η, the rate of the targets' moving average.
    package static var targetRate: Self { Self("target_rate") }
    /// The share of the policy's hidden units that a training pass drops.
    package static var actorDropout: Self { Self("actor_dropout") }
    /// α: the parameter of SQL's loss, or the weight of TD3+BC's value term or of CQL's penalty.
    package static var alpha: Self { Self("alpha") }
    /// κ of w = exp(κA), the inverse temperature of the weights of the data's actions.
    package static var inverseTemperature: Self { Self("inverse_temperature") }
    /// The largest w, the cap of `AdvantageWeight`.
    package static var weightCap: Self { Self("weight_cap") }
    /// The limit to which the data's actions are clipped; 1 leaves them unchanged.
    package static var clipActions: Self { Self("clip_actions") }
}

extension SettingKey<Bool> {
    /// Whether states are normalised to mean 0 and standard deviation 1.
    package static var normaliseObservations: Self { Self("normalise_observations") }
}

extension SettingKey<Precision> {
    /// The precision of the products between hidden layers.
    package static var precision: SettingKey<Precision> { Self("precision") }
}

extension SettingKey<RewardWord> {
    /// The transform of the data's rewards.
    package static var reward: Self { Self("reward") }
}

/// The origins of settings, as `active-bench config` prints them.
package enum Origin {
    /// ikostrikov/implicit_q_learning@09d7002.
    package static let iqlCode = "official IQL"
    /// ryanxhr/IVR@58edd26.
    package static let sqlCode = "official SQL"
    /// sfujim/TD3_BC.
    package static let td3bcCode = "official TD3+BC"
    /// tinkoff-ai/CORL@6afec90.
    package static let corl = "CORL"
    /// The ACTIVE paper.
    package static let activePaper = "the paper"
    /// Our choice, where public material leaves a value open.
    package static let ours = "our default"
}

extension ClosedRange<Double> {
    /// The range of numbers that must be positive.
    package static var positive: Self { 1e-12...1e6 }
    /// The range of learning rates, and of factors from 0 to 1.
    package static var rates: Self { 0...1 }
}

extension Setting {
    /// γ and η.
    package static func offPolicy(from origin: String) -> [Setting] {
        [Setting(.discount, 0.99, .rates, from: origin), Setting(.targetRate, 0.005, .rates, from: origin)]
    }

    /// Batch size, widths of the hidden layers and precision, which every learner has.
    package static func shape(_ hidden: [Int], from origin: String) -> [Setting] {
        [
            Setting(.batch, 256, 1...65_536, from: origin),
            Setting(.hidden, hidden, from: origin),
            Setting(.precision, .full, from: Origin.ours),
        ]
    }

    /// Returns the settings of the dataset's transforms, which every learner has.
    ///
    /// - `clip`: whether actions are clipped to ±(1 - 1e-5).
    /// - `rewardOrigin`: the origin of `reward`; nil for `origin`.
    package static func data(
        clip: Bool, _ reward: RewardWord, from origin: String, rewardOrigin: String? = nil, normalise: Bool = false
    ) -> [Setting] {
        let limit = clip ? TransitionTransforms.standardActionLimit : 1
        return [
            Setting(.clipActions, limit, 1e-3...1, from: origin),
            Setting(.reward, reward, cost: .none, from: rewardOrigin ?? origin),
            Setting(.normaliseObservations, normalise, cost: .none, from: origin),
        ]
    }

    /// Returns the dropout of a policy that is trained by the likelihood of the data's actions: 0.1 on the kitchens.
    package static func actorDropout(_ task: TaskClass, from origin: String) -> Setting {
        Setting(.actorDropout, task.choose(0, [.kitchen: 0.1]), 0...0.99, cost: .rate, from: origin)
    }
}
