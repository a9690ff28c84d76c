package import Numerics

/// Where the episodes of a maze's dataset start and to which goals they are sent (d4rl/locomotion/maze_env.py;
/// scripts/generation/generate_ant_maze_datasets.py).
package struct MazeCollection: Sendable {
    /// The start of an episode.
    package enum Start: Sendable, Equatable {
        /// That of an evaluation: the map's start, with the noise of a start state.
        case evaluation
        /// A random point of one of these cells.
        case cells([Maze.Cell])
    }

    /// The start and goal of one episode.
    package struct Episode: Sendable, Equatable {
        /// The place of the start; nil for that of an evaluation.
        package let start: Maze.Place?
        package let goal: Maze.Place
    }

    /// The number of control steps of an episode: D4RL's counter ends an episode after it has passed 1000.
    package static let steps = 1001
    /// The standard deviation of the noise that is added to actions before they are clipped.
    package static let actionNoise = 0.2

    package let maze: Maze
    package let start: Start
    /// The cells of the goals, each as likely as the others.
    package let goals: [Maze.Cell]

    package init(_ maze: Maze, start: Start, goals: [Maze.Cell]) {
        self.maze = maze
        self.start = start
        self.goals = goals
    }

    /// Draws start and goal of `episode`.
    package func draw(episode: Int, stream: RandomStream) -> Episode {
        let numbers = stream.stream("start and goal")
        func uniform(_ i: Int) -> Double { numbers.uniform(step: episode, index: i) }
        func cell(_ cells: [Maze.Cell], _ i: Int) -> Maze.Cell { cells[Int(uniform(i) * Double(cells.count))] }
        let goal = maze.d4rlGoal(in: cell(goals, 0)) { uniform(1 + $0) }
        guard case .cells(let starts) = start else { return Episode(start: nil, goal: goal) }
        let centre = maze.d4rlCentre(cell(starts, 5))
        return Episode(start: Maze.Place(max(centre.x + uniform(6), 0), max(centre.y + uniform(7), 0)), goal: goal)
    }

    /// The goal with which all rewards of a dataset are computed. D4RL takes one that an environment drew; this is the mean of
    /// those that evaluations draw.
    package var evaluationGoal: Maze.Place { maze.d4rlGoal(in: maze.goal) { _ in 0.5 } }

    /// Returns the reward of a step that leads to `place`: 1 within D4RL's radius of `evaluationGoal`, else 0, also for NaN.
    package func reward(at place: Maze.Place) -> Double {
        Maze.distance(place, evaluationGoal) <= AntMaze.d4rlGoalRadius ? 1 : 0
    }
}

extension Maze {
    /// Draws one of D4RL's goals: the cell's centre, shifted by U(0, 1) + U(0, 0.5) along each axis.
    ///
    /// - `uniform`: four random numbers in [0, 1).
    package func d4rlGoal(in cell: Cell, uniform: (Int) -> Double) -> Place {
        let centre = d4rlCentre(cell)
        return Place(
            max(centre.x + uniform(0) + 0.5 * uniform(1), 0), max(centre.y + uniform(2) + 0.5 * uniform(3), 0))
    }
}
