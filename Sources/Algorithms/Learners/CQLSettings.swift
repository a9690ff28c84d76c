import Numerics

/// CQL's hyperparameters, by their keys.
struct CQLSettings: Sendable, Equatable {
    let batch: Int
    /// Widths of the policy's hidden layers.
    let hidden: [Int]
    /// Widths of the critics' hidden layers.
    let criticHidden: [Int]
    /// Of the products between hidden layers.
    let precision: Precision
    /// α_CQL.
    let alpha: Double
    /// N: actions drawn from each of the three distributions.
    let sampledActions: Int
    /// Whether log-densities are subtracted from the sampled actions' values.
    let importanceSampling: Bool
    /// Whether the penalty's weight is trained.
    let lagrange: Bool
    /// What Δ is then held at.
    let lagrangeGap: Double
    /// Whether y takes the best of N actions at s'.
    let maxTargetBackup: Bool
    /// T of T·logsumexp(·/T).
    let softmaxTemperature: Double
    /// What each sample's difference is clamped to.
    let penaltyRange: ClosedRange<Double>
    /// H̄.
    let targetEntropy: Double
    /// Of the critics and α'.
    let learningRate: Double
    /// Of the policy and α.
    let policyLearningRate: Double
    /// γ.
    let discount: Double
    /// η.
    let targetRate: Double

    init(_ hyperparameters: Hyperparameters, actions: Int) {
        batch = hyperparameters.batchSize
        hidden = hyperparameters[.hidden]
        criticHidden = hyperparameters[.criticHidden]
        precision = hyperparameters.precision
        alpha = hyperparameters[.alpha]
        sampledActions = hyperparameters[.sampledActions]
        importanceSampling = hyperparameters[.importanceSampling]
        lagrange = hyperparameters[.lagrange]
        lagrangeGap = hyperparameters[.lagrangeGap]
        maxTargetBackup = hyperparameters[.maxTargetBackup]
        softmaxTemperature = hyperparameters[.softmaxTemperature]
        penaltyRange = hyperparameters[.penaltyMinimum]...hyperparameters[.penaltyMaximum]
        targetEntropy = hyperparameters[.entropyPerDimension] * Double(actions)
        learningRate = hyperparameters[.learningRate]
        policyLearningRate = hyperparameters[.policyLearningRate]
        discount = hyperparameters[.discount]
        targetRate = hyperparameters[.targetRate]
    }
}
