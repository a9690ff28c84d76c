import Algorithms
import Datasets
import Environments
import Foundation

/// A dataset as one learner sees it.
public struct PreparedData {
    /// The transformed table, shared by all cases of the rank that need it so.
    public let transitions: Transitions
    /// What the transforms measured and did.
    public let summary: TransformSummary
    /// The file as it was before any transform.
    public let file: DatasetFile
}

/// Which file a dataset was read from.
public struct DatasetFile: Sendable, Codable, Equatable {
    /// D4RL's name of the dataset.
    public var dataset: String
    /// Where it was found on this rank.
    public var path: String
    /// Of all its bytes, in hexadecimal.
    public var sha256: String
    /// Transitions after D4RL's rule for Q-learning.
    public var transitions: Int

    package init(dataset: String, path: String, sha256: String, transitions: Int) {
        self.dataset = dataset
        self.path = path
        self.sha256 = sha256
        self.transitions = transitions
    }
}

/// Loads the datasets of a rank's cases, each once per kind of transform; only the transformed tables are kept.
public final class DataPreparation {
    /// The files loaded so far, by dataset.
    public private(set) var files: [String: DatasetFile] = [:]
    private var prepared: [String: PreparedData] = [:]

    /// Nothing loaded yet; what is loaded stays as long as this object.
    public init() {}

    /// The data of a case, from disk the first time.
    ///
    /// - Throws: `DatasetError`, `EnvironmentError`, `HarnessError.badInput` when the file is of another environment.
    public func data(for one: Case) throws -> PreparedData {
        let transforms = one.hyperparameters.transforms
        let key = "\(one.dataset): \(transforms)"
        if let known = prepared[key] { return known }
        let (transitions, file) = try load(one.dataset)
        let (transformed, summary) = try transforms.apply(to: transitions)
        let data = PreparedData(transitions: transformed, summary: summary, file: file)
        prepared[key] = data
        files[one.dataset] = file
        return data
    }

    private func load(_ dataset: String) throws -> (transitions: Transitions, file: DatasetFile) {
        let environment = try EnvironmentRegistry.specification(
            EnvironmentRegistry.environmentName(forDataset: dataset))
        let path = try DatasetLocation().find(dataset)
        let (_, transitions) = try loadTransitions(path, of: environment)
        let file = DatasetFile(
            dataset: dataset, path: path, sha256: try sha256(ofFile: path), transitions: transitions.count)
        return (transitions, file)
    }
}

/// Reads the file at `path` with every check there is: what a run does, and what `data verify` and `data info` do.
///
/// - Parameter environment: the environment that the file is of, whose widths it must have; nil where that is not known.
/// - Throws: `DatasetError`, `HarnessError.badInput`.
func loadTransitions(
    _ path: String, of environment: EnvironmentSpecification?
) throws -> (file: D4RLFile, transitions: Transitions) {
    let file = try D4RLFile(path: path)
    if let environment {
        try requireFit(path, states: file.stateSize, actions: file.actionSize, of: environment)
    }
    return (file, try Transitions(file, maximumSteps: environment?.maximumSteps ?? .max))
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
