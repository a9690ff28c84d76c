package import Numerics

/// A maze for a policy that was trained in `GoalReachingAnt`: it observes the ant's own state and the direction of the next
/// waypoint instead of the ant's place.
///
/// An episode is that of an evaluation, or one of those in which D4RL's method collects a dataset: from the starts and to the goals
/// of a `MazeCollection`, with noise on the actions, and to the time limit even if the goal is reached. Its rewards are then those
/// of the dataset: 1 within 0.5 m of one goal, the same for all episodes, wherever the ant is sent.
package final class MazeNavigation: Environment {
    package let specification: EnvironmentSpecification
    private let ant: AntMaze
    private let maze: Maze
    private let collection: MazeCollection?
    private var controller: WaypointController
    /// The direction of the waypoint from the ant's place.
    private var direction = Maze.Place.zero
    /// The action that was carried out last.
    private let action: Matrix
    /// Observations to be recorded.
    private let observation: Matrix
    private let nextObservation: Matrix
    private var (episode, elapsedSteps) = (0, 0)
    private var (waypoints, noise) = (RandomStream("no waypoints"), RandomStream("no noise"))

    /// Makes the navigation of `task`'s maze, called `name`.
    ///
    /// - `collection`: how data are collected; nil for an evaluation's episodes.
    /// - Throws: `EnvironmentError.libraryMismatch` or `.simulator`.
    package init(_ name: String, _ task: AntMaze.Task, collection: MazeCollection? = nil) throws {
        specification = Self.specification(name, task, collection)
        ant = try AntMaze(task, options: EnvironmentOptions())
        maze = task.maze
        self.collection = collection
        controller = WaypointController(maze, goal: Maze.Place(ant.goal[0], ant.goal[1]))
        action = Matrix(vector: specification.actionSize)
        observation = Matrix(vector: specification.observationSize)
        nextObservation = Matrix(vector: specification.observationSize)
    }

    /// The specification of the navigation called `name`.
    package static func specification(
        _ name: String, _ task: AntMaze.Task, _ collection: MazeCollection? = nil
    ) -> EnvironmentSpecification {
        let maze = task.specification
        return EnvironmentSpecification(
            name: name, observationSize: GoalReachingAnt.specification.observationSize, actionSize: maze.actionSize,
            maximumSteps: collection == nil ? maze.maximumSteps : MazeCollection.steps,
            referenceMinimum: maze.referenceMinimum, referenceMaximum: maze.referenceMaximum,
            positionCount: maze.positionCount, velocityCount: maze.velocityCount, tasks: maze.tasks,
            stepTime: maze.stepTime)
    }

    package func reset(episode: Int, stream: RandomStream) throws {
        if let planned = collection?.draw(episode: episode, stream: stream) {
            try ant.reset(episode: episode, stream: stream, start: planned.start, goal: planned.goal)
        } else {
            try ant.reset(episode: episode, stream: stream)
        }
        (self.episode, elapsedSteps) = (episode, 0)
        (waypoints, noise) = (stream.stream("waypoints"), stream.stream("action-noise"))
        controller = WaypointController(maze, goal: Maze.Place(ant.goal[0], ant.goal[1]))
        lookForWaypoint()
    }

    /// The index of the current step among those of all episodes.
    private var stepIndex: Int { episode * specification.maximumSteps + elapsedSteps }

    private func lookForWaypoint() {
        func uniform(_ i: Int) -> Double { waypoints.uniform(step: stepIndex, index: i) }
        let shift = Maze.Place(uniform(0), uniform(1))
        direction = controller.direction(from: ant.place, shift: shift)
    }

    package func step(_ action: UnsafePointer<Real>) throws -> StepResult {
        for j in 0..<specification.actionSize { self.action[j] = action[j] }
        if collection != nil { addNoise() }
        let result = try ant.step(self.action.pointer)
        elapsedSteps += 1
        lookForWaypoint()
        guard let collection else { return result }
        return StepResult(
            reward: collection.reward(at: ant.place), terminal: false,
            atTimeLimit: elapsedSteps >= specification.maximumSteps)
    }

    /// Adds noise to the action and clips it; what is not finite stays, and is refused by the ant.
    private func addNoise() {
        for j in 0..<specification.actionSize where action[j].isFinite {
            let disturbed = action[j] + Real(MazeCollection.actionNoise * noise.normalPair(step: stepIndex, index: j).0)
            action[j] = min(max(disturbed, -1), 1)
        }
    }

    package func observe(into observation: UnsafeMutablePointer<Real>) {
        GoalReachingAnt.observe(
            positions: ant.simulation.positions, velocities: ant.simulation.velocities, direction: direction,
            into: observation)
    }

    package func copyPositions(into positions: UnsafeMutablePointer<Double>) { ant.copyPositions(into: positions) }

    package func copyVelocities(into velocities: UnsafeMutablePointer<Double>) { ant.copyVelocities(into: velocities) }

    package var completedTasks: [String] { ant.completedTasks }

    package var goal: [Double] { ant.goal }

    /// The transition in the maze's own terms: its observations, the action with its noise, and, in a dataset, a terminal state
    /// wherever the reward is 1.
    package func recorded(_ transition: Rollout.Transition) -> Rollout.Transition {
        let (positions, velocities) = (specification.positionCount, specification.velocityCount)
        for i in 0..<positions { observation[i] = Real(transition.positions[i]) }
        for i in 0..<velocities { observation[positions + i] = Real(transition.velocities[i]) }
        ant.observe(into: nextObservation.pointer)
        let result = transition.result
        return Rollout.Transition(
            observation: observation.pointer, action: action.pointer, nextObservation: nextObservation.pointer,
            positions: transition.positions, velocities: transition.velocities,
            result: StepResult(
                reward: result.reward, terminal: result.reward > 0, atTimeLimit: result.timeout),
            logLikelihood: transition.logLikelihood)
    }
}

extension MazeNavigation: Drawable {
    package var controlStep: Double { ant.controlStep }
    package var viewpoint: Viewpoint { ant.viewpoint }
    package var marks: [Mark] { ant.marks }
    package func makeDrawing() throws -> MuJoCoSimulation { try ant.makeDrawing() }
}
