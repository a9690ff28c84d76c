/// D4RL's navigation through a maze: it tells the ant in which direction to walk (d4rl/locomotion/maze_env.py,
/// create_navigation_policy).
///
/// The ant is sent to a waypoint: a random point of the next cell on the shortest way to the goal's cell, or the goal itself
/// where that is the next cell. The direction is computed at every control step.
package struct WaypointController: Sendable {
    /// The goal's position.
    package let goal: Maze.Place
    private let maze: Maze
    private let routes: MazeRoutes

    /// Finds the ways through `maze`, in D4RL's coordinates, to `goal`.
    package init(_ maze: Maze, goal: Maze.Place) {
        self.maze = maze
        self.goal = goal
        routes = maze.routes(to: maze.navigationCell(at: goal))
    }

    /// Returns the point to which an ant at `place` is sent; the goal itself if there is no way.
    ///
    /// - `shift`: where in the next cell, two random numbers in [0, 1): D4RL adds them to the centre of the cell.
    package func waypoint(from place: Maze.Place, shift: Maze.Place) -> Maze.Place {
        let next = routes.next(after: maze.navigationCell(at: place))
        guard let next, next != routes.target else { return goal }
        return maze.d4rlCentre(next) + shift
    }

    /// Returns the direction from `place` to the waypoint, as a vector of length 1; zero at the waypoint itself.
    package func direction(from place: Maze.Place, shift: Maze.Place) -> Maze.Place {
        GoalReachingAnt.direction(from: place, to: waypoint(from: place, shift: shift))
    }
}
