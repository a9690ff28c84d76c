/// What is in a dataset's file, in numbers that fit on a screen.
package struct DatasetSummary: Codable, Equatable, Sendable {
    /// N, the number of steps.
    package let rows: Int
    /// S, the length of an observation.
    package let stateSize: Int
    /// A, the length of an action.
    package let actionSize: Int
    /// What D4RL's rule for Q-learning keeps of the rows.
    package let transitions: Int
    /// Returns of the trajectories in the transitions, as they scale the rewards.
    package let returns: ReturnRange
    /// The number of Minari's episodes; nil for a file in D4RL's layout.
    package let episodes: Int?
    /// Rows with which the environment ended an episode.
    package let terminals: Int
    /// Rows with which the time limit ended one; nil where the file does not say.
    package let timeouts: Int?
    /// `ContentsDigest` of the arrays: however they are stored, equal data have the same.
    package let contentsSHA256: String
    /// What is under `metadata/`, by name within it; arrays by their shape, text without control characters.
    package let metadata: [String: String]
    /// What is remarkable about them, a sentence each: `DatasetRemarks`.
    package let remarks: [String]

    /// The numbers of a dataset, of the transitions made of it, and the remarks on both.
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

/// Text from a file of anybody's as a terminal may show it: a line without control characters, of bounded length.
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
