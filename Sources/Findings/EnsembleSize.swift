import Algorithms
import Cases
import Failures
import Foundation
import Paths
import Report
package import RunFolders
import Storage

/// The benefit and cost of an ensemble of V networks, by its size: score, Q, V, the members' spread, formula (8)'s gap and the cost
/// of a step. The table that `jobs/ensemble-size.sh` prints.
package struct EnsembleSize {
    /// The cases of one ensemble size.
    private struct Row {
        let members: Int
        let score: CellScore
        /// Means over the second half of training and over seeds: of Q and V over a batch, of the members' standard deviation,
        /// and of the gap's ratio to k(m)·σ.
        let meanQ, meanV, deviation, gapRatio: Double
        /// The cost of a gradient step in 256³ products.
        let cost: Double
    }

    private let extent: StudyExtent
    private let rows: [Row]

    /// Reads the cases of ACTIVE-I in `folder`, and the cost of one of their steps in the file `costs`, the
    /// output of `active-bench bench steps --json`.
    ///
    /// - Throws: `HarnessError` when a file is missing or is not what it should be.
    package init(_ folder: RunFolder, costs path: String) throws {
        let costs = try StepCosts(path)
        let manifest = try RunManifest.read(folder)
        let table = try Aggregation(folder).table(.last)
        extent = try StudyExtent(folder)
        rows = try table.cells.map { cell in
            let cases = manifest.cases.filter { $0.dataset == cell.dataset && $0.column == cell.column }
            guard let size = cell.column.split(separator: "m=").last.flatMap({ Int($0) }), cell.isComplete else {
                throw HarnessError.badInput(
                    "\(folder.path): expected finished cases of ACTIVE-I m=NUMBER, found '\(cell.column)' with "
                        + "\(cell.seeds.count) of \(cell.expectedSeeds) seeds")
            }
            let curves = try cases.map { try CSVColumns(folder.file("cases/\($0.identifier)/curve.csv")) }
            func mean(_ column: String) throws -> Double {
                try Statistics.mean(
                    zip(curves, cases).flatMap { curve, entry in
                        try zip(curve.numbers("step"), curve.numbers(column))
                            .filter { $0.0 > Double(entry.steps / 2) }.map(\.1)
                    })
            }
            return Row(
                members: size, score: cell, meanQ: try mean("mean_q"), meanV: try mean("mean_v"),
                deviation: try mean("ensemble_std"), gapRatio: try mean("min_gap_ratio"),
                cost: try costs.units(of: "ACTIVE-I m=\(size)"))
        }
    }

    /// All numbers, one line for each size.
    package var csv: String {
        "m,score,score_std,mean_q,mean_v,ensemble_std,gap_ratio,units_per_step\n"
            + rows.map { row in
                "\(row.members),\(row.score.mean),\(row.score.standardDeviation),"
                    + String(
                        format: "%.4f,%.4f,%.4f,%.4f,%.2f\n", row.meanQ, row.meanV, row.deviation, row.gapRatio,
                        row.cost)
            }.joined()
    }

    /// The text above the table: what was measured, and what the columns mean.
    package var heading: String { EnsembleSize.heading(extent) }

    /// The text above the table of a study of `extent`.
    package static func heading(_ extent: StudyExtent) -> String {
        """
        ACTIVE-I on \(extent.text), \(inWords(extent.seeds)) seeds, the preset's other settings. Q, V, the members' \
        standard deviation σ
        and the gap are means over the second half of training and over seeds. Formula (8) says E[min V] = E[V] − \
        k(m)·σ; the gap ratio is
        (E[V] − min V)/(k(m)·σ). The column "if Gaussian" is its value for independent Gaussian members, which is not \
        1 because σ is estimated from
        the same m members (with two members it has this value for any distribution). The cost is \
        `active-bench bench`'s, V LayerNorm off, in products of 256³.

        """
    }

    /// The table in Markdown. One member has no spread, and so no gap.
    package var markdown: String {
        """
        | m | score | mean Q | mean V | σ | gap ratio | if Gaussian | cost of a step |
        | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |

        """
            + rows.map { row in
                let spread =
                    row.members > 1
                    ? String(
                        format: "%.4f | %.4f | %.3f", row.deviation, row.gapRatio,
                        gaussianGapRatio(members: row.members)) : "– | – | –"
                return "| \(row.members) | "
                    + String(
                        format: "%.1f ±%.1f | %.1f | %.1f", row.score.mean, row.score.standardDeviation, row.meanQ,
                        row.meanV) + " | \(spread) | " + String(format: "%.1f |\n", row.cost)
            }.joined()
    }
}

/// The output of `active-bench bench steps --json`.
private struct StepCosts: Decodable {
    private struct Step: Decodable {
        let learner: String
        /// The cost of a step in 256³ products.
        let units: Double
    }

    private let learners: [Step]

    init(_ path: String) throws {
        if let kind = PathKind(ofPath: path), kind != .file {
            throw HarnessError.badInput("\(path): expected a file, found \(kind.rawValue)")
        }
        guard let data = try FileCalls.current.contents(of: path) else {
            throw HarnessError.badInput("\(path): no such file")
        }
        self = try decodeJSON(data, as: "the costs of steps (active-bench bench steps --json)", path: path)
    }

    func units(of learner: String) throws -> Double {
        guard let step = learners.first(where: { $0.learner == learner }) else {
            throw HarnessError.badInput(
                "expected the cost of a step of \(learner), found \(learners.map(\.learner).joined(separator: ", "))")
        }
        return step.units
    }
}
