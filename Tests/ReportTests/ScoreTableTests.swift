import Environments
import Report
import Suites
import Testing

@Suite struct ScoreTableTests {
    private let lastOf10 = ScoreProtocol(.last, episodes: [10])

    private func cell(_ dataset: String, _ column: String, _ scores: [Double], of expected: Int = 2) -> CellScore {
        let seeds = scores.enumerated().map { CellScore.Seed($0, $1) }
        return CellScore(
            dataset: dataset, suite: EnvironmentRegistry.suite(ofDataset: dataset), column: column, seeds: seeds,
            expectedSeeds: expected)
    }

    @Test func rowsAndColumnsKeepTheirOrder() {
        let table = ScoreTable(
            [
                cell("walker2d-medium-v2", "SQL", [1, 2]), cell("hopper-medium-v2", "SQL", [3, 4]),
                cell("walker2d-medium-v2", "IQL", [5, 6]),
            ], scoreProtocol: lastOf10)
        #expect(table.datasets == ["walker2d-medium-v2", "hopper-medium-v2"])
        #expect(table.columns == ["SQL", "IQL"])
        #expect(table.paperColumns == PaperTable.learners)
        #expect(table.cell("IQL", on: "hopper-medium-v2") == nil)
    }

    /// The bits of a mean must not depend on the order in which cases finish.
    @Test func meansDoNotDependOnTheOrderOfFinishing() {
        let seeds = [0.1, 0.2, 0.3, 1e9, 1e-9].enumerated().map { CellScore.Seed($0, $1) }
        let cells = [seeds, seeds.reversed(), [seeds[3], seeds[0], seeds[4], seeds[2], seeds[1]]].map {
            CellScore(dataset: "d", column: "c", seeds: $0, expectedSeeds: 5)
        }
        #expect(cells[0] == cells[1] && cells[0] == cells[2])
        #expect(cells[0].mean.bitPattern == cells[2].mean.bitPattern)
    }

    @Test func aSumNeedsEveryCellOfItsColumn() throws {
        let table = ScoreTable(
            [
                cell("hopper-medium-v2", "whole", [1, 3]), cell("walker2d-medium-v2", "whole", [10, 20]),
                cell("hopper-medium-v2", "partial", [1, 3]), cell("walker2d-medium-v2", "partial", [10]),
                cell("hopper-medium-v2", "diverged", [1, .nan]), cell("walker2d-medium-v2", "diverged", [1, 2]),
                cell("hopper-medium-v2", "absent", [1, 2]), cell("kitchen-mixed-v0", "whole", [1, 2]),
            ],
            scoreProtocol: lastOf10, paperColumns: ["CQL"])
        let sum = try #require(table.suiteSums.first)
        #expect(table.suiteSums.count == 1, "one kitchen dataset makes no sum")
        #expect(sum.suite == .locomotion && sum.datasets == ["hopper-medium-v2", "walker2d-medium-v2"])
        #expect(sum.sums == [17, nil, nil, nil])
        #expect(sum.paperSums == [58.5 + 72.5])
        #expect(
            table.footnotes.contains("No locomotion sum for partial, diverged, absent: not every cell is complete."))
    }

    /// A study of the paper's own scores, one seed each, has the paper's sums.
    @Test func theWholeTableHasThePapersSums() {
        let cells = PaperTable.datasets.flatMap { dataset in
            PaperTable.learners.compactMap { learner in
                PaperTable.score(learner, on: dataset).map { cell(dataset, learner, [$0.mean], of: 1) }
            }
        }
        let sums = ScoreTable(cells, scoreProtocol: lastOf10).suiteSums
        #expect(sums.map(\.datasets.count) == [9, 6, 3])
        for sum in sums { #expect(sum.sums == sum.paperSums) }
    }

    /// The paper's suites come in the paper's order, whatever the order of
    /// rows; suites that it does not have come after them.
    @Test func sumsOfOtherSuitesComeLast() {
        let other = TaskSuite("reaching")
        let rows: [(String, TaskSuite?)] = [
            ("a", other), ("b", other), ("c", nil), ("d", nil), ("e", .kitchen), ("f", .kitchen), ("g", .locomotion),
            ("h", .locomotion),
        ]
        let cells = rows.map { dataset, suite in
            CellScore(dataset: dataset, suite: suite, column: "IQL", seeds: [.init(0, 1)], expectedSeeds: 1)
        }
        let sums = ScoreTable(cells, scoreProtocol: lastOf10).suiteSums
        #expect(sums.map(\.suite) == [.locomotion, .kitchen, other])
        #expect(sums.allSatisfy { $0.sums == [2] })
    }

    @Test func theCaptionSaysWhatTheNumbersAre() {
        let table = ScoreTable([cell("d", "c", [1, 2])], scoreProtocol: ScoreProtocol(.last10, episodes: [100, 10]))
        #expect(
            table.caption == "Normalised score, mean ± population standard deviation (divisor n) over 2 seeds. "
                + "Protocol: last10 (the mean of the last 10 evaluations), 10 or 100 episodes each.")
    }
}
