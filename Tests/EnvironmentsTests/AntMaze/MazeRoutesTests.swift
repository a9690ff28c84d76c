import Environments
import Testing

@Suite struct MazeRoutesTests {
    private static let mazes: [(Maze, String)] = [
        (.umaze, "EENNWW"), (.medium, "NENEENEENN"), (.large, "NNEEEEENNEENNE"),
    ]
    private static let sides: [Character: (row: Int, column: Int)] = [
        "N": (1, 0), "S": (-1, 0), "E": (0, 1), "W": (0, -1),
    ]

    /// The way from the start to the goal of an evaluation is the one that D4RL's search finds; N is +y.
    @Test(arguments: mazes) func wayFromTheStartToTheGoal(_ maze: Maze, _ way: String) throws {
        let routes = maze.routes(to: maze.goal)
        var cell = maze.start
        for side in way {
            let next = try #require(routes.next(after: cell))
            let step = try #require(Self.sides[side])
            #expect(next == Maze.Cell(row: cell.row + step.row, column: cell.column + step.column))
            cell = next
        }
        #expect(cell == maze.goal && routes.next(after: cell) == cell)
    }

    /// Every free cell has a way to every free cell. No way leads through a wall or is longer than its neighbour's way plus one
    /// step.
    @Test(arguments: mazes) func allWays(_ maze: Maze, _ way: String) throws {
        for target in maze.freeCells {
            let routes = maze.routes(to: target)
            func length(_ cell: Maze.Cell) throws -> Int {
                var (cell, steps) = (cell, 0)
                while cell != target {
                    let next = try #require(routes.next(after: cell))
                    #expect(maze.isFree(next))
                    #expect(abs(next.row - cell.row) + abs(next.column - cell.column) == 1)
                    (cell, steps) = (next, steps + 1)
                    guard steps <= 100 else { break }
                }
                return steps
            }
            for cell in maze.freeCells {
                let own = try length(cell)
                for side in Self.sides.values {
                    let neighbour = Maze.Cell(row: cell.row + side.row, column: cell.column + side.column)
                    if maze.isFree(neighbour) { #expect(try own <= length(neighbour) + 1) }
                }
            }
        }
    }

    /// A wall beside a free cell has a way out; one among walls, and whatever lies outside the map, has none.
    @Test func wallsAndBorders() {
        let maze = Maze.umaze
        let routes = maze.routes(to: maze.goal)
        #expect(routes.next(after: Maze.Cell(row: 2, column: 2)) == Maze.Cell(row: 3, column: 2))
        #expect(routes.next(after: Maze.Cell(row: 0, column: 1)) == maze.start)
        for (row, column) in [(0, 0), (-1, 1), (1, -1), (5, 1), (1, 5)] {
            #expect(routes.next(after: Maze.Cell(row: row, column: column)) == nil)
        }
        // Nothing leads out of the map, or to a place that walls enclose.
        #expect(maze.routes(to: Maze.Cell(row: 9, column: 9)).next(after: maze.start) == nil)
        let enclosed = Maze("11111 1r1g1 11111")
        #expect(enclosed.routes(to: enclosed.goal).next(after: enclosed.start) == nil)
    }

    /// A cell of D4RL's navigation begins at the middle of the real cell; everything left of or below the start is the start.
    @Test(arguments: [
        (Maze.Place(0, 0), 1, 1), (Maze.Place(3.99, 3.99), 1, 1), (Maze.Place(4, 0), 1, 2), (Maze.Place(0, 4), 2, 1),
        (Maze.Place(7.99, 8), 3, 2), (Maze.Place(-1.9, -1.9), 1, 1), (Maze.Place(13.9, 17), 5, 4),
    ])
    func navigationCells(_ place: Maze.Place, row: Int, column: Int) {
        #expect(Maze.medium.navigationCell(at: place) == Maze.Cell(row: row, column: column))
    }

    /// The ant is sent to a random point of the next cell, or to the goal where the next cell is the goal's.
    @Test(arguments: [
        (Maze.Place(0, 0), Maze.Place(4.25, 0.75)), (Maze.Place(4.1, 0), Maze.Place(8.25, 0.75)),
        (Maze.Place(8, 1), Maze.Place(8.25, 4.75)), (Maze.Place(8.5, 9), Maze.Place(4.25, 8.75)),
        (Maze.Place(7, 9), Maze.Place(0.5, 8.5)), (Maze.Place(0.4, 8.4), Maze.Place(0.5, 8.5)),
    ])
    func waypoints(_ place: Maze.Place, _ waypoint: Maze.Place) {
        let controller = WaypointController(.umaze, goal: Maze.Place(0.5, 8.5))
        let shift = Maze.Place(0.25, 0.75)
        #expect(controller.waypoint(from: place, shift: shift) == waypoint)
        let direction = controller.direction(from: place, shift: shift)
        let gap = waypoint - place
        #expect(abs((direction * direction).sum() - 1) < 1e-12)
        #expect(abs(direction.x * gap.y - direction.y * gap.x) < 1e-12 && (direction * gap).sum() > 0)
    }

    /// At the waypoint itself there is no direction; without a way the ant is sent straight to the goal.
    @Test func directionsThatDoNotExist() {
        let goal = Maze.Place(0.5, 8.5)
        #expect(WaypointController(.umaze, goal: goal).direction(from: goal, shift: .zero) == .zero)
        let enclosed = WaypointController(Maze("11111 1r1g1 11111"), goal: Maze.Place(8, 0))
        #expect(enclosed.waypoint(from: .zero, shift: .zero) == Maze.Place(8, 0))
    }
}
