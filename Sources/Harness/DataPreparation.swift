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
    /// Where it was found on this rank.
    public var path: String
    /// Of all its bytes, in hexadecimal.
    public var sha256: String
    /// Transitions after D4RL's rule for Q-learning.
    public var transitions: Int
}

/// Loads each dataset of a rank's cases once, and transforms it once per kind of transform.
public final class DataPreparation {
    /// The files loaded so far, by dataset.
    public var files: [String: DatasetFile] { raw.mapValues(\.file) }

    private var raw: [String: (transitions: Transitions, file: DatasetFile)] = [:]
    private var prepared: [String: PreparedData] = [:]

    /// Nothing loaded yet; what is loaded stays as long as this object.
    public init() {}

    /// What is done to the data for `learner` on a locomotion task (official IQL and SQL, and ACTIVE after them).
    public static func transforms(_ learner: LearnerKind) -> TransitionTransforms {
        switch learner {
        case .iql, .sql, .activeI, .activeS:
            TransitionTransforms(
                actionLimit: TransitionTransforms.standardActionLimit, reward: .returnRange(scale: 1000))
        }
    }

    /// The data of a case, from disk the first time.
    ///
    /// - Throws: `DatasetError`, `EnvironmentError`, `HarnessError.badInput` when the file is of another environment.
    public func data(for one: Case) throws -> PreparedData {
        let transforms = DataPreparation.transforms(one.learner)
        let key = "\(one.dataset): \(transforms)"
        if let known = prepared[key] { return known }
        let (transitions, file) = try load(one.dataset)
        let (transformed, summary) = try transforms.apply(to: transitions)
        let data = PreparedData(transitions: transformed, summary: summary, file: file)
        prepared[key] = data
        return data
    }

    private func load(_ dataset: String) throws -> (transitions: Transitions, file: DatasetFile) {
        if let known = raw[dataset] { return known }
        let environment = try EnvironmentRegistry.specification(
            EnvironmentRegistry.environmentName(forDataset: dataset))
        let path = try DatasetLocation().find(dataset)
        let contents = try D4RLFile(path: path)
        guard contents.stateSize == environment.observationSize, contents.actionSize == environment.actionSize else {
            throw HarnessError.badInput(
                "\(path): fields 'observations' and 'actions': expected widths \(environment.observationSize) and "
                    + "\(environment.actionSize) of \(environment.name), found \(contents.stateSize) and \(contents.actionSize)"
            )
        }
        let transitions = try Transitions(contents, maximumSteps: environment.maximumSteps)
        let file = DatasetFile(path: path, sha256: try sha256(ofFile: path), transitions: transitions.count)
        raw[dataset] = (transitions, file)
        return (transitions, file)
    }
}
