import Foundation
import Report

/// Turns the finished cases of a run folder into the paper's table. Reads files only: it may be asked for at any time,
/// of a run under way, too.
public struct Aggregation: Sendable {
    /// Its cases fill the table's cells, a cell being the seeds of one column on one dataset.
    public let plan: Plan
    let folder: RunFolder

    /// What `folder` holds of `plan`.
    public init(_ plan: Plan, folder: RunFolder) {
        self.plan = plan
        self.folder = folder
    }

    /// The run in `folder`, by its manifest.
    ///
    /// - Throws: `HarnessError.badInput` when there is none.
    public init(_ folder: RunFolder) throws {
        let manifest = try RunManifest.read(folder)
        self.init(Plan(try StudyFile.parse(manifest.study, path: folder.file("run.json"))), folder: folder)
    }

    /// The scores of all cells of the plan, finished or not.
    ///
    /// - Throws: `HarnessError.badInput` when a result cannot be read.
    public func table(_ selection: ScoreProtocol.Selection) throws -> ScoreTable {
        var cells: [(dataset: String, column: String, cases: [Case])] = []
        for one in plan.cases {
            if let index = cells.firstIndex(where: { $0.dataset == one.dataset && $0.column == one.column }) {
                cells[index].cases.append(one)
            } else {
                cells.append((one.dataset, one.column, [one]))
            }
        }
        return ScoreTable(
            try cells.map { try cell($0.dataset, $0.column, $0.cases, selection) },
            scoreProtocol: ScoreProtocol(selection, episodes: [plan.study.episodes]))
    }

    /// Writes `table.md`, `table.tex` and `table.csv`.
    public func write(_ table: ScoreTable) throws {
        try DurableFile.write(table.markdown(), to: folder.file("table.md"))
        try DurableFile.write(table.latex(), to: folder.file("table.tex"))
        try DurableFile.write(table.csv(), to: folder.file("table.csv"))
    }

    private func cell(
        _ dataset: String, _ column: String, _ cases: [Case], _ selection: ScoreProtocol.Selection
    ) throws -> CellScore {
        var seeds: [CellScore.Seed] = []
        var notes: [String] = []
        for one in cases where try folder.isDone(one) {
            let result = try CaseResult.read(folder.file("result.json", of: one))
            seeds.append(.init(one.seed, Aggregation.score(result, selection)))
            if let step = result.divergedAfter { notes.append("seed \(one.seed) diverged by step \(step)") }
        }
        return CellScore(dataset: dataset, column: column, seeds: seeds, expectedSeeds: cases.count, notes: notes)
    }

    /// A case's score under a protocol; NaN for a diverged case.
    package static func score(_ result: CaseResult, _ selection: ScoreProtocol.Selection) -> Double {
        let scores = result.evaluations.map(\.score)
        guard let last = scores.last, result.divergedAfter == nil else { return .nan }
        switch selection {
        case .last: return last
        case .best: return scores.max() ?? .nan
        case .last10:
            let tail = scores.suffix(10)
            return tail.reduce(0, +) / Double(tail.count)
        }
    }
}
