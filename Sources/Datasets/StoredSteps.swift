import HDF5
/// The steps of a dataset as a file holds them, in whichever layout: D4RL's or Minari's.
package protocol StoredSteps: Sendable {
    /// The path of the HDF5 file.
    var path: String { get }
    /// N, the number of steps.
    var count: Int { get }
    /// S, the length of an observation.
    var stateSize: Int { get }
    /// A, the length of an action.
    var actionSize: Int { get }
    /// Row-major, of S columns: one row per step or, of Minari's layout, one more per episode.
    var observations: [Float] { get }
    /// [N, A], row-major, within ±(1 + 1e-6).
    var actions: [Float] { get }
    /// [N].
    var rewards: [Float] { get }
    /// [N], where the environment ended an episode.
    var environmentEnds: StepFlags { get }
    /// [N], where the time limit ended an episode; nil when the file does not say.
    var timeLimitEnds: StepFlags? { get }
    /// T of every episode; nil where flags alone show where episodes end.
    var episodeLengths: [Int]? { get }
    /// [N, S], s' as the file has it; nil where it has none or it was not read.
    var nextObservations: [Float]? { get }
    /// What a user should know of the file though it is good, a sentence each.
    var notes: [String] { get }
    /// What is said beside the arrays, by name; arrays by their shape.
    var texts: [String: String] { get }

    /// The transitions by the layout's rule: D4RL's for Q-learning, or all steps of Minari's.
    ///
    /// - Parameter maximumSteps: the environment's time limit, for a file that does not say where it ended an episode.
    /// - Throws: `DatasetError` when no transition is left.
    func transitions(maximumSteps: Int) throws(DatasetError) -> Transitions
}

/// A field with a flag for every step, 0 or 1.
package struct StepFlags: Sendable {
    /// The field's name in its layout: "terminals", "truncations".
    package let name: String
    /// [N].
    package let flags: [UInt8]

    /// The number of steps that have it.
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

    /// The metadata, the environment's id and what an observation is made of.
    package var texts: [String: String] {
        var texts = metadata.texts
        texts["environment"] = metadata.environment
        if !observationNames.isEmpty { texts["observation"] = observationNames.joined(separator: " ++ ") }
        return texts
    }

    package func transitions(maximumSteps: Int) throws(DatasetError) -> Transitions { try transitions() }
}

extension MetadataValue {
    /// The value, or the shape of an array.
    fileprivate var summary: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .number(let number): String(number)
        case .array(let array): "array \(array.shape)"
        }
    }
}
