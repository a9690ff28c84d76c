extension Maze {
    /// The number of rows and columns of the map.
    package var size: (rows: Int, columns: Int) { (rows.count, rows[0].count) }

    /// Returns the cell in which D4RL's navigation counts a place: ⌊max(x, 1e-4) / 4⌋ columns to the right of the start, and so on
    /// (d4rl/locomotion/maze_env.py, _xy_to_rowcol). It reaches from the middle of one cell to the middle of the next, so it is
    /// the cell in which the place really lies or the one before it along either axis, which may be a wall.
    package func navigationCell(at place: Place) -> Cell {
        func steps(_ coordinate: Double) -> Int { Int(max(coordinate, 1e-4) / Self.cellWidth) }
        return Cell(row: start.row + steps(place.y), column: start.column + steps(place.x))
    }

    /// Returns the shortest ways from everywhere to `target`.
    package func routes(to target: Cell) -> MazeRoutes { MazeRoutes(self, to: target) }

    /// Whether the ant can be in a cell; false outside the map.
    package func isFree(_ cell: Cell) -> Bool { contains(cell) && rows[cell.row][cell.column] != "1" }

    /// Whether a cell is on the map.
    package func contains(_ cell: Cell) -> Bool {
        rows.indices.contains(cell.row) && rows[0].indices.contains(cell.column)
    }
}

/// The shortest ways through a maze to one cell, found by breadth-first search from that cell.
///
/// Of several shortest ways it is the one that D4RL's search finds (maze_env.py, _get_best_next_rowcol). As there, a wall next to
/// a free cell has a way, too: the navigation may count the ant in one (`Maze.navigationCell`).
package struct MazeRoutes: Sendable {
    /// The cell to which all ways lead.
    package let target: Maze.Cell
    /// The next cell on the way, by row and column; nil where there is none.
    private var next: [[Maze.Cell?]]

    fileprivate init(_ maze: Maze, to target: Maze.Cell) {
        self.target = target
        next = Array(repeating: Array(repeating: nil, count: maze.size.columns), count: maze.size.rows)
        guard maze.contains(target) else { return }
        next[target.row][target.column] = target
        var frontier = [target]
        while !frontier.isEmpty {
            var found: [Maze.Cell] = []
            for cell in frontier {
                for neighbour in cell.neighbours where maze.contains(neighbour) {
                    guard next[neighbour.row][neighbour.column] == nil else { continue }
                    next[neighbour.row][neighbour.column] = cell
                    if maze.isFree(neighbour) { found.append(neighbour) }
                }
            }
            frontier = found
        }
    }

    /// Returns the cell after `cell` on the way to the target, the target itself for the target; nil if there is no way.
    package func next(after cell: Maze.Cell) -> Maze.Cell? {
        guard next.indices.contains(cell.row), next[0].indices.contains(cell.column) else { return nil }
        return next[cell.row][cell.column]
    }
}

extension Maze.Cell {
    /// The cells on the four sides, in the order in which D4RL's search visits them.
    fileprivate var neighbours: [Maze.Cell] {
        [(0, -1), (0, 1), (1, 0), (-1, 0)].map { Maze.Cell(row: row + $0.0, column: column + $0.1) }
    }
}
