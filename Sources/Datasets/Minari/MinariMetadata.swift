import Foundation
import HDF5
import Paths

/// The parts of a Minari dataset's `metadata.json` that are used here. All but the format may be missing.
package struct MinariMetadata: Sendable, Equatable {
    /// The space of observations or actions: a Gymnasium space by its `type`, with the spaces within.
    package indirect enum Space: Sendable, Equatable {
        /// An array of `shape`; `isPicture` if Minari stores it as JPEG.
        case box(shape: [Int], isPicture: Bool)
        case dictionary([String: Space])
        /// Any other type: "Discrete", "Tuple", "Text".
        case other(String)
    }

    /// A wrapper of an environment that is not part of its registered specification.
    package struct Wrapper: Sendable, Equatable {
        /// The wrapper's name, "TimeLimit".
        package let name: String
        /// The entry point, "gymnasium.wrappers.common:TimeLimit"; nil if it is not given.
        package let place: String?
        /// The time limit in control steps that it sets; nil if it sets none.
        let maximumSteps: Int?
    }

    /// The data format: "hdf5", "arrow", "parquet".
    package var format: String?
    /// The dataset's ID when it was made.
    package var id: String?
    /// E, the number of episodes.
    package var episodes: Int?
    /// N, the number of steps.
    package var steps: Int?
    /// The environment's id in Gymnasium, "Hopper-v5": that of the evaluation environment if there is one.
    package var environment: String?
    /// The key of that environment: "env_spec", or "eval_env_spec".
    package var environmentKey = "env_spec"
    /// The environment's time limit in control steps.
    package var maximumSteps: Int?
    /// The environment's keyword arguments, by key, as compact JSON; without null values.
    package var settings: [String: String] = [:]
    /// The environment's additional wrappers, the innermost first.
    package var wrappers: [Wrapper] = []
    /// The tasks to be completed in a kitchen.
    package var tasks: [String]?
    /// The space of observations.
    package var observations: Space?
    /// The space of actions.
    package var actions: Space?
    /// Other short texts, by name, for display.
    package var texts: [String: String] = [:]

    /// Makes empty metadata.
    package init() {}

    /// Reads `metadata.json` at `path`.
    ///
    /// - Throws: `DatasetError` for a file that cannot be read, is not JSON, or has a value of another kind than Minari's.
    package init(at path: String) throws(DatasetError) {
        let bytes = try size(ofFile: path)
        guard bytes <= 1 << 24 else {
            throw DatasetError(file: path, expected: "a file of at most 16 MiB", found: "\(bytes) bytes")
        }
        var text: [UInt8] = []
        try readPieces(ofFile: path) { text += $0 }
        try self.init(String(decoding: text, as: UTF8.self), file: path)
    }

    /// Parses the text of a `metadata.json`; `file` is its path for errors.
    package init(_ text: String, file: String) throws(DatasetError) {
        guard let all = parsedObject(text) else {
            throw DatasetError(
                file: file, expected: "the JSON object that Minari writes", found: kindOfOther(text),
                hint: "download the dataset again, or make it again with minari")
        }
        let fields = JSONFields(file: file, place: nil, values: all)
        format = try fields.value("data_format", as: "a word")
        id = try fields.value("dataset_id", as: "a word")
        episodes = try fields.value("total_episodes", as: "a whole number")
        steps = try fields.value("total_steps", as: "a whole number")
        observations = try fields.parsed("observation_space").map { space($0.values) }
        actions = try fields.parsed("action_space").map { space($0.values) }
        if let evaluation = try fields.parsed("eval_env_spec") {
            environmentKey = "eval_env_spec"
            try readEnvironment(evaluation)
        } else if let specification = try fields.parsed("env_spec") {
            try readEnvironment(specification)
        }
        let parsed = ["observation_space", "action_space", "env_spec", "eval_env_spec"]
        texts = all.filter { !parsed.contains($0.key) }.compactMapValues { shortText($0) }
    }

    private mutating func readEnvironment(_ specification: JSONFields) throws(DatasetError) {
        environment = try specification.value("id", as: "the name of an environment")
        maximumSteps = try specification.value("max_episode_steps", as: "a whole number")
        let kwargs = try specification.object("kwargs")
        tasks = try kwargs.value("tasks_to_complete", as: "a list of words")
        settings = kwargs.values.filter { !($0.value is NSNull) }.mapValues { json($0) }
        let key = "additional_wrappers"
        let around: [Any] = try specification.value(key, as: "a list of objects") ?? []
        for wrapper in around {
            wrappers.append(try Wrapper(wrapper, file: specification.file, place: specification.path(key)))
        }
        maximumSteps = ([maximumSteps] + wrappers.map(\.maximumSteps)).compactMap { $0 }.min()
    }
}

extension MinariMetadata.Wrapper {
    /// Reads an element of `additional_wrappers`, a list at `place`.
    fileprivate init(_ element: Any, file: String, place: String) throws(DatasetError) {
        guard let values = element as? [String: Any], let name = values["name"] as? String else {
            throw DatasetError(file: file, field: place, expected: "objects with a 'name'", found: json(element))
        }
        let fields = JSONFields(file: file, place: place, values: values)
        let entry: String? = try fields.value("entry_point", as: "a word")
        let limit: Int? = try fields.object("kwargs").value("max_episode_steps", as: "a whole number")
        self.init(name: name, place: entry, maximumSteps: limit)
    }
}

