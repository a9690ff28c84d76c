import Suites

/// The name of a dataset of Minari's: "(namespace/)(environment/)name-vN", as "mujoco/hopper/medium-v0".
package struct MinariID: Sendable, Hashable, CustomStringConvertible {
    /// What tells such a name from D4RL's in studies and on the command line: "minari:mujoco/hopper/medium-v0".
    package static let prefix = "minari:"

    /// The words between the slashes.
    private let words: [String]

    /// Takes an ID without the prefix apart.
    ///
    /// - Returns: nil unless it is words of letters, digits, `-` and `_` between slashes, the last of which ends in `-vN`.
    package init?(_ text: String) {
        let words = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        let isGood = words.allSatisfy { word in
            !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
        guard isGood, let last = words.last, let mark = last.ranges(of: "-v").last, mark.lowerBound > last.startIndex,
            mark.upperBound < last.endIndex, last[mark.upperBound...].allSatisfy(\.isNumber)
        else { return nil }
        self.words = words
    }

    /// The ID in a name that begins with `prefix`; nil for any other text.
    package init?(name: String) {
        guard name.hasPrefix(Self.prefix) else { return nil }
        self.init(String(name.dropFirst(Self.prefix.count)))
    }

    /// What a text that was meant to name a dataset of Minari's, and does not, ought to have been; nil for any other text.
    package static func expectation(for text: String) -> String? {
        let text = text.trimmingPrefix(while: \.isWhitespace)
        guard MinariID(name: String(text)) == nil, text.lowercased().hasPrefix(prefix) else { return nil }
        let words = text.dropFirst(prefix.count).drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
        if let meant = MinariID(String(words.reversed())) { return "'\(meant.name)'" }
        return "'\(prefix)' and an ID of letters, digits, '-', '_' and '/' that ends in -vN, as in "
            + "'\(prefix)mujoco/hopper/medium-v0'"
    }

    /// The ID, "mujoco/hopper/medium-v0".
    package var description: String { words.joined(separator: "/") }

    /// The name with which studies and tables call it.
    package var name: String { Self.prefix + description }

    /// D4RL's task of the same words ("hopper-medium", "antmaze-umaze"), whose presets it takes; nil where D4RL has none.
    package var namesake: String? {
        guard words.count >= 2 else { return nil }
        let task = DatasetName(words.suffix(2).joined(separator: "-")).task
        return D4RLTasks.names.contains(task) ? task : nil
    }
}
