/// A summary of a dataset's file that fits on a screen.
package struct DatasetSummary: Codable, Equatable, Sendable {
    /// N, the number of steps.
    package let rows: Int
    /// S, the length of an observation.
    package let stateSize: Int
    /// A, the length of an action.
    package let actionSize: Int
    /// The number of transitions that D4RL's rule for Q-learning keeps.
    package let transitions: Int
    /// The range of the trajectories' returns, by which rewards are scaled.
    package let returns: ReturnRange
    /// The number of Minari's episodes; nil for a file in D4RL's layout.
    package let episodes: Int?
    /// The number of rows at which the environment ended an episode.
    package let terminals: Int
    /// The number of rows at which the time limit ended an episode; nil if the file does not say.
    package let timeouts: Int?
    /// The `ContentsDigest` of the arrays, the same for equal data however they are stored.
    package let contentsSHA256: String
    /// The metadata by name; arrays are given by their shape, text without control characters.
    package let metadata: [String: String]
    /// The `DatasetRemarks`, one sentence each.
    package let remarks: [String]

    /// Summarises a dataset and the transitions made of it.
    package init(_ file: any StoredSteps, _ transitions: Transitions, remarks: [String]) {
        rows = file.count
        stateSize = file.stateSize
        actionSize = file.actionSize
        self.transitions = transitions.count
        returns = ReturnRange(of: transitions)
        episodes = file.episodeLengths?.count
        terminals = file.environmentEnds.total
        timeouts = file.timeLimitEnds?.total
        contentsSHA256 = file.contentsSHA256
        metadata = Dictionary(file.texts.map { (printable($0), printable($1)) }) { first, _ in first }
        self.remarks = remarks
    }
}

/// Returns untrusted text in a form that is safe for a terminal: one line of bounded length, without control characters.
package func printable(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(1000).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
            "\u{FFFD}" as Unicode.Scalar
        default: scalar
        }
    }
    return String(String.UnicodeScalarView(scalars))
}
