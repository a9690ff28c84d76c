package import Numerics

/// AntMaze: an ant that is to reach a goal in a maze. It observes neither the goal nor the walls.
///
/// Observation: qpos ++ qvel. Reward: 1 within the goal's radius after the step, else 0.
///
/// - `d4rl`: D4RL's antmaze-* (d4rl/locomotion): from the start cell to the goal cell; reaching the goal ends the episode.
/// - `gymnasium`, `gymnasium-v5`: Gymnasium-Robotics' AntMaze-v4 (gymnasium_robotics/envs/maze): start and goal anywhere
///   in the maze, at least 2 m apart; reaching the goal does not end the episode. Our observation has the ant's x and y;
///   it does not have the contact forces that v5 adds.
package final class AntMaze: SimulatedEnvironment {
    /// One maze of the family.
    package struct Task: Sendable {
        let specification: EnvironmentSpecification
        let maze: Maze

        /// The task called `name` in `maze`, with D4RL's time limit and reference scores (d4rl/infos.py).
        package init(_ name: String, _ maze: Maze, maximumSteps: Int) {
            specification = EnvironmentSpecification(
                name: name, observationSize: 29, actionSize: 8, maximumSteps: maximumSteps, referenceMinimum: 0,
                referenceMaximum: 1, positionCount: 15, velocityCount: 14, tasks: ["goal"], stepTime: 5.7)
            self.maze = maze
        }
    }

    /// Indices into the random numbers of an episode; 0–28 are the noise of the start state.
    private enum Draw {
        static let goal = 32
        static let start = 64
    }

    /// The distance in metres at which a goal counts as reached, by D4RL's rules.
    static let d4rlGoalRadius = 0.5

    package let specification: EnvironmentSpecification
    package let simulation: MuJoCoSimulation
    package let frameSkip = 5
    package let action: ActionBuffer
    /// The goal's position.
    private var target = Maze.Place.zero
    /// Whether the ant has reached the goal since the last reset.
    private var hasReachedTarget = false
    private let maze: Maze
    private let ant: AntModel
    /// The centres of the wall cells.
    private let walls: [Maze.Place]
    private let goals: EnvironmentOptions.Goals
    private let isGymnasium: Bool
    private let goalRadius: Double  // metres
    private let actionScale: Double
    private var elapsedSteps = 0

    /// - Throws: `EnvironmentError.libraryMismatch` or `.simulator`.
    package convenience init(_ task: Task, options: EnvironmentOptions) throws {
        try self.init(
            task, options: options, ant: options.profile == .d4rl ? .d4rl(legacyInertia: true) : .gymnasium)
    }

    /// Makes the task with another ant than the profile's.
    package init(_ task: Task, options: EnvironmentOptions, ant: AntModel) throws {
        specification = task.specification
        maze = task.maze
        goals = options.goals
        isGymnasium = options.profile != .d4rl
        goalRadius = isGymnasium ? 0.45 : Self.d4rlGoalRadius
        actionScale = isGymnasium ? 1 : AntModel.d4rlTorque
        let centre = isGymnasium ? maze.gymnasiumCentre : maze.d4rlCentre
        walls = maze.walls.map(centre)
        self.ant = ant
        simulation = try MuJoCoSimulation(name: specification.name, model: ant.mjcf(walls: walls))
        precondition(
            simulation.positions.count == specification.positionCount
                && simulation.velocities.count == specification.velocityCount
                && simulation.controls.count == specification.actionSize,
            "the model of \(specification.name) does not have the sizes of its specification")
        action = ActionBuffer(specification)
        target = centre(maze.goal)
        if case .once(let stream) = options.goals { target = drawGoal(episode: 0, stream) }
        let start = centre(maze.start)
        try startEpisode { positions, _ in
            positions[0] += start.x
            positions[1] += start.y
        }
    }

    package func reset(episode: Int, stream: RandomStream) throws {
        if case .everyEpisode = goals { target = drawGoal(episode: episode, stream) }
        let start = isGymnasium ? drawStart(episode: episode, stream) : .zero
        try startEpisode { positions, _ in
            positions[0] += start.x
            positions[1] += start.y
            if !isGymnasium { AntModel.addStartNoise(to: simulation, episode: episode, stream: stream) }
        }
    }

    /// Starts an episode by D4RL's rules, but with another goal, and at `start` (without noise on x and y) if it is given.
    package func reset(episode: Int, stream: RandomStream, start: Maze.Place?, goal: Maze.Place) throws {
        target = goal
        try startEpisode { positions, _ in
            AntModel.addStartNoise(to: simulation, episode: episode, stream: stream)
            if let start { (positions[0], positions[1]) = (start.x, start.y) }
        }
    }

    /// Starts an episode in exactly this state with this goal.
    package func reset(toPositions positions: [Double], velocities: [Double], goal: Maze.Place) throws {
        target = goal
        try startEpisode { _, _ in simulation.place(positions: positions, velocities: velocities) }
    }

    /// Starts an episode at qpos0 and zero velocity, as changed by `place`.
    private func startEpisode(
        place: (UnsafeMutableBufferPointer<Double>, UnsafeMutableBufferPointer<Double>) -> Void
    ) throws {
        try simulation.reset()
        place(simulation.positions, simulation.velocities)
        try simulation.forward()
        elapsedSteps = 0
        hasReachedTarget = false
    }

    /// Draws a goal. D4RL: a point near the goal cell's centre, shifted away from the origin; Gymnasium: one in any free cell.
    private func drawGoal(episode: Int, _ stream: RandomStream) -> Maze.Place {
        func uniform(_ i: Int) -> Double { stream.uniform(step: episode, index: Draw.goal + i) }
        if isGymnasium { return drawPlace(episode: episode, stream, index: Draw.goal) }
        return maze.d4rlGoal(in: maze.goal, uniform: uniform)
    }

    /// Draws Gymnasium's start: in a free cell whose centre is more than half a cell's width from the goal.
    private func drawStart(episode: Int, _ stream: RandomStream) -> Maze.Place {
        var index = Draw.start
        while true {
            let cell = drawCell(episode: episode, stream, index: index)
            let isFar = Maze.distance(cell, target) > 0.5 * Maze.cellWidth
            if isFar { return cell + drawShift(episode, stream, index + 1) }
            index += 4
        }
    }

    private func drawPlace(episode: Int, _ stream: RandomStream, index: Int) -> Maze.Place {
        drawCell(episode: episode, stream, index: index) + drawShift(episode, stream, index + 1)
    }

    private func drawCell(episode: Int, _ stream: RandomStream, index: Int) -> Maze.Place {
        let cells = maze.freeCells
        let drawn = Int(stream.uniform(step: episode, index: index) * Double(cells.count))
        return maze.gymnasiumCentre(cells[drawn])
    }

    /// Draws a shift of up to 1 m along each axis.
    private func drawShift(_ episode: Int, _ stream: RandomStream, _ index: Int) -> Maze.Place {
        Maze.Place(
            2 * stream.uniform(step: episode, index: index) - 1, 2 * stream.uniform(step: episode, index: index + 1) - 1
        )
    }

    package func stepWithAction() throws -> StepResult {
        for i in action.indices { simulation.controls[i] = actionScale * action.clipped(i) }
        try simulation.step(frameSkip)
        elapsedSteps += 1
        let isAtGoal = Maze.distance(place, target) <= goalRadius  // false for NaN
        hasReachedTarget = hasReachedTarget || isAtGoal
        return StepResult(
            reward: isAtGoal ? 1 : 0, terminal: isAtGoal && !isGymnasium,
            atTimeLimit: elapsedSteps >= specification.maximumSteps)
    }

    /// The place of the torso.
    var place: Maze.Place { Maze.Place(simulation.positions[0], simulation.positions[1]) }

    package var completedTasks: [String] { hasReachedTarget ? specification.tasks : [] }

    package var goal: [Double] { [target.x, target.y] }

    package func observe(into observation: UnsafeMutablePointer<Real>) {
        let (positions, velocities) = (simulation.positions, simulation.velocities)
        for i in positions.indices { observation[i] = Real(positions[i]) }
        for i in velocities.indices { observation[positions.count + i] = Real(velocities[i]) }
    }

    /// The current observation before it is rounded to `Real`.
    package var exactObservation: [Double] { Array(simulation.positions) + Array(simulation.velocities) }
}

