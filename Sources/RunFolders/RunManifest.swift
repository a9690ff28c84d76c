package import Cases
package import DatasetTools
import Failures
package import Foundation
import Numerics
import Storage
package import Studies

/// `run.json`: the description of a run folder, written when the run starts and by every run that resumes it.
package struct RunManifest: Sendable, Codable {
    /// What the table needs to know about a case.
    package struct Entry: Sendable, Codable, Equatable {
        /// The case's path below `cases/`.
        package var identifier: String
        /// The case's row in the table.
        package var dataset: String
        /// The case's column in the table.
        package var column: String
        /// The seed, which is unique within a cell.
        package var seed: Int
        /// The number of gradient steps.
        package var steps: Int
        /// Episodes per evaluation; nil in a manifest by an older version, which means `RunManifest.episodes`.
        package var episodes: Int?
        /// Episodes of the last evaluation.
        package var finalEpisodes: Int?
        /// `DatasetReference.evaluationNote`.
        package var evaluationNote: String?

        /// The keys in `run.json`.
        private enum CodingKeys: String, CodingKey {
            case identifier, dataset, column, seed, steps, episodes, finalEpisodes
            case evaluationNote = "judgement"
        }

        package init(_ studyCase: StudyCase) {
            identifier = studyCase.identifier
            dataset = studyCase.dataset
            column = studyCase.column
            seed = studyCase.seed
            steps = studyCase.steps
            episodes = studyCase.episodes
            finalEpisodes = studyCase.finalEpisodes
            evaluationNote = studyCase.data.evaluationNote
        }

        /// The precision of the case, as its variant's name says in folders of every version.
        var precision: Precision {
            let words = identifier.split(whereSeparator: { $0 == "/" || $0 == "," })
            return Precision.allCases.first { words.contains("precision=\($0.rawValue)") } ?? .full
        }
    }

    /// The version of the file's format.
    package var format = 1
    /// The text of the study file.
    package var study: String
    /// The path of the study file as given by the user.
    package var studyPath: String
    /// All cases, in the table's order.
    package var cases: [Entry]
    /// Episodes per evaluation unless a case has its own number.
    package var episodes: Int
    /// The datasets' files, validated before training.
    package var datasets: [String: DatasetFile]
    /// The provenance of rank 0.
    package var provenance: Provenance

    /// Creates the manifest of `plan`; `study` is the study file's text.
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
    /// - Throws: `HarnessError.badInput` if the folder contains no run.
    package static func read(_ folder: RunFolder) throws -> RunManifest {
        try folder.requireFolder()
        guard let manifest = try readIfThere(folder) else {
            throw HarnessError.badInput(
                "\(folder.file("run.json")): no such file; expected a folder made by `active-bench run`")
        }
        return manifest
    }

    /// Reads the manifest of a folder; nil if it contains no run.
    ///
    /// - Throws: `HarnessError` if there is a manifest that cannot be read.
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

    /// The contents of the file.
    package func encoded() throws -> Data { try jsonFile(self) }
}
