package import Algorithms
import Environments
import Failures
import Yams

/// A YAML node with its position, from which study files are read. Every access is checked, and every error names the
/// position.
package struct StudyNode {
    /// The file; empty for words on the command line.
    let source: String
    /// The keys from the root, such as "learners.IQL.batch"; empty at the root.
    let place: String
    let node: Node

    func child(_ node: Node, _ key: String? = nil) -> StudyNode {
        let deeper = key.map { place.isEmpty ? $0 : "\(place).\($0)" } ?? place
        return StudyNode(source: source, place: deeper, node: node)
    }

    // MARK: Keys and lists

    /// The keys with their values, in file order; refuses keys not in `known`.
    func pairs(_ known: [String]) throws -> [(key: String, value: StudyNode)] {
        try pairs { key, name in
            guard !known.contains(name) else { return }
            throw key.refused(StudyNode.hint(name, known), "the key \(StudyNode.quoted(name))")
        }
    }

    /// The keys with their values, in file order, each validated by `check`.
    func pairs(check: (StudyNode, String) throws -> Void) throws -> [(key: String, value: StudyNode)] {
        guard case .mapping(let mapping) = node else { throw refused("keys with values", kind) }
        var seen: Set<String> = []
        return try mapping.map { key, value in
            let key = child(key)
            let name = try key.word()
            // YAML distinguishes keys with different tags; a study does not.
            guard seen.insert(name).inserted else {
                throw key.refused("every key once", "\(StudyNode.quoted(name)) twice")
            }
            try check(key, name)
            return (name, child(value, name))
        }
    }

    /// The values by key; refuses unknown keys and missing ones of `required`.
    func fields(_ known: [String], required: [String] = []) throws -> [String: StudyNode] {
        let fields = Dictionary(uniqueKeysWithValues: try pairs(known))
        for key in required where fields[key] == nil {
            let found = fields.isEmpty ? "nothing" : "only \(fields.keys.sorted().joined(separator: ", "))"
            throw refused("the key '\(key)'", found)
        }
        return fields
    }

    /// The items of a list that has at least one.
    func items() throws -> [StudyNode] {
        guard case .sequence(let items) = node, !items.isEmpty else { throw refused("a list of at least one", kind) }
        return items.map { child($0) }
    }

    /// Refuses a name that occurs twice.
    func requireDistinct(_ names: [String]) throws {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw refused("every value once", "\(StudyNode.quoted(name)) twice")
        }
    }

    // MARK: Values

    /// Whether the value is empty or null.
    var isNothing: Bool { plainText == "" || plainText == "~" || plainText == "null" }

    /// The text of any scalar as written; `no` is a word, too.
    func word() throws -> String {
        guard let text = node.scalar?.string, !text.isEmpty, !isNothing else { throw refused("a word", kind) }
        return text
    }

    func integer(_ range: ClosedRange<Int>) throws -> Int {
        let integer = Setting(place, .integer(range.lowerBound), .integer(range), from: "")
        guard case .integer(let value) = try value(of: integer) else { preconditionFailure("no integer") }
        return value
    }

    /// A value that `setting` accepts. A word that YAML would read as another type (`off`) is accepted where a word is
    /// expected.
    package func value(of setting: Setting) throws -> SettingValue {
        do {
            return try accepted(by: setting)
        } catch {
            throw refused(error.expected, error.found)
        }
    }

    /// Why a value is not accepted.
    struct Mismatch: Error {
        let expected, found: String
    }

    /// Returns what `value(of:)` returns; its error does not name the place.
    func accepted(by setting: Setting) throws(Mismatch) -> SettingValue {
        for candidate in candidates {
            if let value = setting.accepted(candidate) { return value }
        }
        guard case .words(let words) = setting.range, let text = node.scalar?.string, !text.isEmpty else {
            throw Mismatch(expected: setting.expectation, found: kind)
        }
        throw Mismatch(expected: StudyNode.hint(text, words), found: kind)
    }

    /// The possible readings of this scalar.
    private var candidates: [SettingValue] {
        if case .sequence(let items) = node {
            let integers = items.compactMap { item -> Int? in
                guard case .integer(let value)? = child(item).number else { return nil }
                return value
            }
            return integers.count == items.count ? [.integers(integers)] : []
        }
        let word = node.scalar.map { SettingValue.word($0.string) }
        let flag: SettingValue? =
            switch plainText {
            case "true", "True", "TRUE": .flag(true)
            case "false", "False", "FALSE": .flag(false)
            default: nil
            }
        return [number, flag, word].compactMap { $0 }
    }

    /// A decimal number or infinity. YAML's octal `010`, hexadecimal, sexagesimal `1:30` and `.nan` are not numbers in
    /// a study.
    private var number: SettingValue? {
        guard let text = plainText else { return nil }
        switch text.lowercased() {
        case ".inf", "+.inf": return .real(.infinity)
        case "-.inf": return .real(-.infinity)
        default: break
        }
        let digits = text.replacing("_", with: "")
        let magnitude = digits.drop { $0 == "-" || $0 == "+" }
        guard let first = text.first, first != "_", magnitude.allSatisfy({ "0123456789.eE+-".contains($0) }),
            !(magnitude.first == "0" && magnitude.dropFirst().first?.isNumber == true)
        else { return nil }
        if let integer = Int(digits) { return .integer(integer) }
        return Double(digits).flatMap { $0.isFinite ? .real($0) : nil }
    }

    /// The text of an unquoted scalar.
    private var plainText: String? { node.scalar.flatMap { $0.style == .plain ? $0.string : nil } }

    // MARK: Refusals

    func refused(_ expected: String, _ found: String) -> HarnessError {
        let file = source.isEmpty ? "" : source + (node.mark.map { ":\($0.line)" } ?? "") + ": "
        return .badInput("\(file)\(place.isEmpty ? "the study" : place): expected \(expected), found \(found)")
    }

    /// A description of this node for error messages.
    var kind: String {
        switch node {
        case .mapping(let pairs): return pairs.isEmpty ? "nothing" : "keys with values"
        case .sequence(let items): return items.isEmpty ? "an empty list" : "a list"
        case .scalar(let scalar):
            if scalar.string.isEmpty { return "nothing" }
            if plainText == nil { return "the quoted text \(StudyNode.quoted(scalar.string))" }
            let digits = scalar.string.drop { $0 == "-" || $0 == "+" }
            let isOctal = digits.count > 1 && digits.first == "0" && digits.allSatisfy(\.isNumber)
            return StudyNode.quoted(scalar.string) + (isOctal ? ", which is octal in YAML" : "")
        case .alias: return "an alias"
        }
    }

    /// The text in quotes, on one line and shortened if necessary.
    package static func quoted(_ text: String) -> String {
        let line = text.unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "·" : "\($0)" }
        return "'" + line.joined() + (text.unicodeScalars.count > 60 ? "…'" : "'")
    }

    /// The names in `known` closest to `name`, or all of them.
    package static func hint(_ name: String, _ known: [String]) -> String {
        let nearest = nearestNames(to: name, among: known)
        return nearest.isEmpty
            ? "one of \(known.joined(separator: ", "))" : nearest.map { "'\($0)'" }.joined(separator: " or ")
    }
}
