import Algorithms

/// What `active-bench scale` is asked for.
public struct ScalingOptions: Sendable {
    /// The learner's name.
    public var learner = "ACTIVE-I"
    /// m on one rank, where the learner has an ensemble.
    public var members = 10
    /// "hidden=[64, 64]".
    public var settings: [String] = []
    /// Seconds of each subject in each round.
    public var seconds = 0.5
    /// How often every subject has its turn.
    public var rounds = 5
    /// What messages cost in the predictions: values or a file, as `NetworkParameters.init` reads; nil for what they cost
    /// here.
    public var network: String?
    /// Whether what messages cost here must be known.
    public var measuresNetwork = false
    /// Ranks up to which there are predictions.
    public var largest = 4096
    /// A study file to predict, too.
    public var study: String?
    /// Where the report will be written to; found out to be a place before anything takes time.
    public var output: String?

    /// ACTIVE-I with ten members, up to 4,096 ranks.
    public init() {}

    /// The subject, with what a study might refuse refused.
    ///
    /// - Throws: `HarnessError.usage`.
    func subject() throws -> ScalingSubject {
        let hasEnsemble = LearnerKind(rawValue: learner).map { Presets.hyperparameters($0)["m"] != nil } ?? false
        let settings = try EffectiveSettings(
            learner: learner, dataset: "hopper-medium-v2",
            assignments: (hasEnsemble ? ["m=\(members)"] : []) + settings)
        return ScalingSubject(settings.learner, settings.hyperparameters)
    }
}
