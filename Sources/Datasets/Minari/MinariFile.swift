import Numerics

/// The steps of a Minari (0.5) dataset, checked: its `main_data.hdf5` and `metadata.json`.
///
/// The file has a group `episode_K` for each episode, with T actions, rewards, terminations and truncations and T + 1
/// observations. The last observation follows the last action, so no step is lost where a time limit ends an episode.
/// Episodes are read in the order of their numbers. An episode, usually the last one, may be neither terminated nor
/// truncated.
package struct MinariFile: Sendable {
    /// The path of the HDF5 file.
    package let path: String
    /// The metadata; empty if there is no `metadata.json`.
    package let metadata: MinariMetadata
    /// The length T of every episode.
    package let lengths: [Int]
    /// S, the length of an observation.
    package let stateSize: Int
    /// A, the length of an action.
    package let actionSize: Int
    /// The names of the arrays under `observations` that are concatenated to an observation; empty if that is an array.
    package let observationNames: [String]
    /// Observations [N + E, S], row-major: T + 1 rows of every episode.
    package let observations: [Float]
    /// Actions [N, A], row-major, within ±(1 + 1e-6).
    package let actions: [Float]
    /// Rewards [N].
    package let rewards: [Float]
    /// Flags [N]: 1 where the environment ended the episode, else 0.
    package let terminations: [UInt8]
    /// Flags [N]: 1 where the time limit ended the episode, else 0.
    package let truncations: [UInt8]
    /// Notes on the file for the user, although it is valid, one sentence each: objects that are not episodes.
    package let notes: [String]

    /// N, the number of steps.
    package var count: Int { rewards.count }

    /// Reads and checks the dataset in `folder`.
    ///
    /// - `arrayLimit`: the largest size of one array in memory, in bytes.
    /// - `willLoad`: called before values are read, with the peak memory of loading in bytes.
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

    /// Makes the transitions: all steps, s' being the row after s, d = 1 where the environment ended the episode.
    ///
    /// - Throws: `DatasetError` if there is no step.
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
    /// Refuses data that Minari can write and this program cannot read.
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
