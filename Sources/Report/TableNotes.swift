import Suites

/// The sentences around a table, as plain text that each format escapes.
extension ScoreTable {
    /// Explains the numbers in the table.
    package var caption: String {
        let counts = Set(cells.map(\.expectedSeeds)).sorted()
        let seeds = "\(listed(counts)) seed\(counts == [1] ? "" : "s")"
        return "Normalised score, mean ± population standard deviation (divisor n) over \(seeds). "
            + "Protocol: \(scoreProtocol.description)."
    }

    /// Notes on cells, columns and sums; a note that does not apply is left out.
    package var footnotes: [String] {
        cellNotes + signNotes + sumNotes + paperNotes
    }

    private var cellNotes: [String] {
        cells.filter { !$0.notes.isEmpty }.map { cell in
            "\(cell.column) on \(cell.dataset): \(cell.notes.joined(separator: "; "))."
        }
    }

    /// The meaning of the marks used in the table.
    private var signNotes: [String] {
        var notes: [String] = []
        if cells.contains(where: { $0.seeds.count != $0.expectedSeeds }) {
            notes.append("(k/n): only k of the cell's n seeds have finished; mean and ± are over those k.")
        }
        if cells.contains(where: { $0.seeds.count == 1 }) {
            notes.append("A cell of a single seed has no ±.")
        }
        if cells.contains(where: { $0.notFinite > 0 }) {
            notes.append("NaN (k diverged): k seeds have no finite score, so the cell has no mean.")
        }
        if cells.contains(where: { $0.notFinite == 0 && $0.seeds.contains(where: \.hasDiverged) }) {
            notes.append("†: training diverged for some of the cell's seeds, and their scores are included.")
        }
        return notes
    }

    private var sumNotes: [String] {
        suiteSums.compactMap { sum in
            let incomplete = zip(columns, sum.sums).filter { $1 == nil }.map { name, _ in name }
            guard !incomplete.isEmpty else { return nil }
            let names = incomplete.joined(separator: ", ")
            return "No \(sum.suite.name) sum for \(names): not every cell is complete."
        }
    }

    private var paperNotes: [String] {
        guard !paperColumns.isEmpty else { return [] }
        let source = "Columns marked paper: the ACTIVE paper's table (ICLR 2025) as its slides print it"
        let others = datasets.filter { !PaperTable.datasets.contains($0) }
        return [others.isEmpty ? source + "." : source + "; it does not have \(others.joined(separator: ", "))."]
    }
}
