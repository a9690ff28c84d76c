import Datasets
import Numerics
package import Suites

/// The default hyperparameters of every learner on every dataset, with where each value comes from.
///
/// "official" names the authors' code: ikostrikov/implicit_q_learning@09d7002 (IQL), ryanxhr/IVR@58edd26 (SQL),
/// sfujim/TD3_BC (TD3+BC). CQL's authors left no settings for these versions of the data: its are CORL's
/// (tinkoff-ai/CORL@6afec90) and, for kitchen, WSRL's (zhouzypaul/wsrl). "our default" marks what the ACTIVE paper's
/// public material leaves open. Our `-r1` datasets take the preset of their D4RL namesake.
package enum Presets {
    /// The preset of `learner` on `dataset`; the keys and their order, in which settings are printed, are the same for
    /// every dataset. A suite without settings of its own, and no task in particular, have those of locomotion.
    package static func hyperparameters(
        _ learner: LearnerKind, for dataset: TaskClass = .unspecified
    ) -> Hyperparameters {
        let settings =
            switch learner {
            case .bc: behaviourCloning(dataset)
            case .cql: conservative(dataset)
            case .td3bc: td3bc(dataset)
            case .iql: iql(dataset)
            case .sql: sql(dataset)
            case .activeI:
                expectile(dataset) + active(dataset) + inSample(dataset, layerNorm: true, rate: (3e-4, iqlCode))
            case .activeS:
                sparsity(dataset) + active(dataset) + inSample(dataset, layerNorm: true, rate: sqlRate(dataset))
            }
        return Hyperparameters(settings)
    }

    private static let iqlCode = "official IQL"
    private static let sqlCode = "official SQL"
    private static let td3bcCode = "official TD3+BC"
    private static let corl = "CORL"
    private static let ours = "our default"

    private static let positive = 1e-12...1e6
    private static let rates = 0.0...1.0

    // MARK: In-sample learners

    private static func iql(_ dataset: TaskClass) -> [Setting] {
        let inverseTemperature: Double =
            switch dataset.suite {
            case .antmaze?: 10
            case .kitchen?: 0.5
            default: 3
            }
        return expectile(dataset) + [
            Setting("inverse_temperature", .real(inverseTemperature), .real(0...1e6), from: iqlCode)
        ] + inSample(dataset, layerNorm: false, rate: (3e-4, iqlCode))
    }

    private static func sql(_ dataset: TaskClass) -> [Setting] {
        sparsity(dataset) + inSample(dataset, layerNorm: true, rate: sqlRate(dataset))
    }

    /// τ of the expectile.
    private static func expectile(_ dataset: TaskClass) -> [Setting] {
        let tau = dataset.suite == .antmaze ? 0.9 : 0.7
        return [Setting("expectile", .real(tau), .real(0.5...1), from: iqlCode)]
    }

    /// α of the sparse loss.
    private static func sparsity(_ dataset: TaskClass) -> [Setting] {
        let alpha: Double =
            switch dataset.suite {
            case .antmaze?: dataset.task == "antmaze-umaze-diverse" ? 3 : 0.1
            case .kitchen?: 0.5
            default: 1
            }
        return [Setting("alpha", .real(alpha), .real(positive), from: sqlCode)]
    }

    private static func sqlRate(_ dataset: TaskClass) -> (Double, String) {
        (dataset.suite == .antmaze ? 2e-4 : 3e-4, sqlCode)
    }

    /// ACTIVE's own: the ensemble, the temperature, and the switches of its ablations.
    private static func active(_ dataset: TaskClass) -> [Setting] {
        let likelihood = TargetLikelihood.of(dataset)
        let members = dataset.suite == .antmaze ? 10 : 5
        return [
            Setting("m", .integer(members), .integer(1...1024), from: "\(ours): \"a small ensemble\""),
            Setting("value_ensemble", .flag(true), .flag, from: "the paper"),
            Setting("backup", .word("min"), .words(["min", "mean", "quantile"]), from: "the paper"),
            Setting("backup_quantile", .real(0.25), .real(0...1), from: "\(ours); for backup: quantile"),
            Setting("quantile", .real(0.5), .real(0...1), from: "\(ours): the median"),
            Setting("weight", .word("auto"), .words(["auto", "exp", "one", "positive"]), from: "the paper: exp(A)"),
            Setting("inverse_temperature", .real(1), .real(0...1e6), from: "the paper"),
            Setting(
                "cloning_temperature", .word("adaptive"), .words(["adaptive", "fixed", "off"]), from: "the paper"),
            Setting(
                "target_log_likelihood", .real(likelihood.value), .real(-1e3...1e3), from: likelihood.origin),
            Setting("initial_beta", .real(1), .real(1e-4...1e4), from: ours),
            Setting("beta_rate", .real(3e-4), .real(rates), from: ours),
            Setting("q_normalisation", .flag(false), .flag, from: "the paper"),
        ]
    }

    private static func inSample(
        _ dataset: TaskClass, layerNorm: Bool, rate: (value: Double, origin: String)
    ) -> [Setting] {
        let reward: RewardWord =
            switch dataset.suite {
            case .antmaze?: .minusOne
            case .kitchen?: .raw
            default: .returnRange
            }
        let origin = rate.origin
        return [
            Setting("weight_cap", .real(100), .real(positive), from: origin),
            Setting("learning_rate", .real(rate.value), .real(rates), from: origin),
            Setting("critics", .integer(2), .integer(1...2), from: origin),
            Setting("value_layer_norm", .flag(layerNorm), .flag, from: layerNorm ? sqlCode : iqlCode),
            actorDropout(dataset, from: origin),
        ] + offPolicy(from: origin) + shape([256, 256], from: origin) + data(clip: true, reward, from: origin)
    }

    private static func actorDropout(_ dataset: TaskClass, from origin: String) -> Setting {
        Setting("actor_dropout", .real(dataset.suite == .kitchen ? 0.1 : 0), .real(0...0.99), from: origin)
    }

    // MARK: The others

    private static func behaviourCloning(_ dataset: TaskClass) -> [Setting] {
        [
            Setting("learning_rate", .real(3e-4), .real(rates), from: "\(ours): IQL's policy"),
            actorDropout(dataset, from: "\(ours): IQL's policy"),
        ]
            + shape([256, 256], from: "\(ours): IQL's policy")
            + data(clip: true, .raw, from: "\(ours): IQL's policy")
    }

    private static func td3bc(_ dataset: TaskClass) -> [Setting] {
        // The author's AntMaze runs do without normalisation (sfujim/TD3_BC issue #2); their reward is not said.
        let isMaze = dataset.suite == .antmaze
        let origin = dataset.suite == .kitchen ? ours : td3bcCode
        return [
            Setting("alpha", .real(2.5), .real(0...1e6), from: td3bcCode),
            Setting("policy_noise", .real(0.2), .real(0...10), from: td3bcCode),
            Setting("noise_clip", .real(0.5), .real(0...10), from: td3bcCode),
            Setting("policy_delay", .integer(2), .integer(1...1000), from: td3bcCode),
            Setting("learning_rate", .real(3e-4), .real(rates), from: td3bcCode),
        ] + offPolicy(from: td3bcCode) + shape([256, 256], from: td3bcCode)
            + data(
                clip: false, isMaze ? .minusOne : .raw, from: origin, rewardFrom: isMaze ? corl : nil,
                normalise: !isMaze)
    }

    private static func conservative(_ dataset: TaskClass) -> [Setting] {
        let isMaze = dataset.suite == .antmaze
        let isKitchen = dataset.suite == .kitchen
        let isOther = !isMaze && !isKitchen
        let origin = isKitchen ? "WSRL" : corl
        let policyRate = isOther ? 3e-5 : 1e-4
        let width = isKitchen ? 512 : 256
        let reward: RewardWord =
            switch dataset.suite {
            case .antmaze?: .tenTimesMinusFive
            case .kitchen?: .minusFour
            default: .raw
            }
        return [
            Setting("alpha", .real(isOther ? 10 : 5), .real(0...1e6), from: origin),
            Setting("sampled_actions", .integer(10), .integer(1...256), from: origin),
            Setting("importance_sampling", .flag(!isKitchen), .flag, from: origin),
            Setting("softmax_temperature", .real(1), .real(positive), from: origin),
            Setting("penalty_minimum", .real(isMaze ? -200 : -.infinity), .real(-.infinity...1e12), from: origin),
            Setting("penalty_maximum", .real(.infinity), .real(-1e12 ... .infinity), from: origin),
            Setting("lagrange", .flag(isMaze), .flag, from: origin),
            Setting("lagrange_gap", .real(isMaze ? 0.8 : -1), .real(-1e6...1e6), from: origin),
            Setting("max_target_backup", .flag(isMaze || isKitchen), .flag, from: origin),
            Setting("entropy_per_dimension", .real(-1), .real(-100...100), from: origin),
            Setting("learning_rate", .real(3e-4), .real(rates), from: origin),
            Setting("policy_learning_rate", .real(policyRate), .real(rates), from: origin),
            Setting(
                "critic_hidden", .integers(Array(repeating: width, count: isMaze ? 5 : 3)), .widths,
                from: isMaze ? "CORL, whose second critic has three by a slip" : origin),
        ] + offPolicy(from: origin) + shape([width, width, width], from: origin)
            + data(
                clip: isKitchen, reward,
                // Of the locomotion datasets CORL's file for this one alone also rescales the rewards (corl-team/CORL#17).
                from: origin, rewardFrom: dataset.task == "hopper-medium" ? "CORL, but for its slip" : origin,
                normalise: isOther)
    }

    // MARK: What several have

    private static func offPolicy(from origin: String) -> [Setting] {
        [
            Setting("discount", .real(0.99), .real(rates), from: origin),
            Setting("target_rate", .real(0.005), .real(rates), from: origin),
        ]
    }

    private static func shape(_ hidden: [Int], from origin: String) -> [Setting] {
        [
            Setting("batch", .integer(256), .integer(1...65_536), from: origin),
            Setting("hidden", .integers(hidden), .widths, from: origin),
            Setting(
                "precision", .word(Precision.full.rawValue), .words(Precision.allCases.map(\.rawValue)), from: ours),
        ]
    }

    private static func data(
        clip: Bool, _ reward: RewardWord, from origin: String, rewardFrom: String? = nil, normalise: Bool = false
    ) -> [Setting] {
        let limit = clip ? TransitionTransforms.standardActionLimit : 1
        return [
            Setting("clip_actions", .real(limit), .real(1e-3...1), from: origin),
            Setting(
                "reward", .word(reward.rawValue), .words(RewardWord.allCases.map(\.rawValue)),
                from: rewardFrom ?? origin),
            Setting("normalise_observations", .flag(normalise), .flag, from: origin),
        ]
    }
}
