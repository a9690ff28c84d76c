package import HDF5

/// A metadata value of a dataset: text, integer, number, or an array of numbers.
package typealias MetadataValue = HDF5Value

/// The contents of a file in D4RL's layout, checked.
///
/// Layout (github.com/Farama-Foundation/D4RL, `offline_env.py`): one row per environment step, in the order of
/// recording, episodes in sequence. Numbers of any type become single precision, rounded once, as in D4RL's
/// `qlearning_dataset`; flags of any type become 0 or 1. `next_observations` is read only on request, and a defect in it
/// refuses no file, as D4RL's own conversion does not use it.
package struct D4RLFile: Sendable {
    /// The fields a file must have.
    package static let requiredFields = ["observations", "actions", "rewards", "terminals"]

    /// The path the file was read from.
    package let path: String
    /// N, the number of steps.
    package let count: Int
    /// S, the length of an observation.
    package let stateSize: Int
    /// A, the length of an action.
    package let actionSize: Int
    /// Observations [N, S], row-major.
    package let observations: [Float]
    /// Actions [N, A], row-major, within ±(1 + 1e-6).
    package let actions: [Float]
    /// Rewards [N].
    package let rewards: [Float]
    /// Flags [N]: 1 where the environment ended the episode, else 0.
    package let terminals: [UInt8]
    /// Flags [N]: 1 where the time limit ended the episode, else 0; nil if the file does not say.
    package let timeouts: [UInt8]?
    /// Next observations [N, S], not checked to be finite, as no learner uses them; nil if the file has none that can be
    /// read or they were not requested.
    package let nextObservations: [Float]?
    /// The values under `metadata/`, by name within it ("algorithm", "policy/fc0/weight").
    package let metadata: [String: MetadataValue]
    /// Notes on the file for the user, although it is valid, one sentence each: flags that were written in part, rows that
    /// may not have been written, metadata and next observations that were left out.
    package let notes: [String]

    /// Reads and checks the file at `path`.
    ///
    /// - `includingNextObservations`: whether to read `next_observations` too, if present; a defect in it becomes a note.
    /// - `arrayLimit`: the largest size of one array in memory, in bytes.
    /// - `willLoad`: called before values are read, with the peak memory of loading in bytes.
    /// - Throws: `DatasetError` for a file that is absent, truncated, damaged or not HDF5, and for a field that is
    ///   missing, not an array in this file, of another type, rank or length, was not written in full, or holds values
    ///   out of range.
    package init(
        path: String, includingNextObservations: Bool = false, arrayLimit: Int = 1 << 34,
        willLoad: (Int) throws(DatasetError) -> Void = { (_) throws(DatasetError) in }
    ) throws(DatasetError) {
        let file = try wordingErrors { () throws(HDF5Error) in
            try HDF5File(readingFrom: path, arrayLimit: arrayLimit)
        }
        let reader = D4RLReader(file: file)
        // All shapes are checked first, so that a bad file is refused before minutes are spent on its data.
        let shapes = try D4RLShapes(reader)
        try willLoad(shapes.memory)
        let (rows, stateSize, actionSize) = (shapes.rows, shapes.stateSize, shapes.actionSize)
        let hasTimeouts = shapes.hasTimeouts

        self.path = path
        count = rows
        self.stateSize = stateSize
        self.actionSize = actionSize
        observations = try reader.file.numbersField("observations", columns: stateSize)
        actions = try reader.actions(columns: actionSize)
        rewards = try reader.file.numbersField("rewards", columns: 1)
        terminals = try reader.file.flagsField("terminals")
        timeouts = hasTimeouts ? try reader.file.flagsField("timeouts") : nil
        let next =
            includingNextObservations
            ? reader.nextObservations(rows: rows, columns: stateSize) : (values: nil, note: nil)
        nextObservations = next.values
        let (terminals, timeouts) = (terminals, timeouts)
        let endings = try checkWritten(
            reader, observations: observations, stateSize: stateSize, actions: actions, actionSize: actionSize,
            rewards: rewards
        ) { rows in rows.contains { terminals[$0] == 1 || timeouts?[$0] == 1 } }
        let notes = try [
            reader.gapNote("terminals"), hasTimeouts ? reader.gapNote("timeouts") : nil, next.note,
        ].compactMap { $0 }
        let found = D4RLMetadata(of: reader.file)
        metadata = found.values
        self.notes = notes + endings + found.notes
    }
}
