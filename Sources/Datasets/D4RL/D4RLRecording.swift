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
}

extension D4RLRecording {
    /// An array of numbers of a recording.
    struct NumberField {
        /// The array's name in a file.
        let name: String
        let path: WritableKeyPath<D4RLRecording, [Float]>
        /// The number of columns; nil for one number a row.
        let columns: KeyPath<D4RLRecording, Int>?
        /// Whether the array is left out of a file when it is empty.
        var isOptional = true
    }

    /// The arrays of numbers, in the order in which they are written.
    static var numberFields: [NumberField] {
        [
            NumberField(name: "observations", path: \.observations, columns: \.stateSize, isOptional: false),
            NumberField(name: "actions", path: \.actions, columns: \.actionSize, isOptional: false),
            NumberField(name: "rewards", path: \.rewards, columns: nil, isOptional: false),
            NumberField(name: "next_observations", path: \.nextObservations, columns: \.stateSize),
            NumberField(name: "infos/qpos", path: \.positions, columns: \.positionSize),
            NumberField(name: "infos/qvel", path: \.velocities, columns: \.velocitySize),
            NumberField(name: "infos/action_log_probs", path: \.actionLogProbabilities, columns: nil),
            NumberField(name: "infos/goal", path: \.goals, columns: \.goalSize),
        ]
    }

    /// The number of a goal's coordinates.
    private var goalSize: Int { 2 }

    /// Removes all rows but the first `rows`; a shorter recording stays as it is.
    package mutating func keepFirst(_ rows: Int) {
        let excess = count - rows
        guard excess > 0 else { return }
        let before = count
        for field in Self.numberFields {
            let width = self[keyPath: field.path].count / before
            self[keyPath: field.path].removeLast(width * excess)
        }
        terminals.removeLast(excess)
        timeouts.removeLast(excess)
    }
}
