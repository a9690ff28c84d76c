package import Cases
import Datasets
import DatasetTools
import Environments
import Foundation
import Numerics
package import Report
import Storage
package import Studies
import Suites

/// Computes the paper's table from the finished cases of a run folder. Only reads files, so it can be used at any time,
/// even while a run is under way.
package struct Aggregation: Sendable {
    private let cases: [RunManifest.Entry]
    private let episodes: Int
    private let folder: RunFolder
    /// The datasets' files recorded in `run.json`; empty if there is none.
    private let datasets: [String: DatasetFile]

    /// Aggregates the cases of `plan` in `folder`.
    ///
    /// - Throws: `HarnessError` if `run.json` exists and cannot be read.
    package init(_ plan: StudyPlan, folder: RunFolder) throws {
        cases = plan.cases.map { RunManifest.Entry($0) }
        episodes = plan.study.evaluation.episodes
        datasets = try RunManifest.readIfThere(folder)?.datasets ?? [:]
        self.folder = folder
    }

    /// Aggregates the run in `folder` by its manifest: the planned cases count, even if this program's presets have
    /// changed.
    ///
    /// - Throws: `HarnessError.badInput` if there is no manifest.
    package init(_ folder: RunFolder) throws {
        let manifest = try RunManifest.read(folder)
        cases = manifest.cases
        episodes = manifest.episodes
        datasets = manifest.datasets
        self.folder = folder
    }

    /// The scores of all cells of the plan, finished or not.
    ///
    /// - Throws: `HarnessError.badInput` if a result cannot be read.
    package func table(_ selection: ScoreProtocol.Selection) throws -> ScoreTable {
        var cells: [(dataset: String, column: String, cases: [RunManifest.Entry])] = []
        for entry in cases {
            if let index = cells.firstIndex(where: { $0.dataset == entry.dataset && $0.column == entry.column }) {
                cells[index].cases.append(entry)
            } else {
                cells.append((entry.dataset, entry.column, [entry]))
            }
        }
        return ScoreTable(
            try cells.map { try cell($0.dataset, $0.column, $0.cases, selection) },
            scoreProtocol: ScoreProtocol(
                selection,
                counts: cells.map { cell in
                    .init(
                        dataset: cell.dataset, suite: EnvironmentRegistry.suite(ofDataset: cell.dataset),
                        episodes: episodes(of: cell.cases, selection))
                }))
    }

    /// The numbers of episodes in the evaluations that count under `selection`.
    private func episodes(of cases: [RunManifest.Entry], _ selection: ScoreProtocol.Selection) -> [Int] {
        cases.flatMap { entry in
            let (every, final) = (entry.episodes ?? episodes, entry.finalEpisodes ?? episodes)
            return selection == .last ? [final] : [every, final]
        }
    }

    /// Removes claims left on finished cases; in a folder that is not writable they stay.
    package func removeLeftClaims() {
        for entry in cases where (try? folder.hasResult(entry.identifier, steps: entry.steps)) ?? false {
            folder.removeClaims(ofFinished: entry.identifier)
        }
    }

    /// Writes `table.md`, `table.tex` and `table.csv`.
    package func write(_ table: ScoreTable) throws {
        try DurableFile.write(table.markdown(), to: folder.file("table.md"))
        try DurableFile.write(table.latex(), to: folder.file("table.tex"))
        try DurableFile.write(table.csv(), to: folder.file("table.csv"))
    }

    private func cell(
        _ dataset: String, _ column: String, _ cases: [RunManifest.Entry], _ selection: ScoreProtocol.Selection
    ) throws -> CellScore {
        var seeds: [CellScore.Seed] = []
        var notes: [String] = []
        var files: Set<String> = []
        for entry in cases {
            guard let result = try folder.result(of: entry) else { continue }
            seeds.append(
                .init(entry.seed, Aggregation.score(result, selection), hasDiverged: result.divergence != nil))
            files.insert(result.datasetSHA256)
            if let divergence = result.divergence {
                notes.append("seed \(entry.seed) diverged by step \(divergence.step) (\(divergence.reason))")
            }
            notes += (result.warnings ?? []).map { "seed \(entry.seed), \($0)" }
        }
        if let note = cases.compactMap(\.evaluationNote).first { notes.append(note) }
        let precisions = Set(cases.map(\.precision))
        if precisions.contains(.bfloat16) { notes.append("products between hidden layers in bfloat16") }
        if precisions.contains(.bfloat16x3) { notes.append("products between hidden layers as three in bfloat16") }
        // Different files with the same contents are the same data.
        if files.count > 1, !files.isSubset(of: datasets[dataset]?.allSHA256 ?? []) {
            notes.append("trained on \(files.count) different files of \(dataset)")
        }
        if let published = D4RLCatalogue.entry(of: dataset)?.sha256, !files.isSubset(of: [published]) {
            notes.append("not trained on D4RL's published file")
        }
        // Grouped by the dataset's name, so that a file of the user's own with another name is in no sum.
        return CellScore(
            dataset: dataset, suite: EnvironmentRegistry.suite(ofDataset: dataset), column: column, seeds: seeds,
            expectedSeeds: cases.count, notes: notes)
    }

    /// The score of a case under a protocol; NaN for a case that ended by divergence.
    package static func score(_ result: CaseResult, _ selection: ScoreProtocol.Selection) -> Double {
        let scores = result.evaluations.map(\.score)
        guard let last = scores.last, result.divergence?.isFinal != true, scores.allSatisfy({ !$0.isNaN }) else {
            return .nan
        }
        switch selection {
        case .last: return last
        case .best: return scores.max() ?? .nan
        case .last10:
            let tail = scores.suffix(10)
            return tail.reduce(0, +) / Double(tail.count)
        }
    }
}
