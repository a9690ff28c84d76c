import HDF5
/// The steps of a dataset as a file holds them, in D4RL's or Minari's layout.
package protocol StoredSteps: Sendable {
    /// The path of the HDF5 file.
    var path: String { get }
    /// N, the number of steps.
    var count: Int { get }
    /// S, the length of an observation.
    var stateSize: Int { get }
    /// A, the length of an action.
    var actionSize: Int { get }
    /// Observations, row-major with S columns: one row per step; in Minari's layout one more per episode.
    var observations: [Float] { get }
    /// Actions [N, A], row-major, within ±(1 + 1e-6).
    var actions: [Float] { get }
    /// Rewards [N].
    var rewards: [Float] { get }
    /// Flags [N]: where the environment ended an episode.
    var environmentEnds: StepFlags { get }
    /// Flags [N]: where the time limit ended an episode; nil if the file does not say.
    var timeLimitEnds: StepFlags? { get }
    /// The length T of every episode; nil if only flags show where episodes end.
    var episodeLengths: [Int]? { get }
    /// Next observations [N, S] as the file has them; nil if it has none or they were not read.
    var nextObservations: [Float]? { get }
    /// Notes on the file for the user, although it is valid, one sentence each.
    var notes: [String] { get }
    /// The metadata by name, as text; arrays are given by their shape.
    var texts: [String: String] { get }

    /// Makes the transitions by the layout's rule: D4RL's rule for Q-learning, or all steps of Minari's.
    ///
    /// - Parameter maximumSteps: the environment's time limit, used if the file does not say where it ended an episode.
    /// - Throws: `DatasetError` when no transition is left.
    func transitions(maximumSteps: Int) throws(DatasetError) -> Transitions
}

/// A field with a flag for every step, 0 or 1.
package struct StepFlags: Sendable {
    /// The field's name in its layout: "terminals", "truncations".
    package let name: String
    /// The flags [N].
    package let flags: [UInt8]

    /// The number of steps whose flag is set.
    var total: Int { flags.count { $0 != 0 } }
    var isZero: Bool { flags.reduce(0, |) == 0 }
}

extension D4RLFile: StoredSteps {
    package var environmentEnds: StepFlags { StepFlags(name: "terminals", flags: terminals) }
    package var timeLimitEnds: StepFlags? { timeouts.map { StepFlags(name: "timeouts", flags: $0) } }
    package var episodeLengths: [Int]? { nil }
    package var texts: [String: String] { metadata.mapValues(\.summary) }

    package func transitions(maximumSteps: Int) throws(DatasetError) -> Transitions {
        try Transitions(self, maximumSteps: maximumSteps)
    }
}

extension MinariFile: StoredSteps {
    package var environmentEnds: StepFlags { StepFlags(name: "terminations", flags: terminations) }
    package var timeLimitEnds: StepFlags? { StepFlags(name: "truncations", flags: truncations) }
    package var episodeLengths: [Int]? { lengths }
    package var nextObservations: [Float]? { nil }

    /// The metadata, the environment's id and the names of an observation's parts.
    package var texts: [String: String] {
        var texts = metadata.texts
        texts["environment"] = metadata.environment
        if !observationNames.isEmpty { texts["observation"] = observationNames.joined(separator: " ++ ") }
        return texts
    }

    package func transitions(maximumSteps: Int) throws(DatasetError) -> Transitions { try transitions() }
}

extension MetadataValue {
    /// The value as text; the shape of an array.
    fileprivate var summary: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .array(let array): "array \(array.shape)"
        }
    }
}
