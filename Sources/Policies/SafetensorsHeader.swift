import Failures
import Foundation
import Storage

/// The JSON header of a safetensors file.
struct SafetensorsHeader {
    private(set) var metadata: [String: String] = [:]
    /// The tensors sorted by name; their offsets are ordered and not negative, but otherwise unchecked.
    private(set) var tensors: [SafetensorsFile.Tensor] = []

    /// - Throws: `HarnessError.badInput` naming `path` and the invalid entry.
    init(_ json: Data, path: String) throws {
        guard String(validating: json, as: UTF8.self) != nil else {
            throw HarnessError.badInput("\(path): the safetensors header is not UTF-8")
        }
        guard isUTF8Object(json) else { throw HarnessError.badInput("\(path): \(SafetensorsHeader.noObject)") }
        let entries: [String: Entry]
        do {
            entries = try JSONDecoder().decode([String: Entry].self, from: json)
        } catch let error as DecodingError {
            throw HarnessError.badInput("\(path): \(SafetensorsHeader.sentence(on: error))")
        }
        if let name = repeatedKey(in: json) {
            throw HarnessError.badInput("\(path): the safetensors header has '\(name)' more than once")
        }
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            switch entry {
            case .metadata(let values) where name == "__metadata__": metadata = values
            case .tensor(let type, let shape, let offsets) where name != "__metadata__":
                guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else {
                    throw HarnessError.badInput(
                        "\(path): tensor \(name) is \(type) \(shape) at bytes \(offsets), expected a start and an end")
                }
                let bytes = offsets[0]..<offsets[1]
                tensors.append(SafetensorsFile.Tensor(name: name, type: type, shape: shape, bytes: bytes))
            default: throw HarnessError.badInput("\(path): \(SafetensorsHeader.sentence(onEntry: name))")
            }
        }
    }

    private static let noObject = "the safetensors header is not a valid JSON object"

    private static func sentence(on error: DecodingError) -> String {
        let place =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context.codingPath
            @unknown default: [any CodingKey]()
            }
        guard let name = place.first?.stringValue else { return noObject }
        return sentence(onEntry: name)
    }

    private static func sentence(onEntry name: String) -> String {
        name == "__metadata__"
            ? "the safetensors header's __metadata__ contains values other than strings"
            : "the safetensors header's '\(name)' is not a tensor: expected dtype, shape and data_offsets"
    }

    /// One entry: a tensor, or the file's string metadata.
    enum Entry: Codable {
        case metadata([String: String])
        case tensor(dtype: String, shape: [Int], offsets: [Int])

        private enum Key: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }

        init(from decoder: any Decoder) throws {
            let keys = try decoder.container(keyedBy: Key.self)
            if keys.contains(.offsets) {
                self = .tensor(
                    dtype: try keys.decode(String.self, forKey: .dtype),
                    shape: try keys.decode([Int].self, forKey: .shape),
                    offsets: try keys.decode([Int].self, forKey: .offsets))
            } else {
                self = .metadata(try decoder.singleValueContainer().decode([String: String].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .metadata(let values):
                var container = encoder.singleValueContainer()
                try container.encode(values)
            case .tensor(let dtype, let shape, let offsets):
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(dtype, forKey: .dtype)
                try container.encode(shape, forKey: .shape)
                try container.encode(offsets, forKey: .offsets)
            }
        }
    }
}
