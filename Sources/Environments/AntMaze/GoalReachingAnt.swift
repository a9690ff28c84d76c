package import Numerics

/// D4RL's ant on a plane without walls, on its way to goals that are drawn one after another. The policy that walks through
/// the mazes is trained here (D4RL's GoalReachingAntEnv, d4rl/locomotion/ant.py and goal_reaching_env.py).
///
/// Observation [29]: qpos without x and y [13] ++ qvel [14] ++ the goal's direction in the world's frame [2], of length 1.
/// D4RL's policy observes the goal relative to the ant, which the navigation scales to 10 m whenever the policy acts in a maze.
/// Here it is scaled in training, too, so that the policy acts in the states in which it was trained, and to 1 instead of 10,
/// the order of magnitude of the other inputs.
///
/// Reward: metres per second towards the goal + `standingReward` − `controlCost`·|a|². D4RL's is minus the distance. With progress
/// instead, which is the change of the potential −distance (Ng, Harada and Russell, ICML 1999), values do not depend on how far
/// away a goal is drawn.
///
/// A torso that points downwards is terminal: the ant cannot turn over again. D4RL's ant lies there to the end of the episode;
/// from such steps nothing is learned, and the rewards lost teach the ant to stay on its feet.
package final class GoalReachingAnt: SimulatedEnvironment {
    /// Its name is not the beginning of any dataset's name. Returns are scored as they are.
    package static let specification = EnvironmentSpecification(
        name: "ant-goal", observationSize: 29, actionSize: 8, maximumSteps: 1000, referenceMaximum: 100,
        positionCount: 15, velocityCount: 14, stepTime: 3)

    /// The reward of every step in which the ant stands.
    package static let standingReward = 0.5
    /// The cost of a step with a clipped action of length 1.
    package static let controlCost = 0.02
    /// The distance in metres at which a goal is reached.
    package static let goalRadius = AntMaze.d4rlGoalRadius
    /// The largest distance in metres at which a goal is drawn.
    package static let goalRange = 10.0

    /// The index of the first random number of an episode's goals; 0–28 are the noise of the start state.
    private static let firstGoalDraw = 32

    package let specification: EnvironmentSpecification = GoalReachingAnt.specification
    package let simulation: MuJoCoSimulation
    package let frameSkip = 5
    package let action: ActionBuffer
    /// The goal's position.
    private var target = Maze.Place.zero
    /// The episode and the stream of its random numbers.
    private var (episode, stream) = (0, RandomStream("ant-goal before the first reset"))
    private var (elapsedSteps, goalCount) = (0, 0)

    /// - Throws: `EnvironmentError.libraryMismatch` or `.simulator`.
    package init() throws {
        simulation = try MuJoCoSimulation(
            name: Self.specification.name, model: AntModel.d4rl(legacyInertia: true).mjcf(walls: []))
        action = ActionBuffer(Self.specification)
        drawGoal()
    }

    package func reset(episode: Int, stream: RandomStream) throws {
        try simulation.reset()
        AntModel.addStartNoise(to: simulation, episode: episode, stream: stream)
        try simulation.forward()
        (self.episode, self.stream) = (episode, stream)
        (elapsedSteps, goalCount) = (0, 0)
        drawGoal()
    }

    private var place: Maze.Place { Maze.Place(simulation.positions[0], simulation.positions[1]) }

    private var distance: Double { Maze.distance(place, target) }

    /// Draws a goal as D4RL's disk_goal_sampler, but around the ant and not around the origin, which the ant leaves.
    private func drawGoal() {
        let index = Self.firstGoalDraw + 2 * goalCount
        let direction = Elementary.sineAndCosine(turns: stream.uniform(step: episode, index: index))
        let radius = Self.goalRange * stream.uniform(step: episode, index: index + 1)
        target = place + radius * Maze.Place(direction.cosine, direction.sine)
        goalCount += 1
    }

    package func stepWithAction() throws -> StepResult {
        var squares = 0.0
        for i in action.indices {
            simulation.controls[i] = AntModel.d4rlTorque * action.clipped(i)
            squares += action.clipped(i) * action.clipped(i)
        }
        let before = distance
        try simulation.step(frameSkip)
        elapsedSteps += 1
        let after = distance
        if after <= Self.goalRadius { drawGoal() }
        return StepResult(
            reward: (before - after) / controlStep + Self.standingReward - Self.controlCost * squares,
            terminal: !isUpright, atTimeLimit: elapsedSteps >= specification.maximumSteps)
    }

    /// Whether the torso's own vertical axis points upwards; false for NaN.
    private var isUpright: Bool {
        let (x, y) = (simulation.positions[4], simulation.positions[5])
        return 1 - 2 * (x * x + y * y) > 0
    }

    package var goal: [Double] { [target.x, target.y] }

    package func observe(into observation: UnsafeMutablePointer<Real>) {
        Self.observe(
            positions: simulation.positions, velocities: simulation.velocities,
            direction: Self.direction(from: place, to: target), into: observation)
    }

    /// Writes what the policy observes of an ant that is to walk in `direction`, of length 1: 29 elements.
    package static func observe(
        positions: UnsafeMutableBufferPointer<Double>, velocities: UnsafeMutableBufferPointer<Double>,
        direction: Maze.Place, into observation: UnsafeMutablePointer<Real>
    ) {
        for i in 2..<positions.count { observation[i - 2] = Real(positions[i]) }
        for i in velocities.indices { observation[positions.count - 2 + i] = Real(velocities[i]) }
        observation[specification.observationSize - 2] = Real(direction.x)
        observation[specification.observationSize - 1] = Real(direction.y)
    }

    /// Returns the direction from `place` to `goal`, of length 1; zero where they are the same.
    package static func direction(from place: Maze.Place, to goal: Maze.Place) -> Maze.Place {
        let distance = Maze.distance(place, goal)
        return distance > 0 ? (goal - place) / distance : .zero
    }
}

extension GoalReachingAnt: Drawable {
    package var controlStep: Double { Double(frameSkip) * simulation.timestep }

    /// A view from the south, moving with the torso.
    package var viewpoint: Viewpoint {
        Viewpoint(.body("torso", height: 0.5), distance: 8, azimuth: 90, elevation: -30)
    }

    package var marks: [Mark] { [.goal(at: target, radius: Self.goalRadius)] }

    package func makeDrawing() throws -> MuJoCoSimulation {
        try MuJoCoSimulation(
            name: specification.name,
            model: AntModel.d4rl(legacyInertia: true).mjcf(walls: [], scenery: .studio(extent: 20)))
    }
}
