import HDF5

/// A recording of an environment's steps, one row per step, episodes in sequence.
package struct D4RLRecording: Sendable {
    /// S, A, and the numbers of the simulator's generalised positions and velocities.
    package let stateSize, actionSize, positionSize, velocitySize: Int
    /// [N, S].
    package var observations: [Float] = []
    /// [N, A].
    package var actions: [Float] = []
    /// [N].
    package var rewards: [Float] = []
    /// Next observations [N, S]: the observation after the step, before any reset.
    package var nextObservations: [Float] = []
    /// Flags [N]: whether the environment ended the episode.
    package var terminals: [Bool] = []
    /// Flags [N]: whether the time limit ended the episode.
    package var timeouts: [Bool] = []
    /// Generalised positions [N, positions] before the step; empty if not recorded.
    package var positions: [Float] = []
    /// Generalised velocities [N, velocities] before the step; empty if not recorded.
    package var velocities: [Float] = []
    /// log π(a|s) of the recorded actions [N]; empty if not recorded.
    package var actionLogProbabilities: [Float] = []
    /// Goal positions [N, 2] in metres; empty in environments without goals.
    package var goals: [Float] = []
    /// Metadata by name within `metadata/` ("algorithm", "policy/fc0/weight").
    package var metadata: [String: MetadataValue] = [:]

    /// Makes an empty recording.
    package init(stateSize: Int, actionSize: Int, positionSize: Int = 0, velocitySize: Int = 0) {
        self.stateSize = stateSize
        self.actionSize = actionSize
        self.positionSize = positionSize
        self.velocitySize = velocitySize
    }

    /// N, the number of steps.
    package var count: Int { rewards.count }

    /// Bytes of a row in a file before compression, with goals of `goals` coordinates.
    package func rowSize(goals: Int) -> Int {
        let numbers = 2 * stateSize + actionSize + positionSize + velocitySize + goals + 2  // rewards, log π
        return 4 * numbers + 2
    }

    /// Removes all rows but the first `rows`; a shorter recording stays as it is.
    package mutating func keepFirst(_ rows: Int) {
        let excess = count - rows
        guard excess > 0 else { return }
        let before = count
        func cut<Element>(_ field: inout [Element]) { field.removeLast(field.count / before * excess) }
        for field: WritableKeyPath<D4RLRecording, [Float]> in [
            \.observations, \.actions, \.rewards, \.nextObservations, \.positions, \.velocities,
            \.actionLogProbabilities, \.goals,
        ] {
            cut(&self[keyPath: field])
        }
        cut(&terminals)
        cut(&timeouts)
    }
}

/// Writes D4RL's layout: single precision, h5py booleans, gzip in chunks of rows. The same recording gives the same
/// bytes.
package enum D4RLWriter {
    /// Writes `recording` to `path` atomically.
    ///
    /// - Throws: `DatasetError` for a recording that `D4RLFile` would refuse, or a file that cannot be written.
    package static func write(_ recording: D4RLRecording, to path: String) throws(DatasetError) {
        let fields = numberFields(of: recording)
        for field in fields { try check(field, rows: recording.count, file: path) }
        try checkActionRange(recording.actions, columns: recording.actionSize, file: path)
        try checkLength("terminals", recording.terminals.count, rows: recording.count, file: path)
        try checkLength("timeouts", recording.timeouts.count, rows: recording.count, file: path)
        do {
            try HDF5Writer.write(to: path) { file in
                for field in fields { try file.write(field.elements, shape: field.shape, to: field.name) }
                try file.write(recording.terminals, shape: [recording.count], to: "terminals")
                try file.write(recording.timeouts, shape: [recording.count], to: "timeouts")
                for (name, value) in recording.metadata.sorted(by: { $0.key < $1.key }) {
                    try file.write(value, to: "metadata/" + name)
                }
            }
        } catch let error as HDF5Error {
            throw DatasetError(
                file: path, field: error.object, expected: "a file that can be written", found: "\(error.reason)",
                isSystemFailure: true)
        } catch {
            throw DatasetError(
                file: path, expected: "a file that can be written", found: "\(error)", isSystemFailure: true)
        }
    }

    private struct Field {
        let name: String
        let elements: [Float]
        let shape: [Int]
        var columns: Int { shape.count == 1 ? 1 : max(1, shape[1]) }
    }

    /// The numeric fields in the order in which they are written; those not recorded are left out.
    private static func numberFields(of recording: D4RLRecording) -> [Field] {
        let n = recording.count
        let required = [
            Field(name: "observations", elements: recording.observations, shape: [n, recording.stateSize]),
            Field(name: "actions", elements: recording.actions, shape: [n, recording.actionSize]),
            Field(name: "rewards", elements: recording.rewards, shape: [n]),
        ]
        let optional = [
            Field(name: "next_observations", elements: recording.nextObservations, shape: [n, recording.stateSize]),
            Field(name: "infos/qpos", elements: recording.positions, shape: [n, recording.positionSize]),
            Field(name: "infos/qvel", elements: recording.velocities, shape: [n, recording.velocitySize]),
            Field(name: "infos/action_log_probs", elements: recording.actionLogProbabilities, shape: [n]),
            Field(name: "infos/goal", elements: recording.goals, shape: [n, 2]),
        ]
        return required + optional.filter { !$0.elements.isEmpty }
    }

    private static func check(_ field: Field, rows: Int, file: String) throws(DatasetError) {
        let expected = field.shape.reduce(1, *)
        guard rows >= 2, field.elements.count == expected else {
            throw DatasetError(
                file: file, field: field.name, expected: "\(max(2, rows)) rows of \(field.columns)",
                found: "\(field.elements.count) numbers")
        }
        try checkFinite(field.elements, field.name, columns: field.columns, file: file)
    }

    private static func checkLength(_ name: String, _ found: Int, rows: Int, file: String) throws(DatasetError) {
        guard found == rows else {
            throw DatasetError(file: file, field: name, expected: "\(rows) rows as in 'rewards'", found: "\(found)")
        }
    }
}
