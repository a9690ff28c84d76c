import Algorithms
import Studies

/// What `active-bench scale` is asked for.
package struct ScalingOptions: Sendable {
    /// The learner's name.
    package var learner = "ACTIVE-I"
    /// m on one rank, where the learner has an ensemble.
    package var members = 10
    /// "hidden=[64, 64]".
    package var settings: [String] = []
    /// Seconds of each subject in each round.
    package var seconds = 0.5
    /// How often every subject has its turn.
    package var rounds = 5
    /// What messages cost in the predictions: values or a file, as `LogGPParameters.init` reads; nil for what they cost
    /// here.
    package var network: String?
    /// Whether what messages cost here must be known.
    package var measuresNetwork = false
    /// Ranks up to which there are predictions.
    package var largest = 4096
    /// A study file to predict, too.
    package var study: String?
    /// Where the report will be written to; found out to be a place before anything takes time.
    package var output: String?

    /// ACTIVE-I with ten members, up to 4,096 ranks.
    package init() {}

    /// The subject, with what a study might refuse refused.
    ///
    /// - Throws: `HarnessError.usage`.
    func subject() throws -> ScalingSubject {
        let hasEnsemble = LearnerRegistry.standard[learner]?.hyperparameters().value(of: .m) != nil
        let settings = try EffectiveSettings(
            learner: learner, dataset: "hopper-medium-v2",
            assignments: (hasEnsemble ? ["m=\(members)"] : []) + settings)
        return ScalingSubject(settings.learner, settings.hyperparameters)
    }
}
