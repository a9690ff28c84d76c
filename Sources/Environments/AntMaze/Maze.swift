/// A maze of square cells, 4 m wide, in the two ways it has been laid into the plane.
package struct Maze: Sendable {
    /// A place in the plane, in metres.
    package typealias Place = SIMD2<Double>

    /// Row and column of a cell.
    package struct Cell: Sendable, Equatable {
        package let row: Int
        package let column: Int
    }

    /// Metres.
    package static let cellWidth = 4.0

    /// Rows of the map: 1 a wall, 0 free, r the start and g the goal of the evaluation.
    private let rows: [[Character]]

    /// `map` as D4RL writes it, rows separated by spaces.
    package init(_ map: String) { rows = map.split(separator: " ").map { Array($0) } }

    /// U: around one wall (d4rl/locomotion/maze_env.py, U_MAZE_TEST).
    package static let umaze = Maze("11111 1r001 11101 1g001 11111")
    /// BIG_MAZE_TEST.
    package static let medium = Maze("11111111 1r011001 10010001 11000111 10010001 10100101 100010g1 11111111")
    /// HARDEST_MAZE_TEST.
    package static let large = Maze(
        "111111111111 1r0001000001 101101010101 100000010001 101111011101 100101000001 110101010111 100100010g01 "
            + "111111111111")

    /// The wall cells, row by row.
    package var walls: [Cell] { cells { $0 == "1" } }
    /// All cells that are no walls, row by row.
    package var freeCells: [Cell] { cells { $0 != "1" } }
    /// The cell an evaluation starts in.
    package var start: Cell { cells { $0 == "r" }[0] }
    /// The cell an evaluation's goal lies in.
    package var goal: Cell { cells { $0 == "g" }[0] }

    private func cells(where isMeant: (Character) -> Bool) -> [Cell] {
        rows.indices.flatMap { row in
            rows[row].indices.filter { isMeant(rows[row][$0]) }.map { Cell(row: row, column: $0) }
        }
    }

    /// The middle of a cell in D4RL's plane: the start cell is the origin, rows grow with y.
    package func d4rlCentre(_ cell: Cell) -> Place {
        Place(Double(cell.column - start.column), Double(cell.row - start.row)) * Self.cellWidth
    }

    /// The middle of a cell in Gymnasium-Robotics' plane: the maze lies about the origin, rows fall with y.
    package func gymnasiumCentre(_ cell: Cell) -> Place {
        Place(
            Double(cell.column) + 0.5 - Double(rows[0].count) / 2,
            Double(rows.count) / 2 - (Double(cell.row) + 0.5)) * Self.cellWidth
    }
}
