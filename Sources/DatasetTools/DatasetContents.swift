package import Datasets
package import Environments

/// A dataset's file as it is read for every purpose: training, `data info` and `data verify` count, check and remark alike.
package struct DatasetContents {
    /// The arrays, checked.
    package let file: any StoredSteps
    /// What D4RL's rule for Q-learning, or Minari's layout, makes of them.
    package let transitions: Transitions
    /// Control steps after which an episode times out; used where the file has no `timeouts`. Nil where it is not known.
    private let maximumSteps: Int?

    /// Reads and checks the file at `path`.
    ///
    /// - Parameters:
    ///   - environment: whose data they are; nil where nobody says, and then the time limit is the one that all
    ///     environments with the file's widths share.
    ///   - layout: what to refuse the other layout for.
    ///   - willLoad: as in `StoredDataset.read`.
    ///   - isKnown: whether its remarks are known, so that what training does not use need not be read again.
    /// - Throws: `DatasetError`; `HarnessError.badInput` when the file is of another environment.
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

    /// What is remarkable about them, a sentence each.
    package var remarks: [String] { DatasetRemarks.of(file, transitions, maximumSteps: maximumSteps) }
}
