import Environments
import Numerics
import Suites

/// A point on a line that is to reach 0: a family as somebody might add it, in one file that no other knows of.
///
/// Observation: position and velocity. Action: a push in [−1, 1]. Reward: minus the distance. Never terminal.
final class PointMass: Environment {
    /// The suite of its datasets: for which no learner has settings.
    static let suite = TaskSuite("reaching")

    /// The registry's entry.
    static let family = family(recipes: [DatasetRecipe(number: 7, algorithm: "thumb", profile: .d4rl)])

    /// The registry's entry with these recipes.
    static func family(recipes: [DatasetRecipe]) -> EnvironmentFamily {
        EnvironmentFamily(
            suite: suite,
            environments: [definition],
            published: PublishedDatasets(
                tasks: ["pointmass-random"], paths: ["pointmass-random-v0": "toys/point_mass_at_random.hdf5"]),
            recipes: recipes)
    }

    private static let definition: EnvironmentDefinition = .init(
        EnvironmentSpecification(
            name: "pointmass", observationSize: 2, actionSize: 1, maximumSteps: 25, referenceMinimum: -50,
            referenceMaximum: 0, positionCount: 1, velocityCount: 1, stepTime: 0.001)
    ) { _ in PointMass() }

    let specification: EnvironmentSpecification = PointMass.definition.specification
    private let push: ActionBuffer = .init(PointMass.definition.specification)
    private var (position, velocity) = (1.0, 0.0)
    private var elapsedSteps = 0

    func reset(episode: Int, stream: RandomStream) {
        position = 2 * stream.uniform(step: episode, index: 0) - 1
        velocity = 0
        elapsedSteps = 0
    }

    func step(_ action: UnsafePointer<Real>) throws -> StepResult {
        try push.set(action)
        velocity += 0.1 * push.clipped(0)
        position += 0.1 * velocity
        elapsedSteps += 1
        return StepResult(
            reward: -abs(position), terminal: false, atTimeLimit: elapsedSteps >= specification.maximumSteps)
    }

    func observe(into observation: UnsafeMutablePointer<Real>) {
        observation[0] = Real(position)
        observation[1] = Real(velocity)
    }

    func copyPositions(into positions: UnsafeMutablePointer<Double>) { positions[0] = position }

    func copyVelocities(into velocities: UnsafeMutablePointer<Double>) { velocities[0] = velocity }
}
