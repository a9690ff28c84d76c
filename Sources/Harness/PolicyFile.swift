import Foundation
import Networks

/// Policies on disk, in the safetensors format: an 8-byte little-endian header length, a JSON header with dtype, shape
/// and offsets of each tensor, then the tensors' bytes (float32, row-major).
public enum PolicyFile {
    /// Writes a snapshot. Metadata besides `head` and the observation statistics comes from `metadata`.
    ///
    /// The bytes are a function of the arguments alone: header keys are sorted.
    public static func write(_ snapshot: PolicySnapshot, to path: String, metadata: [String: String] = [:]) throws {
        var tensors = snapshot.tensors
        if !snapshot.observationMean.isEmpty {
            let size = [snapshot.observationMean.count]
            tensors.append(NamedTensor(name: "observation_mean", shape: size, values: snapshot.observationMean))
            tensors.append(NamedTensor(name: "observation_std", shape: size, values: snapshot.observationDeviation))
        }
        var header: [String: HeaderEntry] = [
            "__metadata__": .metadata(metadata.merging(["head": snapshot.head.rawValue]) { _, head in head })
        ]
        var body = Data()
        for tensor in tensors {
            let start = body.count
            for value in tensor.values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { body.append(contentsOf: $0) }
            }
            header[tensor.name] = .tensor(dtype: "F32", shape: tensor.shape, offsets: [start, body.count])
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json = try encoder.encode(header)
        json.append(contentsOf: [UInt8](repeating: 0x20, count: (8 - json.count % 8) % 8))  // tensors start aligned
        var file = Data()
        withUnsafeBytes(of: UInt64(json.count).littleEndian) { file.append(contentsOf: $0) }
        file.append(json)
        file.append(body)
        try DurableFile.write(file, to: path)
    }

    /// Reads a snapshot; tensors come back in the order of their bytes.
    ///
    /// - Throws: `HarnessError.badInput` naming the file and what is wrong with it.
    public static func read(_ path: String) throws -> PolicySnapshot {
        try readWithMetadata(path).snapshot
    }

    /// Reads a snapshot and what its file says about it (`environment`, `algorithm`, `step`, …).
    ///
    /// - Throws: as `read`.
    static func readWithMetadata(_ path: String) throws -> (snapshot: PolicySnapshot, metadata: [String: String]) {
        try decode(bytes(path), path: path)
    }

    /// The file as it is.
    static func bytes(_ path: String) throws -> Data {
        guard let file = FileManager.default.contents(atPath: path) else {
            let isThere = access(path, F_OK) == 0
            let reason = access(path, R_OK) == 0 ? "it is a folder" : String(cString: strerror(errno))
            throw HarnessError.badInput(
                isThere ? "\(path): cannot read the policy: \(reason)" : "\(path): no such policy file")
        }
        return file
    }

    /// Reads a snapshot from the bytes of the file at `path`, which errors name.
    static func decode(
        _ file: Data, path: String
    ) throws -> (snapshot: PolicySnapshot, metadata: [String: String]) {
        guard file.count >= 8 else {
            throw HarnessError.badInput("\(path): \(file.count) bytes are no safetensors file")
        }
        let length = file.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(file.count - 8) else {
            throw HarnessError.badInput(
                "\(path): header of \(length) bytes in a file of \(file.count): truncated, or no safetensors file?")
        }
        let body = file.dropFirst(8 + Int(length))
        let header: [String: HeaderEntry]
        do {
            header = try JSONDecoder().decode([String: HeaderEntry].self, from: file.dropFirst(8).prefix(Int(length)))
        } catch {
            throw HarnessError.badInput("\(path): the safetensors header is not the JSON it should be")
        }
        return try snapshot(header, body, path)
    }

    private static func snapshot(
        _ header: [String: HeaderEntry], _ body: Data, _ path: String
    ) throws -> (snapshot: PolicySnapshot, metadata: [String: String]) {
        var metadata: [String: String] = [:]
        var tensors: [(start: Int, end: Int, tensor: NamedTensor)] = []
        for (name, entry) in header.sorted(by: { $0.key < $1.key }) {
            switch entry {
            case .metadata(let values): metadata = values
            case .tensor(let dtype, let shape, let offsets):
                guard dtype == "F32", shape.allSatisfy({ $0 >= 0 }), offsets.count == 2,
                    offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= body.count,
                    let size = byteCount(shape), offsets[1] - offsets[0] == size
                else {
                    throw HarnessError.badInput(
                        "\(path): tensor \(name) is \(dtype) \(shape) at bytes \(offsets), expected F32 within \(body.count) bytes"
                    )
                }
                let values = floats(body.dropFirst(offsets[0]).prefix(offsets[1] - offsets[0]))
                tensors.append((offsets[0], offsets[1], NamedTensor(name: name, shape: shape, values: values)))
            }
        }
        guard let name = metadata["head"], let head = PolicySnapshot.Head(rawValue: name) else {
            let heads = PolicySnapshot.Head.allCases.map(\.rawValue).joined(separator: ", ")
            throw HarnessError.badInput(
                "\(path): metadata head is \(metadata["head"] ?? "missing"), expected one of \(heads)")
        }
        tensors.sort { ($0.start, $0.end, $0.tensor.name) < ($1.start, $1.end, $1.tensor.name) }
        for (one, next) in zip(tensors, tensors.dropFirst()) where next.start < one.end {
            throw HarnessError.badInput("\(path): tensors \(one.tensor.name) and \(next.tensor.name) share bytes")
        }
        let ordered = tensors.map(\.tensor)
        let statistics = ["observation_mean", "observation_std"]
        var snapshot = PolicySnapshot(head: head, tensors: ordered.filter { !statistics.contains($0.name) })
        let found = statistics.map { name in ordered.first { $0.name == name } }
        for (name, tensor) in zip(statistics, found) {
            if tensor == nil, found.contains(where: { $0 != nil }) {
                throw HarnessError.badInput("\(path): \(PolicyError.missing(name))")
            }
            if let tensor, tensor.shape.count != 1 {
                throw HarnessError.badInput(
                    "\(path): \(PolicyError.shape(name, expected: [tensor.values.count], found: tensor.shape))")
            }
        }
        snapshot.observationMean = found[0]?.values ?? []
        snapshot.observationDeviation = found[1]?.values ?? []
        return (snapshot, metadata)
    }

    /// The size of a float32 tensor in bytes; nil when no integer holds it.
    private static func byteCount(_ shape: [Int]) -> Int? {
        var size = 4
        for length in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: length)
            if overflow { return nil }
            size = product
        }
        return size
    }

    private static func floats(_ bytes: Data) -> [Float] {
        let bytes = Array(bytes)
        return stride(from: 0, to: bytes.count, by: 4).map { i in
            Float(
                bitPattern: UInt32(bytes[i]) | UInt32(bytes[i + 1]) << 8 | UInt32(bytes[i + 2]) << 16
                    | UInt32(bytes[i + 3]) << 24)
        }
    }
}

/// One entry of a safetensors header: a tensor, or the file's string metadata.
private enum HeaderEntry: Codable {
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
                dtype: try keys.decode(String.self, forKey: .dtype), shape: try keys.decode([Int].self, forKey: .shape),
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
