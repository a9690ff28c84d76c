import Networks

/// ACTIVE's hyperparameters and switches: m, f, H_D, c, β₀, λ_β and what an ablation turns off or exchanges.
struct ACTIVESettings: Sendable, Equatable {
    /// What becomes of β.
    enum Temperature: String, SettingWord {
        /// Dual ascent (ACT).
        case adaptive
        /// β₀ throughout.
        case fixed
        /// No value term in the policy's loss: the baseline's weighted cloning.
        case off
    }

    /// What of V₁(s') … V_m(s') a study chooses for the critics' target.
    enum BackupWord: String, SettingWord {
        case minimum = "min"
        case mean
        case quantile
    }

    /// What a study chooses for w.
    enum WeightWord: String, SettingWord {
        /// exp(A) with a value term, and the baseline's own weight without one.
        case auto
        case exponential = "exp"
        case one
        case positive
    }

    let common: InSampleNetworks.Settings
    /// f.
    let loss: ValueLoss
    /// m, the number of V networks.
    let members: Int
    /// What of the members at s' the critics' target takes.
    let backup: Backup
    /// c of E_c: which quantile of the ensemble the advantage is measured from.
    let quantile: Double
    /// w as a function of the advantage.
    let weight: AdvantageWeight
    let temperature: Temperature
    /// H_D, what E_D[log π(a|s)] is held at.
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
