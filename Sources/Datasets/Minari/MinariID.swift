import Suites

/// The ID of a Minari dataset, "(namespace/)(environment/)name-vN", such as "mujoco/hopper/medium-v0".
package struct MinariID: Sendable, Hashable, CustomStringConvertible {
    /// The prefix that distinguishes an ID from a D4RL name in studies and commands: "minari:mujoco/hopper/medium-v0".
    package static let prefix = "minari:"

    /// The words between the slashes.
    private let words: [String]

    /// Parses an ID without the prefix.
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

    /// Parses a name that begins with `prefix`; nil for any other text.
    package init?(name: String) {
        guard name.hasPrefix(Self.prefix) else { return nil }
        self.init(String(name.dropFirst(Self.prefix.count)))
    }

    /// Returns what was expected instead of a malformed name of a Minari dataset; nil for any other text.
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

    /// The name in studies and tables: prefix and ID.
    package var name: String { Self.prefix + description }

    /// The D4RL task of the same words ("hopper-medium", "antmaze-umaze"), whose presets apply; nil if D4RL has none.
    package var namesake: String? {
        guard words.count >= 2 else { return nil }
        let task = DatasetName(words.suffix(2).joined(separator: "-")).task
        return D4RLTasks.names.contains(task) ? task : nil
    }
}