/// The values of a JSON object, and its place for errors.
private struct JSONFields {
    let file: String
    /// The keys that lead to the object, joined by dots; nil for the whole file.
    let place: String?
    let values: [String: Any]

    /// Returns the value of a key; nil if it is missing or null.
    ///
    /// - Throws: `DatasetError` for a value of another type; `kind` describes the expected one.
    func value<Value>(_ key: String, as kind: String) throws(DatasetError) -> Value? {
        guard let found = values[key], !(found is NSNull) else { return nil }
        guard let value = found as? Value else {
            throw DatasetError(file: file, field: path(key), expected: kind, found: json(found))
        }
        return value
    }

    /// Returns the object at a key; an empty one if it is missing or null.
    func object(_ key: String) throws(DatasetError) -> JSONFields {
        JSONFields(file: file, place: path(key), values: try value(key, as: "an object") ?? [:])
    }

    /// Parses an object that is stored as a string, as spaces and environments are.
    func parsed(_ key: String) throws(DatasetError) -> JSONFields? {
        let kind = "a JSON object in a string"
        guard let text: String = try value(key, as: kind) else { return nil }
        guard let found = parsedObject(text) else {
            throw DatasetError(file: file, field: path(key), expected: kind, found: "'\(text.prefix(60))'")
        }
        return JSONFields(file: file, place: path(key), values: found)
    }

    /// The place of a key's value.
    func path(_ key: String) -> String { place.map { "\($0).\(key)" } ?? key }
}

/// Describes a text that is not the JSON object of a `metadata.json`.
private func kindOfOther(_ text: String) -> String {
    if text.isEmpty { return "an empty file (0 bytes)" }
    let isJSON = (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
    if isJSON { return "JSON that is no object" }
    let isCut = text.first { !$0.isWhitespace } == "{"
    return isCut
        ? "an object that is damaged or cut" : ForeignFormat.of(Array(text.utf8.prefix(1024)))?.name ?? "other text"
}

/// Parses a JSON object in which Python may have written Infinity and NaN, which are invalid in JSON. They become text, so
/// that a setting with such a value differs from a missing one.
private func parsedObject(_ text: String) -> [String: Any]? {
    var cleaned = ""
    var isInText = false
    var rest = text.unicodeScalars[...]
    while let scalar = rest.first {
        let word = isInText ? nil : ["-Infinity", "Infinity", "NaN"].first { rest.starts(with: $0.unicodeScalars) }
        if let word {
            cleaned += "\"\(word)\""
            rest = rest.dropFirst(word.unicodeScalars.count)
            continue
        }
        if isInText && scalar == "\\" {
            cleaned.unicodeScalars.append(contentsOf: rest.prefix(2))
            rest = rest.dropFirst(2)
            continue
        }
        if scalar == "\"" { isInText.toggle() }
        cleaned.unicodeScalars.append(scalar)
        rest = rest.dropFirst()
    }
    return (try? JSONSerialization.jsonObject(with: Data(cleaned.utf8))) as? [String: Any]
}

/// Formats a text, a list of texts or a number for display; nil for other values.
private func shortText(_ value: Any) -> String? {
    switch value {
    case let text as String: text
    case let list as [String]: list.joined(separator: ", ")
    case let number as NSNumber: "\(number)"
    default: nil
    }
}

/// Formats a value of a JSON object as compact JSON.
private func json(_ value: Any) -> String {
    let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? JSONSerialization.data(withJSONObject: value, options: options) else { return "\(value)" }
    return String(decoding: data, as: UTF8.self)
}

/// Parses a Gymnasium space as Minari writes it.
private func space(_ object: [String: Any]) -> MinariMetadata.Space {
    switch object["type"] as? String {
    case "Box"?:
        let shape = object["shape"] as? [Int] ?? []
        let isPicture = object["dtype"] as? String == "uint8" && (shape.count == 2 || shape.count == 3)
        return .box(shape: shape, isPicture: isPicture)
    case "Dict"?:
        let inner = object["subspaces"] as? [String: Any] ?? [:]
        return .dictionary(inner.compactMapValues { ($0 as? [String: Any]).map { space($0) } })
    case let other: return .other(other ?? "a space without a type")
    }
}

extension MinariMetadata.Space {
    /// Returns the number of elements of an array, or of the arrays of these names in a dictionary; nil if it is not given.
    func size(of names: [String]) -> Int? {
        switch self {
        case .box(let shape, _): return shape.isEmpty || !names.isEmpty ? nil : product(shape)
        case .dictionary(let spaces):
            let sizes = names.compactMap { spaces[$0]?.size(of: []) }
            return names.isEmpty || sizes.count < names.count ? nil : sizes.reduce(0, &+)
        case .other: return nil
        }
    }

    /// Returns the product; -1, which no data have, if it overflows.
    private func product(_ shape: [Int]) -> Int {
        shape.reduce(1) { product, extent in
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            return overflow ? -1 : next
        }
    }
}