extension AntMaze: Drawable {
    package var controlStep: Double { Double(frameSkip) * simulation.timestep }

    /// A view from the south, high enough to show the whole maze, whose first and last walls are opposite corners.
    package var viewpoint: Viewpoint {
        let middle = (walls[0] + walls[walls.count - 1]) / 2
        return Viewpoint(
            .point(Vector(middle.x, middle.y, 0)), distance: 1.2 * extent, azimuth: 90, elevation: -60)
    }

    /// The maze's length in metres, along its longer axis.
    private var extent: Double {
        let diagonal = walls[walls.count - 1] - walls[0]
        return max(abs(diagonal.x), abs(diagonal.y)) + Maze.cellWidth
    }

    package var marks: [Mark] { [.goal(at: target, radius: goalRadius)] }

    package func makeDrawing() throws -> MuJoCoSimulation {
        try MuJoCoSimulation(
            name: specification.name, model: ant.mjcf(walls: walls, scenery: .studio(extent: extent)))
    }
}

extension Mark {
    /// A goal, drawn as a ball of the radius within which it counts as reached.
    static func goal(at place: Maze.Place, radius: Double) -> Mark {
        Mark(at: Vector(place.x, place.y, radius), radius: radius, colour: [0.15, 0.65, 0.25, 1])
    }
}
