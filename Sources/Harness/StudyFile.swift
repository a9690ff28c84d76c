import Algorithms
import Datasets
import Environments
import Foundation
import Yams

/// Reads study files: YAML in which every key is known, typed and in range, or the file is refused with a line number.
public struct StudyFile {
    private let path: String

    /// Reads the study at `path`.
    ///
    /// - Throws: `HarnessError.badInput` naming file, line, key, what was expected and found.
    public static func read(_ path: String) throws -> (study: Study, text: String) {
        let data = try contents(of: path)
        guard data.count <= 1 << 20 else {
            throw HarnessError.badInput("\(path): \(data.count) bytes, expected a study of at most 1 MiB")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw HarnessError.badInput("\(path): not UTF-8 text")
        }
        return (try parse(text, path: path), text)
    }

    private static func contents(of path: String) throws -> Data {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else {
            throw HarnessError.badInput("\(path): cannot read the study file: \(String(cString: strerror(errno)))")
        }
        do {
            return try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).readToEnd() ?? Data()
        } catch {
            throw HarnessError.badInput("\(path): cannot read the study file: is it a folder?")
        }
    }

    /// Reads the text of a study; `path` is where errors say it came from.
    ///
    /// - Throws: `HarnessError.badInput`.
    public static func parse(_ text: String, path: String) throws -> Study {
        try StudyFile(path: path).parse(text)
    }

    private func parse(_ text: String) throws -> Study {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw refused(error)
        }
        guard let root else { throw HarnessError.badInput("\(path): the file is empty") }
        let fields = try mapping(root, "the study", keys: Self.keys, required: Self.keys)
        let evaluate = try mapping(
            fields["evaluate"]!, "evaluate", keys: ["every", "episodes"], required: ["every", "episodes"])
        let steps = try integer(fields["steps"]!, "steps", 1...1_000_000_000)
        let study = Study(
            name: try string(fields["name"]!, "name"), datasets: try datasets(fields["datasets"]!),
            seeds: try seeds(fields["seeds"]!), steps: steps,
            evaluateEvery: try integer(evaluate["every"]!, "evaluate.every", 1...1_000_000_000),
            episodes: try integer(evaluate["episodes"]!, "evaluate.episodes", 1...100_000),
            entries: try entries(fields["learners"]!))
        try requireShortNames(study, fields["learners"]!)
        return study
    }

    /// A case's variant names its folder, and file systems end at 255 bytes.
    private func requireShortNames(_ study: Study, _ node: Node) throws {
        guard let longest = Plan(study).cases.max(by: { $0.variant.utf8.count < $1.variant.utf8.count }),
            longest.variant.utf8.count > 200
        else { return }
        throw refused(
            node, "learners.\(longest.learner.rawValue)", "settings whose names and values take at most 200 characters",
            "\(longest.variant.utf8.count): '\(longest.variant.prefix(60))…'")
    }

    private static let keys = ["name", "datasets", "seeds", "steps", "evaluate", "learners"]

    // MARK: Parts of a study

    private func datasets(_ node: Node) throws -> [String] {
        let names = try list(node, "datasets").map { try string($0, "datasets") }
        for (name, item) in zip(names, try list(node, "datasets")) {
            guard DatasetLocation.fileName(for: name) != nil else {
                throw refused(item, "datasets", "a name such as hopper-medium-replay-v2", "'\(name)'")
            }
            do {
                _ = try EnvironmentRegistry.environmentName(forDataset: name)
            } catch {
                throw refused(item, "datasets", "a dataset of a known environment", "'\(name)' (\(error))")
            }
        }
        try requireDistinct(names, node, "datasets")
        return names
    }

    /// A list of seeds, or a range such as 0-4.
    private func seeds(_ node: Node) throws -> [Int] {
        if let text = node.scalar?.string {
            let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last - first < 10_000,
                last <= Int(Int32.max)
            else {
                throw refused(node, "seeds", "a list of seeds or a range such as 0-4", "'\(text)'")
            }
            return Array(first...last)
        }
        let seeds = try list(node, "seeds").map { try integer($0, "seeds", 0...Int(Int32.max)) }
        try requireDistinct(seeds.map { String($0) }, node, "seeds")
        return seeds
    }

    private func entries(_ node: Node) throws -> [Study.Entry] {
        guard case .mapping(let learners) = node, !learners.isEmpty else {
            throw refused(node, "learners", "learners with their settings, such as `IQL: {}`", kind(node))
        }
        return try learners.map { key, value in
            let name = try string(key, "learners")
            guard let learner = LearnerKind(rawValue: name) else {
                throw refused(key, "learners", hint(name, LearnerKind.allCases.map(\.rawValue)), "'\(name)'")
            }
            return try entry(learner, value)
        }
    }

    private func entry(_ learner: LearnerKind, _ node: Node) throws -> Study.Entry {
        var entry = Study.Entry(learner: learner, overrides: [], sweep: [])
        if node.null != nil && node.scalar != nil { return entry }  // `IQL:` with nothing behind it
        let preset = Presets.hyperparameters(learner)
        let keys = preset.settings.map(\.key)
        let place = "learners.\(learner.rawValue)"
        for (key, item) in try pairs(node, place, keys: keys + ["sweep"]) {
            if key != "sweep" {
                entry.overrides.append(.init(key: key, value: try value(item, "\(place).\(key)", preset[key]!)))
                continue
            }
            for (sweptKey, choices) in try pairs(item, "\(place).sweep", keys: keys) {
                let values = try list(choices, "\(place).sweep.\(sweptKey)").map {
                    try value($0, "\(place).sweep.\(sweptKey)", preset[sweptKey]!)
                }
                try requireDistinct(values.map(\.description), choices, "\(place).sweep.\(sweptKey)")
                entry.sweep.append((sweptKey, values))
            }
        }
        for (key, _) in entry.sweep where entry.overrides.contains(where: { $0.key == key }) {
            throw refused(node, "\(place).\(key)", "one value or a sweep of them", "both")
        }
        return entry
    }

    private func value(_ node: Node, _ place: String, _ setting: Setting) throws -> SettingValue {
        guard let candidate = settingValue(node), let value = setting.accepted(candidate) else {
            throw refused(node, place, setting.expectation, node.scalar.map { "'\($0.string)'" } ?? kind(node))
        }
        return value
    }

    private func settingValue(_ node: Node) -> SettingValue? {
        if case .sequence(let items) = node {
            let integers = items.compactMap(\.int)
            return integers.count == items.count ? .integers(integers) : nil
        }
        if let value = node.int { return .integer(value) }
        if let value = node.float, !value.isNaN { return .real(value) }
        if let value = node.bool { return .flag(value) }
        return node.scalar.map { .word($0.string) }
    }

    // MARK: Nodes

    private func mapping(
        _ node: Node, _ place: String, keys: [String], required: [String]
    ) throws -> [String: Node] {
        let fields = Dictionary(uniqueKeysWithValues: try pairs(node, place, keys: keys))
        for key in required where fields[key] == nil {
            throw refused(node, place, "the key '\(key)'", "only \(fields.keys.sorted().joined(separator: ", "))")
        }
        return fields
    }

    private func pairs(_ node: Node, _ place: String, keys: [String]) throws -> [(String, Node)] {
        guard case .mapping(let mapping) = node else { throw refused(node, place, "keys with values", kind(node)) }
        var seen: Set<String> = []
        return try mapping.map { key, value in
            let name = try string(key, place)
            // YAML tells keys of different tags apart, a study does not.
            guard seen.insert(name).inserted else { throw refused(key, place, "every key once", "'\(name)' twice") }
            guard keys.contains(name) else { throw refused(key, place, hint(name, keys), "the key '\(name)'") }
            return (name, value)
        }
    }

    private func list(_ node: Node, _ place: String) throws -> [Node] {
        guard case .sequence(let items) = node, !items.isEmpty else {
            throw refused(node, place, "a list of at least one", kind(node))
        }
        return Array(items)
    }

    private func string(_ node: Node, _ place: String) throws -> String {
        guard let text = node.scalar?.string, !text.isEmpty else { throw refused(node, place, "a word", kind(node)) }
        return text
    }

    private func integer(_ node: Node, _ place: String, _ range: ClosedRange<Int>) throws -> Int {
        let value = node.int ?? node.float.flatMap { Int(exactly: $0) }
        guard let value, range.contains(value) else {
            throw refused(
                node, place, "a whole number from \(range.lowerBound) to \(range.upperBound)",
                node.scalar.map { "'\($0.string)'" } ?? kind(node))
        }
        return value
    }

    private func requireDistinct(_ names: [String], _ node: Node, _ place: String) throws {
        for (i, name) in names.enumerated() where names[..<i].contains(name) {
            throw refused(node, place, "every value once", "'\(name)' twice")
        }
    }

    private func hint(_ name: String, _ known: [String]) -> String {
        let nearest = nearestNames(to: name, among: known)
        return nearest.isEmpty
            ? "one of \(known.joined(separator: ", "))" : nearest.map { "'\($0)'" }.joined(separator: " or ")
    }

    private func kind(_ node: Node) -> String {
        switch node {
        case .mapping(let pairs): pairs.isEmpty ? "nothing" : "keys with values"
        case .sequence(let items): items.isEmpty ? "an empty list" : "a list"
        case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "'\(scalar.string)'"
        case .alias: "an alias"
        }
    }

    /// What YAML itself forbids, in one line.
    private func refused(_ error: YamlError) -> HarnessError {
        switch error {
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "'\($0)'" }.sorted().joined(separator: ", ")
            return .badInput("\(path):\(context.mark.line): expected every key once, found \(names) again")
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return .badInput("\(path):\(mark.line): expected the YAML of a study, \(problem)")
        default:
            let reason = "\(error)".split(separator: "\n").joined(separator: " ")
            return .badInput("\(path): expected the YAML of a study, found \(reason)")
        }
    }

    private func refused(_ node: Node, _ place: String, _ expected: String, _ found: String) -> HarnessError {
        let line = node.mark.map { ":\($0.line)" } ?? ""
        return .badInput("\(path)\(line): \(place): expected \(expected), found \(found)")
    }
}
