package import Cases
package import DatasetTools
import Failures
package import Foundation
import Numerics
import Storage
package import Studies

/// `run.json`: what a run folder is a run of. Written when the run starts, and again by every run that resumes it.
package struct RunManifest: Sendable, Codable {
    /// What the table must know of a case.
    package struct Entry: Sendable, Codable, Equatable {
        /// Where it lies below `cases/`.
        package var identifier: String
        /// The row it belongs to.
        package var dataset: String
        /// The column it belongs to.
        package var column: String
        /// Among those of its cell.
        package var seed: Int
        /// Gradient steps.
        package var steps: Int
        /// Episodes of an evaluation; nil where an older program wrote the manifest: `RunManifest.episodes`.
        package var episodes: Int?
        /// Those of the last evaluation.
        package var finalEpisodes: Int?
        /// `DatasetReference.judgement`.
        package var judgement: String?

        package init(_ studyCase: StudyCase) {
            identifier = studyCase.identifier
            dataset = studyCase.dataset
            column = studyCase.column
            seed = studyCase.seed
            steps = studyCase.steps
            episodes = studyCase.episodes
            finalEpisodes = studyCase.finalEpisodes
            judgement = studyCase.data.judgement
        }

        /// Whether it was computed in bfloat16: its variant says so, and stands in folders of any age.
        var isRounded: Bool { identifier.contains("precision=\(Precision.bfloat16.rawValue)") }
    }

    /// Format of this file.
    package var format = 1
    /// The study file's text.
    package var study: String
    /// The study file's path as it was given.
    package var studyPath: String
    /// All cases, in the table's order.
    package var cases: [Entry]
    /// Episodes of an evaluation where a dataset has no number of its own.
    package var episodes: Int
    /// The files of the datasets, checked before training began.
    package var datasets: [String: DatasetFile]
    /// Of rank 0.
    package var provenance: Provenance

    /// The manifest of `plan`, made from the study file's `study`.
    package init(
        _ plan: StudyPlan, study: String, studyPath: String, datasets: [String: DatasetFile], provenance: Provenance
    ) {
        self.study = study
        self.studyPath = studyPath
        cases = plan.cases.map { Entry($0) }
        episodes = plan.study.evaluation.episodes
        self.datasets = datasets
        self.provenance = provenance
    }

    /// Reads the manifest of a run folder.
    ///
    /// - Throws: `HarnessError.badInput` when the folder holds no run.
    package static func read(_ folder: RunFolder) throws -> RunManifest {
        try folder.requireFolder()
        guard let manifest = try readIfThere(folder) else {
            throw HarnessError.badInput(
                "\(folder.file("run.json")): no such file; expected a folder made by `active-bench run`")
        }
        return manifest
    }

    /// Reads the manifest of a folder that may hold no run yet; nil then.
    ///
    /// - Throws: `HarnessError` when there is one that cannot be read.
    package static func readIfThere(_ folder: RunFolder) throws -> RunManifest? {
        let path = folder.file("run.json")
        guard let data = try FileCalls.current.contents(of: path) else { return nil }
        let manifest: RunManifest = try decodeJSON(data, as: "the manifest of a run", path: path)
        guard manifest.format == 1 else {
            throw HarnessError.badInput(
                "\(path): expected format 1, found \(manifest.format): a newer program wrote it")
        }
        return manifest
    }

    /// The file's bytes.
    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
