import Failures
package import Foundation
package import Networks
import Storage

/// Policies on disk, in the safetensors format.
///
/// Metadata: `head`, one of `PolicySnapshot.Head`; `activation`, `relu` (the default) or `tanh`; and
/// `observation_clip`, the limit to which normalised observations are clipped. `observation_std` is the divisor itself,
/// any epsilon included.
package enum PolicyFile {
    /// The format of the numbers in a file.
    package enum Precision: String, Sendable {
        case single
        /// IEEE 754's binary16; read without loss.
        case half
    }

    /// Writes a snapshot; `metadata` is added to the keys that `read` understands, and to `precision` if that is half.
    ///
    /// - `precision`: numbers that it cannot hold are rounded to the nearest, ties to even.
    ///
    /// The bytes depend only on the arguments.
    package static func write(
        _ snapshot: PolicySnapshot, to path: String, metadata: [String: String] = [:], precision: Precision = .single
    ) throws {
        var tensors = snapshot.tensors
        if !snapshot.observationMean.isEmpty {
            let size = [snapshot.observationMean.count]
            tensors.append(NamedTensor(name: "observation_mean", shape: size, values: snapshot.observationMean))
            tensors.append(NamedTensor(name: "observation_std", shape: size, values: snapshot.observationDeviation))
        }
        var metadata = metadata
        metadata["head"] = snapshot.head.rawValue
        metadata["activation"] = snapshot.activation == .relu ? nil : snapshot.activation.rawValue
        metadata["observation_clip"] = snapshot.observationClip.map { "\($0)" }
        metadata["precision"] = precision == .half ? precision.rawValue : nil
        let file = try SafetensorsFile.encode(tensors, metadata: metadata, isHalved: precision == .half)
        try DurableFile.write(file, to: path)
    }

    /// Reads a snapshot; the tensors are in the order of their bytes.
    ///
    /// - Throws: `HarnessError.badInput` that names the file and the problem.
    package static func read(_ path: String) throws -> PolicySnapshot {
        try readWithMetadata(path).snapshot
    }

    /// Reads a snapshot and the file's metadata (`environment`, `algorithm`, `step`, …).
    ///
    /// - Throws: the same errors as `read`.
    package static func readWithMetadata(_ path: String) throws -> (
        snapshot: PolicySnapshot, metadata: [String: String]
    ) {
        try decode(bytes(path), path: path)
    }

    /// The contents of the file.
    ///
    /// - Throws: `HarnessError.badInput` for a file that is missing or cannot be read.
    package static func bytes(_ path: String) throws -> Data {
        do {
            guard let file = try FileCalls.current.contents(of: path) else {
                throw HarnessError.badInput("\(path): no such policy file")
            }
            return file
        } catch HarnessError.io(_, _, let code) {
            let reason = code == EISDIR ? "it is a folder" : String(cString: strerror(code))
            throw HarnessError.badInput("\(path): cannot read the policy: \(reason)")
        }
    }

    /// Decodes a snapshot and the metadata from the contents of the file at `path`, which is named in errors.
    ///
    /// - Throws: the same errors as `read`.
    package static func decode(
        _ file: Data, path: String
    ) throws -> (snapshot: PolicySnapshot, metadata: [String: String]) {
        let file = try SafetensorsFile(file, path: path)
        let head: PolicySnapshot.Head = try choice("head", in: file.metadata, path: path)
        let own = file.tensors.filter { !PolicyTensorName($0.name).isPassedOver($0, head: head) }
        guard own.contains(where: { $0.name == "mean.weight" }) else {
            throw HarnessError.badInput("\(path): \(PolicyError.missing("mean.weight"))\(naming(file.tensors))")
        }
        let tensors = try own.map {
            NamedTensor(name: $0.name, shape: $0.shape, values: try file.floats(of: $0))
        }
        let statistics = ["observation_mean", "observation_std"]
        var snapshot = PolicySnapshot(head: head, tensors: tensors.filter { !statistics.contains($0.name) })
        let found = statistics.map { name in tensors.first { $0.name == name } }
        for (name, tensor) in zip(statistics, found) {
            if tensor == nil, found.contains(where: { $0 != nil }) {
                throw HarnessError.badInput("\(path): \(PolicyError.missing(name))")
            }
            if let tensor, !tensor.isVector {
                throw HarnessError.badInput(
                    "\(path): \(PolicyError.shape(name, expected: [tensor.values.count], found: tensor.shape))")
            }
        }
        snapshot.activation = try choice("activation", in: file.metadata, path: path, default: .relu)
        snapshot.observationMean = found[0]?.values ?? []
        snapshot.observationDeviation = found[1]?.values ?? []
        snapshot.observationClip = try clip(file.metadata, hasStatistics: found[0] != nil, path: path)
        snapshot.ignoredTensors = Set(file.tensors.map(\.name)).subtracting(own.map(\.name)).sorted()
        return (snapshot, file.metadata)
    }

    /// The choice stored under `key` in the metadata, or the default if the key is missing.
    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, in metadata: [String: String], path: String, default: Choice? = nil
    ) throws -> Choice {
        if let choice = metadata[key].map({ Choice(rawValue: $0) }) ?? `default` { return choice }
        let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw HarnessError.badInput(
            "\(path): metadata \(key) is \(metadata[key].map { "'\($0)'" } ?? "missing"), expected one of \(all)")
    }

    private static func clip(_ metadata: [String: String], hasStatistics: Bool, path: String) throws -> Float? {
        guard let text = metadata["observation_clip"] else { return nil }
        // Swift's parser also accepts hexadecimal numbers.
        let isDecimal = text.allSatisfy { $0.isASCII && ($0.isWholeNumber || "+-.eE".contains($0)) }
        guard isDecimal, let number = Float(text), number.isFinite, number > 0 else {
            throw HarnessError.badInput("\(path): metadata observation_clip is '\(text)', expected a positive number")
        }
        guard hasStatistics else {
            throw HarnessError.badInput(
                "\(path): metadata observation_clip holds for normalised observations: "
                    + "\(PolicyError.missing("observation_mean"))")
        }
        return number
    }

    /// The tensors that a file contains instead of a policy's, as the end of a sentence.
    private static func naming(_ tensors: [SafetensorsFile.Tensor]) -> String {
        guard !tensors.isEmpty else { return "; the file has no tensors" }
        let names = tensors.map(\.name).sorted()
        return "; found \(names.prefix(4).joined(separator: ", "))\(names.count > 4 ? ", …" : "")"
    }
}

extension PolicySnapshot {
    /// A sentence on the tensors in the file that are not used for acting; nil if there are none.
    package func note(onIgnored path: String) -> String? {
        guard !ignoredTensors.isEmpty else { return nil }
        let names = ignoredTensors.prefix(6).joined(separator: ", ") + (ignoredTensors.count > 6 ? ", …" : "")
        return
            "\(path): ignored \(ignoredTensors.count) tensor\(ignoredTensors.count == 1 ? "" : "s") that acting does not "
            + "need: \(names)"
    }
}
