package import Suites

/// The study's scores in the shape of the paper's table, the paper's own beside them.
///
/// Rows and columns keep the order in which the cells name them. Nothing is averaged away: a cell says how many of its
/// seeds have finished, a score that is no number makes its cell one, and a sum is taken over complete cells only.
package struct ScoreTable: Sendable {
    /// The rows: datasets.
    package let datasets: [String]
    /// This study's columns: learners, with their variants.
    package let columns: [String]
    /// The paper's columns that are printed.
    package let paperColumns: [String]
    /// Which score counts.
    package let scoreProtocol: ScoreProtocol
    /// The cells, as given.
    package let cells: [CellScore]

    private struct Place: Hashable {
        let dataset: String
        let column: String
    }
    private let cellAt: [Place: CellScore]

    /// A table of `cells`, no two for the same place, beside the `paperColumns`, which are some of
    /// `PaperTable.learners`.
    package init(
        _ cells: [CellScore], scoreProtocol: ScoreProtocol, paperColumns: [String] = PaperTable.learners
    ) {
        precondition(paperColumns.allSatisfy(PaperTable.learners.contains), "no such column: \(paperColumns)")
        self.cells = cells
        self.scoreProtocol = scoreProtocol
        self.paperColumns = paperColumns
        datasets = cells.map(\.dataset).withoutRepeats
        columns = cells.map(\.column).withoutRepeats
        cellAt = Dictionary(uniqueKeysWithValues: cells.map { (Place(dataset: $0.dataset, column: $0.column), $0) })
    }

    /// This study's cell; nil if the study has no such cases.
    package func cell(_ column: String, on dataset: String) -> CellScore? {
        cellAt[Place(dataset: dataset, column: column)]
    }

    /// Sums over the datasets of one suite.
    package struct SuiteSum: Equatable, Sendable {
        /// The suite.
        package let suite: TaskSuite
        /// The datasets of it that the table has.
        package let datasets: [String]
        /// By column of the study; nil where a cell is missing or incomplete.
        package let sums: [Double?]
        /// By column of the paper; nil where the paper lacks a score.
        package let paperSums: [Double?]
    }

    /// The sums of all suites with more than one dataset in the table: the paper's in its order, then others in the order of
    /// the rows.
    package var suiteSums: [SuiteSum] {
        (PaperTable.suites + cells.compactMap(\.suite)).withoutRepeats.compactMap { suite in
            let members = cells.filter { $0.suite == suite }.map(\.dataset).withoutRepeats
            guard members.count > 1 else { return nil }
            return SuiteSum(
                suite: suite, datasets: members,
                sums: columns.map { sum($0, over: members) },
                paperSums: paperColumns.map { PaperTable.sum($0, over: members) })
        }
    }

    private func sum(_ column: String, over datasets: [String]) -> Double? {
        let complete = datasets.compactMap { cell(column, on: $0) }.filter(\.isComplete)
        return complete.count == datasets.count ? complete.map(\.mean).reduce(0, +) : nil
    }
}

extension Array where Element: Hashable {
    /// The elements in order of their first appearance.
    var withoutRepeats: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
