import Algorithms
package import Datasets
import Environments
import Failures
import Foundation
package import Studies

/// A dataset as one learner sees it.
package struct PreparedData {
    /// The transformed table, shared by all cases of the rank that need it so.
    package let transitions: Transitions
    /// What the transforms measured and did.
    package let summary: TransformSummary
    /// The file as it was before any transform.
    package let file: DatasetFile

    package init(transitions: Transitions, summary: TransformSummary, file: DatasetFile) {
        self.transitions = transitions
        self.summary = summary
        self.file = file
    }
}

/// Loads the datasets of a rank's cases, each once per kind of transform; only the transformed tables are kept.
package final class DataPreparation {
    /// The files loaded so far, by dataset.
    package private(set) var files: [String: DatasetFile] = [:]
    private var prepared: [String: PreparedData] = [:]

    /// Nothing loaded yet; what is loaded stays as long as this object.
    package init() {}

    /// The data of a case, from disk the first time.
    ///
    /// - Parameter known: what another loading of the same dataset has found out about its file, which then is not hashed
    ///   again.
    /// - Throws: `DatasetError`, `EnvironmentError`, `HarnessError.badInput` when the file is of another environment.
    package func data(for studyCase: StudyCase, known: DatasetFile? = nil) throws -> PreparedData {
        let transforms = studyCase.hyperparameters.transforms
        let key = "\(studyCase.dataset): \(transforms)"
        if let ready = prepared[key] { return ready }
        let (transitions, file) = try load(studyCase.data, known ?? files[studyCase.dataset])
        let (transformed, summary) = try transforms.apply(to: transitions)
        let data = PreparedData(transitions: transformed, summary: summary, file: file)
        prepared[key] = data
        files[studyCase.dataset] = file
        return data
    }

    private func load(
        _ dataset: DatasetReference, _ known: DatasetFile?
    ) throws -> (transitions: Transitions, file: DatasetFile) {
        let path = try dataset.path()
        let isKnown = known?.path == path
        let contents = try DatasetContents(
            path: path, environment: dataset.specification(), layout: dataset.layout(), isKnown: isKnown)
        if let known, isKnown { return (contents.transitions, known) }
        // While the arrays are in the cache; the file's bytes, then, come from memory as well.
        let digest = contents.file.contentsSHA256
        let file = DatasetFile(
            dataset: dataset.name, path: path, sha256: try sha256(ofFile: path), contentsSHA256: digest,
            transitions: contents.transitions.count, remarks: dataset.remarks + contents.remarks)
        return (contents.transitions, file)
    }
}

/// Refuses a file whose observations and actions have other widths than the environment's.
///
/// - Throws: `HarnessError.badInput`.
func requireFit(_ path: String, states: Int, actions: Int, of environment: EnvironmentSpecification) throws {
    guard states == environment.observationSize, actions == environment.actionSize else {
        throw HarnessError.badInput(
            "\(path): fields 'observations' and 'actions': expected widths \(environment.observationSize) and "
                + "\(environment.actionSize) of \(environment.name), found \(states) and \(actions)")
    }
}
