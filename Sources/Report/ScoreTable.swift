package import Suites

/// The study's scores in the shape of the paper's table, next to the paper's own.
///
/// Rows and columns are in the order of their first cells. Nothing is hidden by averaging: a cell states how many of
/// its seeds have finished, one non-finite score makes its mean NaN, and sums contain only complete cells.
package struct ScoreTable: Sendable {
    /// The rows: datasets.
    package let datasets: [String]
    /// This study's columns: learners, with their variants.
    package let columns: [String]
    /// The paper's columns to be printed.
    package let paperColumns: [String]
    /// The protocol by which scores count.
    package let scoreProtocol: ScoreProtocol
    /// The cells, as given.
    package let cells: [CellScore]

    private struct Place: Hashable {
        let dataset: String
        let column: String
    }
    private let cellAt: [Place: CellScore]

    /// A table of `cells`, at most one per place, next to the `paperColumns`, some of `PaperTable.learners`.
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
        package let suite: TaskSuite
        /// The suite's datasets in the table.
        package let datasets: [String]
        /// The sums by column of the study; nil if a cell is missing or incomplete.
        package let sums: [Double?]
        /// The sums by column of the paper; nil if the paper lacks a score.
        package let paperSums: [Double?]
    }

    /// The sums of all suites with more than one dataset in the table: the paper's suites in its order, then others in
    /// the order of the rows.
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
