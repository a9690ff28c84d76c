import Algorithms
import Studies

/// The options of `active-bench scale`.
package struct ScalingOptions: Sendable {
    /// The learner's name.
    package var learner = LearnerDefinition.activeI.name
    /// The ensemble size m on one rank, for a learner with an ensemble.
    package var members = 10
    /// Further settings, such as "hidden=[64, 64]".
    package var settings: [String] = []
    /// Seconds per subject in each round.
    package var seconds = 0.5
    /// The number of rounds, in each of which every subject runs once.
    package var rounds = 5
    /// The cost of messages in predictions: values or a file, as parsed by `LogGPParameters.init`; nil for the measured
    /// cost.
    package var messageCosts: String?
    /// Whether the cost of messages has to be measured.
    package var measuresMessages = false
    /// The largest number of ranks in predictions.
    package var largest = 4096
    /// The path of a study file that is predicted in addition.
    package var study: String?
    /// The folder for the report; checked to be writable before anything takes time.
    package var output: String?

    /// ACTIVE-I with ten members, up to 4,096 ranks.
    package init() {}

    /// The subject; refuses settings that a study would refuse.
    ///
    /// - Throws: `HarnessError.usage`.
    func subject() throws -> ScalingSubject {
        let hasEnsemble = LearnerRegistry.standard[learner]?.hyperparameters().value(of: .m) != nil
        let settings = try EffectiveSettings(
            learner: learner, dataset: .named("hopper-medium-v2"),
            assignments: (hasEnsemble ? ["m=\(members)"] : []) + settings)
        return ScalingSubject(settings.learner, settings.hyperparameters)
    }
}
