import Numerics

/// The steps of a dataset of Minari's (0.5), checked: its `main_data.hdf5` and `metadata.json`.
///
/// A group `episode_K` for each episode, with T actions, rewards, terminations and truncations and T + 1 observations, the
/// last of which follows the last action, so no step is lost where a time limit ends an episode. Episodes come in the order
/// of their numbers. An episode may end unfinished, the last one usually does: neither terminated nor truncated.
package struct MinariFile: Sendable {
    /// The path of the HDF5 file.
    package let path: String
    /// What is said beside the steps; empty where there is no `metadata.json`.
    package let metadata: MinariMetadata
    /// T of every episode.
    package let lengths: [Int]
    /// S, the length of an observation.
    package let stateSize: Int
    /// A, the length of an action.
    package let actionSize: Int
    /// The names under `observations` that an observation is made of, one behind the other; empty where that is an array.
    package let observationNames: [String]
    /// [N + E, S], row-major: T + 1 rows of every episode.
    package let observations: [Float]
    /// [N, A], row-major, within ±(1 + 1e-6).
    package let actions: [Float]
    /// [N].
    package let rewards: [Float]
    /// [N], 1 where the environment ended the episode, else 0.
    package let terminations: [UInt8]
    /// [N], 1 where the time limit ended the episode, else 0.
    package let truncations: [UInt8]
    /// What a user should know of the file though it is good, a sentence each: objects that are no episodes.
    package let notes: [String]

    /// N, the number of steps.
    package var count: Int { rewards.count }

    /// Reads and checks the dataset in `folder`.
    ///
    /// - Parameters:
    ///   - arrayLimit: bytes one array may take in memory.
    ///   - willLoad: called, before values are read, with the bytes of memory that this takes at its peak.
    /// - Throws: `DatasetError` for a file that is absent, damaged, not HDF5 or not Minari's, for metadata that contradict
    ///   it, for more data than this machine has memory for, and for a field that is missing, of another type, rank or
    ///   length, or holds values out of range.
    package init(
        _ folder: MinariFolder, arrayLimit: Int = 1 << 34,
        willLoad: (Int) throws(DatasetError) -> Void = { (_) throws(DatasetError) in }
    ) throws(DatasetError) {
        metadata =
            try folder.metadata.map { path throws(DatasetError) in try MinariMetadata(at: path) } ?? MinariMetadata()
        try metadata.requireReadable(folder.metadata ?? folder.data)
        let reader = try MinariReader(folder.data, arrayLimit: arrayLimit)
        let shape = try reader.shape(metadata)
        try checkMemory(shape.memory, folder.data)
        try willLoad(shape.memory)
        path = folder.data
        notes = shape.notes
        lengths = shape.lengths
        stateSize = shape.stateSize
        actionSize = shape.actionSize
        observationNames = shape.observationNames
        (observations, actions, rewards, terminations, truncations) = try reader.steps(shape)
    }

    /// The transitions: all steps, s' the row behind s, d = 1 where the environment ended the episode.
    ///
    /// - Throws: `DatasetError` when there is no step at all.
    package func transitions() throws(DatasetError) -> Transitions {
        guard count > 0, count <= Int(Int32.max) else {
            throw DatasetError(
                file: path, expected: "between 1 and \(Int32.max) steps", found: "\(count) in \(lengths.count) episodes"
            )
        }
        let table = Transitions(count: count, stateSize: stateSize, actionSize: actionSize, origin: path)
        let rows = table.rows
        var (step, row) = (0, 0)
        for length in lengths {
            let (state, next) = (row * stateSize, (row + 1) * stateSize)
            for k in 0..<length * stateSize {
                rows.observations[step * stateSize + k] = Real(observations[state + k])
                rows.nextObservations[step * stateSize + k] = Real(observations[next + k])
            }
            (step, row) = (step + length, row + length + 1)
        }
        for k in actions.indices { rows.actions[k] = Real(actions[k]) }
        for k in rewards.indices { rows.rewards[k] = Real(rewards[k]) }
        for k in terminations.indices { rows.terminals[k] = Real(terminations[k]) }
        return table
    }
}

extension MinariMetadata {
    /// Refuses what Minari writes and this program does not read.
    ///
    /// - Throws: `DatasetError`.
    func requireReadable(_ file: String) throws(DatasetError) {
        if let format, format != "hdf5" {
            throw DatasetError(
                file: file, field: "data_format", expected: "hdf5",
                found: "'\(format)', which this program does not read")
        }
        for (field, space) in [("observation_space", observations), ("action_space", actions)] {
            try space?.requireNumbers(field, file)
        }
        if case .dictionary? = actions {
            throw DatasetError(file: file, field: "action_space", expected: "a Box", found: "a Dict")
        }
    }
}

extension MinariMetadata.Space {
    fileprivate func requireNumbers(_ field: String, _ file: String) throws(DatasetError) {
        switch self {
        case .box(_, isPicture: false): return
        case .box(let shape, isPicture: true):
            let isJPEG = shape.prefix(2).allSatisfy { $0 >= 32 }
            let reason = isJPEG ? "which Minari stores as JPEG" : "which this program does not read"
            throw DatasetError(
                file: file, field: field, expected: "arrays of numbers",
                found: "pictures of the shape \(shape), \(reason)")
        case .dictionary(let spaces):
            for (name, space) in spaces.sorted(by: { $0.key < $1.key }) {
                try space.requireNumbers("\(field).\(name)", file)
            }
        case .other(let type): throw DatasetError(file: file, field: field, expected: "a Box", found: "a \(type)")
        }
    }
}
