import Failures
import Yams

/// From text to nodes: reports YAML errors, and YAML features that a study may not use.
extension StudyNode {
    /// Parses `text`, a single document from the file `source`.
    ///
    /// - Throws: `HarnessError.badInput`.
    package init(parsing text: String, source: String) throws {
        try StudyNode.requireFewAliases(text, source)
        // libyaml would count a byte order mark as indentation of the first line.
        let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        do {
            let parser = try Parser(yaml: text)
            guard let root = try parser.singleRoot() else {
                throw HarnessError.badInput("\(source): expected a study, found an empty file")
            }
            self.init(source: source, place: "", node: root)
            try withExtendedLifetime(parser) { try requireNoAnchors() }  // The parser owns the anchors' names.
        } catch let error as YamlError {
            throw StudyNode.refused(error, source)
        }
    }

    /// Nested aliases can expand a few lines to a billion values, so they are counted before the text is parsed. A word
    /// in a comment that looks like an alias counts, too.
    private static func requireFewAliases(_ text: String, _ source: String) throws {
        var (aliases, line) = (0, 1)
        var previous: Character = "\n"
        for character in text {
            if previous == "*" && (character.isLetter || character.isNumber || "-_".contains(character)) {
                aliases += 1
            }
            guard aliases <= 20 else {
                throw HarnessError.badInput(
                    "\(source):\(line): expected a study without aliases, found more than 20 words that begin with '*'")
            }
            if character.isNewline { line += 1 }
            previous = character
        }
    }

    /// Refuses aliases: an error in a repeated value would have no correct line number.
    private func requireNoAnchors() throws {
        let children: [Node]
        switch node {
        case .mapping(let mapping): children = mapping.flatMap { [$0.key, $0.value] }
        case .sequence(let items): children = Array(items)
        case .scalar, .alias: children = []
        }
        if let anchor = node.mapping?.anchor ?? node.sequence?.anchor ?? node.scalar?.anchor {
            throw refused("a study without anchors and aliases", "the anchor '&\(anchor.rawValue)'")
        }
        for node in children { try child(node).requireNoAnchors() }
    }

    /// A YAML error as one line.
    private static func refused(_ error: YamlError, _ source: String) -> HarnessError {
        switch error {
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map(quoted).sorted().joined(separator: ", ")
            return .badInput("\(source):\(context.mark.line): expected every key once, found \(names) again")
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let isDeep = problem.hasPrefix("Maximum nesting level")
            return .badInput(
                "\(source):\(mark.line): expected the YAML of a study, "
                    + (isDeep ? "found a thousand levels of nesting" : problem))
        case .reader(let problem, let offset, _, let text):
            let line = 1 + text.prefix(offset ?? 0).count { $0.isNewline }
            return .badInput("\(source):\(line): expected the YAML of a study, found \(problem)")
        default:
            let reason = "\(error)".split(separator: "\n").joined(separator: " ")
            return .badInput("\(source): expected the YAML of a study, found \(reason)")
        }
    }
}
