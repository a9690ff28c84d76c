import Foundation

/// `run.json`: what a run folder is a run of. Written when the run starts, and again by every run that resumes it.
package struct RunManifest: Sendable, Codable {
    /// Format of this file.
    package var format = 1
    /// The study file's text.
    package var study: String
    /// The study file's path as it was given.
    package var studyPath: String
    /// Identifiers of all cases, in the table's order.
    package var cases: [String]
    /// Of rank 0.
    package var provenance: Provenance

    package init(study: String, studyPath: String, cases: [String], provenance: Provenance) {
        self.study = study
        self.studyPath = studyPath
        self.cases = cases
        self.provenance = provenance
    }

    /// Reads the manifest of a run folder.
    ///
    /// - Throws: `HarnessError.badInput` when the folder holds no run.
    package static func read(_ folder: RunFolder) throws -> RunManifest {
        let path = folder.file("run.json")
        guard let data = FileManager.default.contents(atPath: path) else {
            throw HarnessError.badInput("\(path): no such file; expected a folder made by `active-bench run`")
        }
        do {
            return try JSONDecoder().decode(RunManifest.self, from: data)
        } catch {
            throw HarnessError.badInput("\(path): not the manifest of a run (\(error))")
        }
    }

    /// The file's bytes.
    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
