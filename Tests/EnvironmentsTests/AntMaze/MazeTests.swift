import Environments
import Testing

@Suite struct MazeTests {
    /// D4RL's plane: goal cells before noise, and the number of wall boxes.
    @Test(arguments: [(Maze.umaze, [0, 8.0], 18), (.medium, [20, 20], 38), (.large, [32, 24], 62)])
    func d4rlPlane(_ maze: Maze, goal: [Double], walls: Int) {
        #expect(maze.d4rlCentre(maze.start) == .zero)
        #expect(maze.d4rlCentre(maze.goal) == Maze.Place(goal[0], goal[1]))
        #expect(maze.walls.count == walls)
    }

    /// Gymnasium's plane: the corners of a 5 × 5 map lie 8 m from the origin, the first row on top.
    @Test func gymnasiumPlane() {
        let maze = Maze.umaze
        #expect(maze.gymnasiumCentre(maze.walls[0]) == Maze.Place(-8, 8))
        #expect(maze.gymnasiumCentre(maze.start) == Maze.Place(-4, 4))
        #expect(maze.gymnasiumCentre(maze.goal) == Maze.Place(-4, -4))
        #expect(maze.freeCells.count == 7 && maze.walls.count + maze.freeCells.count == 25)
    }
}
