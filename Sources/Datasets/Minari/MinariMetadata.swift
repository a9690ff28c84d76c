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
        guard let all = object(text) else {
            throw DatasetError(
                file: file, expected: "the JSON object that Minari writes", found: kindOfOther(text),
                hint: "download the dataset again, or make it again with minari")
        }
        func value<Value>(
            _ key: String, as kind: String, in outer: (place: String, object: [String: Any])? = nil
        ) throws(DatasetError) -> Value? {
            guard let found = (outer?.object ?? all)[key], !(found is NSNull) else { return nil }
            guard let value = found as? Value else {
                let field = (outer.map { $0.place + "." } ?? "") + key
                throw DatasetError(file: file, field: field, expected: kind, found: json(found))
            }
            return value
        }
        // Parses an object that is stored as a string, as spaces and environments are.
        func inner(_ key: String) throws(DatasetError) -> [String: Any]? {
            guard let text: String = try value(key, as: "a JSON object in a string") else { return nil }
            guard let found = object(text) else {
                throw DatasetError(
                    file: file, field: key, expected: "a JSON object in a string", found: "'\(text.prefix(60))'")
            }
            return found
        }
        format = try value("data_format", as: "a word")
        id = try value("dataset_id", as: "a word")
        episodes = try value("total_episodes", as: "a whole number")
        steps = try value("total_steps", as: "a whole number")
        observations = try inner("observation_space").map { space($0) }
        actions = try inner("action_space").map { space($0) }
        let judge = try inner("eval_env_spec")
        if judge != nil { environmentKey = "eval_env_spec" }
        if let specification = judge == nil ? try inner("env_spec") : judge {
            let place = (environmentKey, specification)
            environment = try value("id", as: "the name of an environment", in: place)
            maximumSteps = try value("max_episode_steps", as: "a whole number", in: place)
            let kwargs: [String: Any] = try value("kwargs", as: "an object", in: place) ?? [:]
            tasks = try value("tasks_to_complete", as: "a list of words", in: (environmentKey + ".kwargs", kwargs))
            settings = kwargs.filter { !($0.value is NSNull) }.mapValues { json($0) }
            let key = environmentKey + ".additional_wrappers"
            let around: [Any] = try value("additional_wrappers", as: "a list of objects", in: place) ?? []
            for wrapper in around {
                guard let object = wrapper as? [String: Any], let name = object["name"] as? String else {
                    throw DatasetError(file: file, field: key, expected: "objects with a 'name'", found: json(wrapper))
                }
                let entry: String? = try value("entry_point", as: "a word", in: (key, object))
                let kwargs: [String: Any] = try value("kwargs", as: "an object", in: (key, object)) ?? [:]
                let limit: Int? = try value("max_episode_steps", as: "a whole number", in: (key + ".kwargs", kwargs))
                wrappers.append(Wrapper(name: name, place: entry, maximumSteps: limit))
            }
            maximumSteps = ([maximumSteps] + wrappers.map(\.maximumSteps)).compactMap { $0 }.min()
        }
        for (key, value) in all where !["observation_space", "action_space", "env_spec", "eval_env_spec"].contains(key)
        {
            switch value {
            case let text as String: texts[key] = text
            case let list as [String]: texts[key] = list.joined(separator: ", ")
            case let number as NSNumber: texts[key] = "\(number)"
            default: continue
            }
        }
    }
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
private func object(_ text: String) -> [String: Any]? {
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
