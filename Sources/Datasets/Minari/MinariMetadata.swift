import Foundation
import HDF5
import Paths

/// What `metadata.json` says of a dataset of Minari's, as far as it is used here. Anything but the format may be missing.
package struct MinariMetadata: Sendable, Equatable {
    /// What an observation or an action is: a space of Gymnasium's by its `type`, and the spaces within.
    package indirect enum Space: Sendable, Equatable {
        /// An array of `shape`; `isPicture` where Minari stores it as JPEG.
        case box(shape: [Int], isPicture: Bool)
        case dictionary([String: Space])
        /// Any other: "Discrete", "Tuple", "Text".
        case other(String)
    }

    /// A wrapper of an environment's that its own specification does not call for.
    package struct Wrapper: Sendable, Equatable {
        /// "TimeLimit".
        package let name: String
        /// Where it is defined, "gymnasium.wrappers.common:TimeLimit"; nil where that is not said.
        package let place: String?
        /// Control steps after which it ends an episode, if it is one that does.
        let maximumSteps: Int?
    }

    /// "hdf5", "arrow", "parquet".
    package var format: String?
    /// The ID it was made under.
    package var id: String?
    /// E, the number of episodes.
    package var episodes: Int?
    /// N, the number of steps.
    package var steps: Int?
    /// The id of its environment in Gymnasium, "Hopper-v5": that for evaluation where the metadata name one.
    package var environment: String?
    /// The key that names it: "env_spec", or "eval_env_spec".
    package var environmentKey = "env_spec"
    /// Control steps after which that environment times out.
    package var maximumSteps: Int?
    /// What that environment was made with, by key, as compact JSON; without what is null.
    package var settings: [String: String] = [:]
    /// What that environment was wrapped into, the innermost first.
    package var wrappers: [Wrapper] = []
    /// What is to be done in the kitchen.
    package var tasks: [String]?
    /// What is observed.
    package var observations: Space?
    /// What is done.
    package var actions: Space?
    /// Short texts for people, by name.
    package var texts: [String: String] = [:]

    /// Nothing is known.
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

    /// Takes the text of a `metadata.json` apart; `file` is where errors say it came from.
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
        /// An object that stands in a string, as spaces and environments do.
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
            for one in around {
                guard let object = one as? [String: Any], let name = object["name"] as? String else {
                    throw DatasetError(file: file, field: key, expected: "objects with a 'name'", found: json(one))
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

/// What a text that is not the object of a `metadata.json` is, in words.
private func kindOfOther(_ text: String) -> String {
    if text.isEmpty { return "an empty file (0 bytes)" }
    let isJSON = (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
    if isJSON { return "JSON that is no object" }
    let isCut = text.first { !$0.isWhitespace } == "{"
    return isCut
        ? "an object that is damaged or cut" : ForeignFormat.of(Array(text.utf8.prefix(1024)))?.name ?? "other text"
}

/// A JSON object, of which Python may have written numbers as Infinity and NaN, which are no JSON; they become text, so that
/// a setting that has one differs from one that is not there.
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

/// A value out of a JSON object as compact JSON.
private func json(_ value: Any) -> String {
    let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? JSONSerialization.data(withJSONObject: value, options: options) else { return "\(value)" }
    return String(decoding: data, as: UTF8.self)
}

/// A space of Gymnasium's as Minari writes it.
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
    /// The number of elements of an array, or of the arrays of these names in a dictionary; nil where that is not said.
    func size(of names: [String]) -> Int? {
        switch self {
        case .box(let shape, _): return shape.isEmpty || !names.isEmpty ? nil : product(shape)
        case .dictionary(let spaces):
            let sizes = names.compactMap { spaces[$0]?.size(of: []) }
            return names.isEmpty || sizes.count < names.count ? nil : sizes.reduce(0, &+)
        case .other: return nil
        }
    }

    /// The product; -1, which no data have, where it cannot be computed.
    private func product(_ shape: [Int]) -> Int {
        shape.reduce(1) { product, extent in
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            return overflow ? -1 : next
        }
    }
}
