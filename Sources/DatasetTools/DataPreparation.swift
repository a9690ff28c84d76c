import Algorithms
package import Datasets
import Environments
import Failures
import Foundation
package import Studies

/// A dataset after the transforms of one learner.
package struct PreparedData {
    /// The transformed transitions, shared by all cases of the rank with the same transforms.
    package let transitions: Transitions
    /// What the transforms measured and changed.
    package let summary: TransformSummary
    /// The file before any transform.
    package let file: DatasetFile

    package init(transitions: Transitions, summary: TransformSummary, file: DatasetFile) {
        self.transitions = transitions
        self.summary = summary
        self.file = file
    }
}

/// Loads the datasets of a rank's cases, once per kind of transform; keeps only the transformed tables.
package final class DataPreparation {
    /// The files loaded so far, by dataset.
    package private(set) var files: [String: DatasetFile] = [:]
    private var prepared: [String: PreparedData] = [:]

    /// Starts empty; loaded data live as long as this object.
    package init() {}

    /// The data of a case; read from disk only the first time.
    ///
    /// - `known`: the record of an earlier loading of the same dataset, which saves hashing the file again.
    /// - Throws: `DatasetError`, `EnvironmentError`, `HarnessError.badInput` if the file belongs to another
    ///   environment.
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
        // Hash now, while the arrays are in the cache; the file's bytes are then read from memory, too.
        let digest = contents.file.contentsSHA256
        let file = DatasetFile(
            dataset: dataset.name, path: path, sha256: try sha256(ofFile: path), contentsSHA256: digest,
            transitions: contents.transitions.count, remarks: dataset.remarks + contents.remarks)
        return (contents.transitions, file)
    }
}

/// Refuses a file whose observation and action widths differ from the environment's.
///
/// - Throws: `HarnessError.badInput`.
func requireFit(_ path: String, states: Int, actions: Int, of environment: EnvironmentSpecification) throws {
    guard states == environment.observationSize, actions == environment.actionSize else {
        throw HarnessError.badInput(
            "\(path): fields 'observations' and 'actions': expected widths \(environment.observationSize) and "
                + "\(environment.actionSize) of \(environment.name), found \(states) and \(actions)")
    }
}
