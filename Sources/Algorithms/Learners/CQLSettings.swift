import Numerics

/// CQL's hyperparameters, by their keys.
struct CQLSettings: Sendable, Equatable {
    let batch: Int
    /// Widths of the policy's hidden layers.
    let hidden: [Int]
    /// Widths of the critics' hidden layers.
    let criticHidden: [Int]
    /// The precision of the products between hidden layers.
    let precision: Precision
    /// α_CQL, the weight of the penalty.
    let alpha: Double
    /// N: actions drawn from each of the three distributions.
    let sampledActions: Int
    /// Whether log-densities are subtracted from the sampled actions' values.
    let importanceSampling: Bool
    /// Whether the penalty's weight is trained.
    let lagrange: Bool
    /// The target of Δ if the penalty's weight is trained.
    let lagrangeGap: Double
    /// Whether y takes the best of N actions at s'.
    let maxTargetBackup: Bool
    /// T of T·logsumexp(·/T).
    let softmaxTemperature: Double
    /// The range to which each sample's difference is clamped.
    let penaltyRange: ClosedRange<Double>
    /// H̄, the target entropy in nats.
    let targetEntropy: Double
    /// Adam's rate of the critics and of α'.
    let learningRate: Double
    /// Adam's rate of the policy and of α.
    let policyLearningRate: Double
    /// γ, the discount.
    let discount: Double
    /// η, the rate of the targets' moving average.
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
