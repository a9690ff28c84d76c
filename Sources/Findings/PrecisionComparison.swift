import Failures
import Foundation
package import Report
package import RunFolders

/// Whether products in bfloat16 change scores: learner by learner, and over all learners, the mean difference to
/// float32 with its 90 % confidence interval. The table that `jobs/precision.sh` prints.
///
/// Seeds are pairs, since the two cases of a seed draw the same random numbers.
package struct PrecisionComparison {
    /// The bounds, in points of the normalised score, that the interval of a learner and that of all must lie within.
    static let (tolerance, pooledTolerance) = (5.0, 2.0)
    /// The smallest number of seeds.
    static let fewestSeeds = 10

    private let rows: [Row]
    /// The precision that is compared with float32.
    private let precision: String

    /// Returns a comparison for each of bf16 and bf16x3 that `table` has, at least one.
    ///
    /// - Throws: `HarnessError.badInput` as `init`.
    package static func all(in table: ScoreTable) throws -> [PrecisionComparison] {
        let found = ["bf16", "bf16x3"].filter { name in table.columns.contains { $0.hasSuffix(" precision=\(name)") } }
        return try (found.isEmpty ? ["bf16"] : found).map { try PrecisionComparison(table, of: $0) }
    }

    /// Compares the columns "LEARNER precision=fp32" and "LEARNER precision=bf16" of `table`, in the table's order.
    ///
    /// - `precision`: another precision than bf16.
    /// - Throws: `HarnessError.badInput` when a pair is incomplete, has fewer than ten seeds, or has a score that is
    ///   not finite.
    package init(_ table: ScoreTable, of precision: String = "bf16") throws {
        self.precision = precision
        var rows: [Row] = []
        var (fullMean, roundedMean) = (0.0, 0.0)
        var sums: [Double] = []
        let pairs = try table.datasets.flatMap { try PrecisionComparison.pairs(of: precision, in: table, on: $0) }
        guard !pairs.isEmpty else { throw PrecisionComparison.noPairs }
        for pair in pairs {
            let differences = zip(pair.rounded, pair.full).map { $0 - $1 }
            guard sums.isEmpty || sums.count == differences.count else { throw PrecisionComparison.noPairs }
            let shares = differences.map { $0 / Double(pairs.count) }
            sums = sums.isEmpty ? shares : zip(sums, shares).map { $0 + $1 }
            fullMean += Statistics.mean(pair.full) / Double(pairs.count)
            roundedMean += Statistics.mean(pair.rounded) / Double(pairs.count)
            rows.append(
                Row(
                    name: pair.learner, full: spread(pair.full), rounded: spread(pair.rounded),
                    differences: differences, tolerance: PrecisionComparison.tolerance))
        }
        rows.append(
            Row(
                name: "**all, mean**", full: String(format: "%.1f", fullMean),
                rounded: String(format: "%.1f", roundedMean), differences: sums,
                tolerance: PrecisionComparison.pooledTolerance))
        self.rows = rows
    }

    /// The text above the table of a study of `extent`: what was compared, and how.
    package static func heading(_ extent: StudyExtent) -> String {
        """
        The quickstart's learners on \(extent.text), \(inWords(extent.seeds)) seeds a side. A score is the mean of the \
        last ten evaluations
        (\(inWords(extent.episodes)) episodes each), normalised. Shown are mean and standard deviation over seeds, \
        and the mean difference with its
        90 % confidence interval. The two cases of a seed begin with the same weights and draw the same batches and \
        episodes, so the
        interval is that of the mean over pairs (Student's t); in the last row, of the mean over pairs of the \
        learners' mean. A learner's
        interval has to lie within ±\(Int(tolerance)) points, that in the last row within ±\(Int(pooledTolerance)).

        """
    }

    /// The table in Markdown.
    package var markdown: String {
        """
        | learner | fp32 | \(precision) | \(precision) − fp32 | 90 % interval | as required |
        | --- | ---: | ---: | ---: | ---: | --- |

        """ + rows.map(\.markdown).joined()
    }
}

/// A line of the table.
private struct Row {
    let name: String
    /// The scores as they are printed.
    let full, rounded: String
    /// bfloat16's scores less float32's, seed by seed.
    let differences: [Double]
    let tolerance: Double

    var markdown: String {
        let interval = MeanInterval(differences, confidence: 0.9)
        let isWithin = interval.low > -tolerance && interval.high < tolerance
        return "| \(name) | \(full) | \(rounded) | "
            + String(format: "%+.2f | %+.2f to %+.2f", interval.mean, interval.low, interval.high)
            + " | \(isWithin ? "yes" : "no") |\n"
    }
}

/// The mean of scores and the standard deviation of a sample: "48.0 ±15.3".
private func spread(_ scores: [Double]) -> String {
    String(format: "%.1f ±%.1f", Statistics.mean(scores), Statistics.sampleStandardDeviation(scores))
}

extension PrecisionComparison {
    /// A learner's scores by ascending seed.
    private struct Pair {
        let learner: String
        let full, rounded: [Double]
    }

    private static let noPairs = HarnessError.badInput(
        "expected the scores of ten seeds or more in pairs of precision=fp32 and precision=bf16 or bf16x3, for every learner"
    )

    private static func pairs(of precision: String, in table: ScoreTable, on dataset: String) throws -> [Pair] {
        let (full, rounded) = (" precision=fp32", " precision=\(precision)")
        return try table.columns.filter { $0.hasSuffix(rounded) }.map { column in
            let learner = String(column.dropLast(rounded.count))
            guard let sixteen = table.cell(column, on: dataset),
                let thirtyTwo = table.cell(learner + full, on: dataset),
                sixteen.seeds.map(\.seed) == thirtyTwo.seeds.map(\.seed), sixteen.seeds.count >= fewestSeeds
            else { throw noPairs }
            guard sixteen.notFinite == 0 && thirtyTwo.notFinite == 0 else {
                throw HarnessError.badInput("\(learner): expected finite scores, found cases without one")
            }
            return Pair(learner: learner, full: thirtyTwo.scores, rounded: sixteen.scores)
        }
    }
}
