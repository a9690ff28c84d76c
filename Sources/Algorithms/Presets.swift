import Datasets

/// The default hyperparameters of every learner, per dataset.
///
/// Sources: "official IQL" is ikostrikov/implicit_q_learning@09d7002, "official SQL" ryanxhr/IVR@58edd26; "our default"
/// marks what the ACTIVE paper's public material leaves open. The datasets known so far are the locomotion ones, which
/// share one preset in both official codes.
public enum Presets {
    private static let positive = 1e-12...1e6

    /// The preset of `learner` on `dataset`; the keys and their order, in which settings are printed, are the same for
    /// every dataset.
    public static func hyperparameters(
        _ learner: LearnerKind, for dataset: String = "hopper-medium-v2"
    ) -> Hyperparameters {
        switch learner {
        case .iql:
            Hyperparameters(
                [
                    Setting("expectile", .real(0.7), .real(0.5...1), from: "official IQL"),
                    Setting("inverse_temperature", .real(3), .real(0...1e6), from: "official IQL"),
                ] + common(layerNorm: false, from: "official IQL"))
        case .sql:
            Hyperparameters(
                [Setting("alpha", .real(1), .real(positive), from: "official SQL")]
                    + common(layerNorm: true, from: "official SQL"))
        case .activeI:
            Hyperparameters(
                [Setting("expectile", .real(0.7), .real(0.5...1), from: "official IQL")] + active
                    + common(layerNorm: true, from: "official SQL"))
        case .activeS:
            Hyperparameters(
                [Setting("alpha", .real(1), .real(positive), from: "official SQL")] + active
                    + common(layerNorm: true, from: "official SQL"))
        }
    }

    private static let active = [
        Setting("m", .integer(5), .integer(1...1024), from: "our default: \"a small ensemble\""),
        Setting("quantile", .real(0.5), .real(0...1), from: "our default: the median"),
        Setting("target_log_likelihood", .real(-1), .real(-1e3...1e3), from: "our default: not yet measured"),
        Setting("initial_beta", .real(1), .real(1e-4...1e4), from: "our default"),
        Setting("beta_rate", .real(3e-4), .real(0...1), from: "our default"),
    ]

    private static func common(layerNorm: Bool, from origin: String) -> [Setting] {
        [
            Setting("weight_cap", .real(100), .real(positive), from: origin),
            Setting("learning_rate", .real(3e-4), .real(0...1), from: origin),
            Setting("discount", .real(0.99), .real(0...1), from: origin),
            Setting("target_rate", .real(0.005), .real(0...1), from: origin),
            Setting("batch", .integer(256), .integer(1...65_536), from: origin),
            Setting("hidden", .integers([256, 256]), .widths, from: origin),
            Setting("value_layer_norm", .flag(layerNorm), .flag, from: origin),
            Setting(
                "clip_actions", .real(TransitionTransforms.standardActionLimit), .real(1e-3...1), from: origin),
            Setting("reward", .word("return-range"), .words(RewardWord.allCases.map(\.rawValue)), from: origin),
            Setting("normalise_observations", .flag(false), .flag, from: origin),
        ]
    }
}
