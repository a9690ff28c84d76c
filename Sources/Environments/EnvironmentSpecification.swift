/// What is known of an environment before it is made.
package struct EnvironmentSpecification: Sendable, Equatable {
    /// The name datasets begin with, such as "hopper".
    package let name: String
    /// Elements of an observation.
    package let observationSize: Int
    /// Elements of an action, each in [−1, 1].
    package let actionSize: Int
    /// Control steps after which an episode times out.
    package var maximumSteps: Int
    /// The return that scores 0 (D4RL's `REF_MIN_SCORE`).
    package let referenceMinimum: Double
    /// The return that scores 100 (D4RL's `REF_MAX_SCORE`).
    package let referenceMaximum: Double
    /// Elements of `qpos`.
    package let positionCount: Int
    /// Elements of `qvel`.
    package let velocityCount: Int
    /// The names of what there is to do and to have done; empty where the reward is all there is.
    package var tasks: [String] = []
    /// About how long a control step takes, in Hopper's, for predictions of cost.
    package var stepTime: Double = 1

    /// What a family of environments says of one of its members; returns of 0 and 1 score 0 and 100 unless told otherwise.
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

    /// D4RL's normalised score of an undiscounted return R: 100·(R − min)/(max − min).
    package func normalisedScore(return undiscounted: Double) -> Double {
        100 * (undiscounted - referenceMinimum) / (referenceMaximum - referenceMinimum)
    }
}
