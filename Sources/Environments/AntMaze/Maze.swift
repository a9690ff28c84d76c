/// A maze of square cells, 4 m wide, with D4RL's and Gymnasium's coordinates.
package struct Maze: Sendable {
    /// A place in the plane, in metres.
    package typealias Place = SIMD2<Double>

    /// A cell by its row and column.
    package struct Cell: Sendable, Equatable {
        package let row: Int
        package let column: Int

        package init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }
    }

    /// The width of a cell in metres.
    package static let cellWidth = 4.0

    /// Returns the distance between two places in metres.
    static func distance(_ a: Place, _ b: Place) -> Double {
        let d = a - b
        return (d * d).sum().squareRoot()
    }

    /// The rows of the map: 1 is a wall, 0 is free, r is the start and g the goal of the evaluation.
    let rows: [[Character]]

    /// Parses `map` as D4RL writes it, rows separated by spaces.
    package init(_ map: String) { rows = map.split(separator: " ").map { Array($0) } }

    /// The U-shaped maze (d4rl/locomotion/maze_env.py, U_MAZE_TEST).
    package static let umaze = Maze("11111 1r001 11101 1g001 11111")
    /// The medium maze (BIG_MAZE_TEST).
    package static let medium = Maze("11111111 1r011001 10010001 11000111 10010001 10100101 100010g1 11111111")
    /// The large maze (HARDEST_MAZE_TEST).
    package static let large = Maze(
        "111111111111 1r0001000001 101101010101 100000010001 101111011101 100101000001 110101010111 100100010g01 "
            + "111111111111")

    /// The wall cells, row by row.
    package var walls: [Cell] { cells { $0 == "1" } }
    /// The free cells, row by row.
    package var freeCells: [Cell] { cells { $0 != "1" } }
    /// The start cell of an evaluation.
    package var start: Cell { cells { $0 == "r" }[0] }
    /// The goal cell of an evaluation.
    package var goal: Cell { cells { $0 == "g" }[0] }

    private func cells(where isMeant: (Character) -> Bool) -> [Cell] {
        rows.indices.flatMap { row in
            rows[row].indices.filter { isMeant(rows[row][$0]) }.map { Cell(row: row, column: $0) }
        }
    }

    /// Returns the centre of a cell in D4RL's coordinates: the start cell is at the origin, y increases with the row.
    package func d4rlCentre(_ cell: Cell) -> Place {
        Place(Double(cell.column - start.column), Double(cell.row - start.row)) * Self.cellWidth
    }

    /// Returns the centre of a cell in Gymnasium-Robotics' coordinates: the maze is centred, y decreases with the row.
    package func gymnasiumCentre(_ cell: Cell) -> Place {
        Place(
            Double(cell.column) + 0.5 - Double(rows[0].count) / 2,
            Double(rows.count) / 2 - (Double(cell.row) + 0.5)) * Self.cellWidth
    }
}
