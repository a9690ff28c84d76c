package import Datasets
package import Environments

/// A dataset's file as read for every purpose: training, `data info` and `data verify` share all checks and remarks.
package struct DatasetContents {
    /// The arrays, validated.
    package let file: any StoredSteps
    /// The transitions by D4RL's rule for Q-learning, or by Minari's layout.
    package let transitions: Transitions
    /// The time limit in control steps, used if the file has no `timeouts`; nil if unknown.
    private let maximumSteps: Int?

    /// Reads and validates the file at `path`.
    ///
    /// - `environment`: the data's environment; nil if unknown: the time limit is then the one that all environments
    ///   with the file's widths share.
    /// - `layout`: the expected layout; a file in the other one is refused.
    /// - `willLoad`: as in `StoredDataset.read`.
    /// - `isKnown`: whether the remarks are known already, so that fields not used in training need not be read.
    /// - Throws: `DatasetError`; `HarnessError.badInput` if the file belongs to another environment.
    package init(
        path: String, environment: EnvironmentSpecification?, layout: StoredDataset.Layout = .either,
        isKnown: Bool = false, willLoad: (Int) throws(DatasetError) -> Void = { (_) throws(DatasetError) in }
    ) throws {
        file = try StoredDataset.read(
            path: path, layout: layout, includingNextObservations: !isKnown, willLoad: willLoad)
        if let environment {
            try requireFit(path, states: file.stateSize, actions: file.actionSize, of: environment)
        }
        maximumSteps =
            environment?.maximumSteps
            ?? EnvironmentRegistry.maximumSteps(states: file.stateSize, actions: file.actionSize)
        transitions = try file.transitions(maximumSteps: maximumSteps ?? .max)
    }

    /// Remarks on the data, one sentence each.
    package var remarks: [String] { DatasetRemarks.of(file, transitions, maximumSteps: maximumSteps) }
}
