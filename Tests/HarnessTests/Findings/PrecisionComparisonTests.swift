import Failures
import Findings
import Foundation
import Report
import RunFolders
import ScratchFiles
import Testing

@Suite struct PrecisionComparisonTests {
    private static let iql = (
        full: [40.5, 41.25, 38.0, 55.75, 47.0, 39.5, 44.25, 50.0, 42.125, 36.5],
        rounded: [43.0, 39.5, 38.75, 52.0, 49.5, 41.25, 44.0, 47.75, 45.5, 33.0]
    )
    private static let active = (
        full: [27.5, 29.0, 31.25, 26.5, 28.0, 30.75, 29.5, 27.25, 28.5, 30.0],
        rounded: [20.5, 35.0, 21.25, 36.5, 38.0, 20.75, 19.5, 27.25, 18.5, 20.0]
    )

    private func table(_ columns: [(String, [Double])]) -> ScoreTable {
        ScoreTable(
            columns.map { column, scores in
                CellScore(
                    dataset: "hopper-medium-r1", column: column,
                    seeds: scores.enumerated().map { .init($0, $1) }, expectedSeeds: scores.count)
            }, scoreProtocol: ScoreProtocol(.last, episodes: [10]))
    }

    /// What awk printed for these scores, with the quantile of Abramowitz and Stegun 26.7.5.
    @Test func theTable() throws {
        let comparison = try PrecisionComparison(
            table([
                ("IQL precision=fp32", Self.iql.full), ("IQL precision=bf16", Self.iql.rounded), ("BC", [1, 2]),
                ("ACTIVE-I precision=fp32", Self.active.full), ("ACTIVE-I precision=bf16", Self.active.rounded),
            ]))
        #expect(
            comparison.markdown == """
                | learner | fp32 | bf16 | bf16 − fp32 | 90 % interval | as required |
                | --- | ---: | ---: | ---: | ---: | --- |
                | IQL | 43.5 ±5.9 | 43.4 ±5.6 | -0.06 | -1.58 to +1.46 | yes |
                | ACTIVE-I | 28.8 ±1.6 | 25.7 ±7.8 | -3.10 | -8.17 to +1.97 | no |
                | **all, mean** | 36.2 | 34.6 | -1.58 | -3.99 to +0.83 | no |

                """)
    }

    /// The text above the committed table.
    @Test func theHeading() throws {
        let extent = StudyExtent(dataset: "hopper-medium-r1", steps: 10_000, seeds: 16, episodes: 10)
        let committed = try String(
            contentsOfFile: Repository.path("results/performance/precision.md"), encoding: .utf8)
        #expect(committed.contains("\n\n" + PrecisionComparison.heading(extent) + "\n| learner |"))
    }

    @Test func whatCannotBeComparedIsRefused() {
        let full = ("IQL precision=fp32", Self.iql.full)
        let refused: [[(String, [Double])]] = [
            [], [full], [full, ("IQL precision=bf16", Array(Self.iql.rounded.dropLast()))],
            [("IQL precision=fp32", [1, 2]), ("IQL precision=bf16", [1, 2])],
            [full, ("IQL precision=bf16", Self.iql.rounded.dropLast() + [.nan])],
        ]
        for columns in refused { #expect(throws: HarnessError.self) { try PrecisionComparison(table(columns)) } }
    }
}
