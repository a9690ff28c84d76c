/// The properties of an environment that are known before it is made.
package struct EnvironmentSpecification: Sendable, Equatable {
    /// The name, such as "hopper", with which its datasets' names begin.
    package let name: String
    /// The number of elements of an observation.
    package let observationSize: Int
    /// The number of elements of an action, each in [−1, 1].
    package let actionSize: Int
    /// The time limit of an episode in control steps.
    package var maximumSteps: Int
    /// The return that scores 0 (D4RL's `REF_MIN_SCORE`).
    package let referenceMinimum: Double
    /// The return that scores 100 (D4RL's `REF_MAX_SCORE`).
    package let referenceMaximum: Double
    /// The number of elements of `qpos`.
    package let positionCount: Int
    /// The number of elements of `qvel`.
    package let velocityCount: Int
    /// The names of the tasks to be completed; empty in environments without named tasks.
    package var tasks: [String] = []
    /// The approximate time of a control step relative to Hopper's, for predictions of cost.
    package var stepTime: Double = 1

    /// Makes a specification; by default returns of 0 and 1 score 0 and 100.
    package init(
        name: String, observationSize: Int, actionSize: Int, maximumSteps: Int, referenceMinimum: Double = 0,
        referenceMaximum: Double = 1, positionCount: Int, velocityCount: Int, tasks: [String] = [], stepTime: Double = 1
    ) {
        self.name = name
        self.observationSize = observationSize
        self.actionSize = actionSize
        self.maximumSteps = maximumSteps
        self.referenceMinimum = referenceMinimum
        self.referenceMaximum = referenceMaximum
        self.positionCount = positionCount
        self.velocityCount = velocityCount
        self.tasks = tasks
        self.stepTime = stepTime
    }

    /// Returns D4RL's normalised score of an undiscounted return R: 100·(R − min)/(max − min).
    package func normalisedScore(return undiscounted: Double) -> Double {
        100 * (undiscounted - referenceMinimum) / (referenceMaximum - referenceMinimum)
    }
}
