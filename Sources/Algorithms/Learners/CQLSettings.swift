/// CQL's hyperparameters, by their keys.
struct CQLSettings: Sendable, Equatable {
    /// `hidden` is the policy's.
    let shape: ShapeSettings
    let offPolicy: OffPolicySettings
    /// Widths of the critics' hidden layers.
    let criticHidden: [Int]
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

    init(_ hyperparameters: Hyperparameters, actions: Int) {
        shape = .init(hyperparameters)
        offPolicy = .init(hyperparameters)
        criticHidden = hyperparameters[.criticHidden]
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
    }
}
