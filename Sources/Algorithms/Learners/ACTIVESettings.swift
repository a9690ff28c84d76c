import Networks

/// ACTIVE's hyperparameters m, f, H_D, c, β₀, λ_β, and the switches of its ablations.
struct ACTIVESettings: Sendable, Equatable {
    /// How β is chosen.
    enum Temperature: String, SettingWord {
        /// By dual ascent (adaptive cloning temperature, ACT).
        case adaptive
        /// β = β₀ in all steps.
        case fixed
        /// The policy's loss has no value term: the baseline's weighted cloning.
        case off
    }

    /// How a study combines V₁(s') … V_m(s') in the critics' target.
    enum BackupWord: String, SettingWord {
        case minimum = "min"
        case mean
        case quantile
    }

    /// The function w that a study chooses.
    enum WeightWord: String, SettingWord {
        /// exp(A) with a value term, and the baseline's own weight without one.
        case auto
        case exponential = "exp"
        case one
        case positive
    }

    let common: InSampleNetworks.Settings
    /// f, the value loss.
    let loss: ValueLoss
    /// m, the number of V networks.
    let members: Int
    /// How the critics' target combines the members at s'.
    let backup: Backup
    /// c of E_c: the level of the members' quantile that is the baseline of the advantage.
    let quantile: Double
    /// w as a function of the advantage.
    let weight: AdvantageWeight
    let temperature: Temperature
    /// H_D, the target of E_D[log π(a|s)] in nats.
    let targetLogLikelihood: Double
    /// β before the first step.
    let initialBeta: Double
    /// λ_β, Adam's rate on log β.
    let betaRate: Double
    /// Whether the policy's value term is divided by its mean magnitude.
    let normalisesQ: Bool

    init(_ hyperparameters: Hyperparameters, loss: ValueLoss) {
        common = .init(hyperparameters)
        self.loss = loss
        members = hyperparameters[.valueEnsemble] ? hyperparameters[.m] : 1
        backup =
            switch hyperparameters[.backup] {
            case .minimum: .minimum
            case .mean: .mean
            case .quantile: .quantile(hyperparameters[.backupQuantile])
            }
        quantile = hyperparameters[.quantile]
        temperature = hyperparameters[.cloningTemperature]
        weight = ACTIVESettings.weight(hyperparameters, loss: loss, temperature: temperature)
        targetLogLikelihood = hyperparameters[.targetLogLikelihood]
        initialBeta = hyperparameters[.initialBeta]
        betaRate = hyperparameters[.betaRate]
        normalisesQ = hyperparameters[.qNormalisation]
    }

    private static func weight(
        _ hyperparameters: Hyperparameters, loss: ValueLoss, temperature: Temperature
    ) -> AdvantageWeight {
        let exponential = AdvantageWeight.exponential(inverseTemperature: hyperparameters[.inverseTemperature])
        switch (hyperparameters[.weight], loss) {
        case (.one, _): return .one
        case (.positive, _): return .positivePart
        case (.auto, .sparse) where temperature == .off: return .positivePart
        case (.auto, _), (.exponential, _): return exponential
        }
    }
}
