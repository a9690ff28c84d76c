import ExampleInputs
import Failures
import Foundation
import Networks
import Policies
import ScratchFiles
import Testing

@Suite struct PolicyFileTests {
    let folder = TemporaryFolder()
    private var path: String { folder("policy.safetensors") }

    /// A policy with numbers that a conversion to text or double precision could change.
    private var delicate: PolicySnapshot {
        var snapshot = PolicySnapshot.example("delicate")
        snapshot.tensors[1].values.replaceSubrange(
            0..<6, with: [-0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1, .nan, -.infinity])
        snapshot.observationMean = (0..<11).map { Float($0) / 3 }
        snapshot.observationDeviation = (0..<11).map { 1 + Float($0) / 7 }
        return snapshot
    }

    @Test func comesBackBitForBit() throws {
        try PolicyFile.write(delicate, to: path)
        let read = try PolicyFile.read(path)
        #expect(read.head == delicate.head)
        #expect(read.tensors.map(\.name) == delicate.tensors.map(\.name), "in file order")
        #expect(read.tensors.map(\.shape) == delicate.tensors.map(\.shape))
        let bits = { (snapshot: PolicySnapshot) in snapshot.tensors.map { $0.values.map(\.bitPattern) } }
        #expect(bits(read) == bits(delicate))
        #expect(read.observationMean == delicate.observationMean)
        #expect(read.observationDeviation == delicate.observationDeviation)
    }

    @Test func theSameSnapshotGivesTheSameBytes() throws {
        let metadata = ["seed": "1", "algorithm": "SAC", "environment": "hopper", "step": "7", "dataset": "x"]
        try PolicyFile.write(delicate, to: path, metadata: metadata)
        let first = bytes(of: path)
        for _ in 0..<5 {  // Each dictionary has another order.
            try PolicyFile.write(delicate, to: path, metadata: Dictionary(uniqueKeysWithValues: metadata.reversed()))
            #expect(bytes(of: path) == first)
        }
        #expect(folder.contents == ["policy.safetensors"])
    }

    /// The file is as Python's safetensors library reads it: length, JSON, then the tensors without gaps.
    @Test func theLayoutIsSafetensors() throws {
        try PolicyFile.write(delicate, to: path, metadata: ["seed": "3"])
        let file = bytes(of: path)
        let length = file.prefix(8).enumerated().map { Int($1) << (8 * $0) }.reduce(0, +)
        #expect((8 + length) % 8 == 0, "the tensors begin aligned")
        let header = try #require(
            try JSONSerialization.jsonObject(with: Data(file[8..<8 + length])) as? [String: [String: Any]])
        #expect(header["__metadata__"] as? [String: String] == ["head": "tanh-gaussian", "seed": "3"])
        var end = 0
        for tensor in delicate.tensors {
            let entry = try #require(header[tensor.name])
            #expect(entry["dtype"] as? String == "F32")
            #expect(entry["shape"] as? [Int] == tensor.shape)
            #expect(entry["data_offsets"] as? [Int] == [end, end + 4 * tensor.values.count])
            end += 4 * tensor.values.count
        }
        #expect(
            Set(header.keys)
                == Set(delicate.tensors.map(\.name) + ["__metadata__", "observation_mean", "observation_std"]))
        #expect(file.count == 8 + length + end + 2 * 4 * 11)
        let second = 8 + length + 4 * delicate.tensors[0].values.count + 4 * 3
        #expect(Array(file[second..<second + 4]) == [0xCD, 0xCC, 0xCC, 0x3D], "0.1, little-endian")
    }

    // MARK: Hostile files

    private func refusal(_ file: [UInt8]) -> String {
        put(file, at: path)
        let error = #expect(throws: HarnessError.self) { try PolicyFile.read(path) }
        #expect(error?.exitStatus == .badInput)
        return error.map { "\($0)" }?.replacing(folder.path + "/", with: "") ?? ""
    }

    private func file(_ json: String, length: UInt64? = nil, body: Int = 16) -> [UInt8] {
        let count = length ?? UInt64(json.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(json.utf8)
            + [UInt8](repeating: 0, count: body)
    }

    private static let head = #""__metadata__":{"head":"tanh-gaussian"}"#

    @Test func anAbsentFile() {
        let error = #expect(throws: HarnessError.self) { try PolicyFile.read(folder("absent")) }
        #expect(error == .badInput("\(folder("absent")): no such policy file"))
    }

    @Test func truncatedOrAbsurdHeaders() {
        #expect(refusal([]) == "policy.safetensors: 0 bytes are not a safetensors file")
        #expect(refusal([1, 2, 3]) == "policy.safetensors: 3 bytes are not a safetensors file")
        #expect(
            refusal(file("{}", length: 1000))
                == "policy.safetensors: header of 1000 bytes in a file of 26: truncated, or not a safetensors file?")
        for length in [UInt64.max, UInt64(Int64.max), UInt64(Int64.max) + 1, UInt64.max - 7] {
            #expect(refusal(file("{}", length: length)).contains("not a safetensors file: its first 8 bytes"))
        }
        for text in ["", "not JSON", "[]", "{", "null"] {
            #expect(
                refusal(file(text)) == "policy.safetensors: the safetensors header is not a valid JSON object",
                "\(text)")
        }
        for text in [#"{"a":1}"#, #"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#] {
            #expect(
                refusal(file(text))
                    == "policy.safetensors: the safetensors header's 'a' is not a tensor: expected dtype, shape and data_offsets"
            )
        }
    }

    @Test(
        arguments: [
            #""dtype":"F64","shape":[1],"data_offsets":[0,16]"#, #""dtype":"F32","shape":[2],"data_offsets":[0,4]"#,
            #""dtype":"F32","shape":[5],"data_offsets":[0,20]"#, #""dtype":"F32","shape":[1],"data_offsets":[16,20]"#,
            #""dtype":"F32","shape":[1],"data_offsets":[-4,0]"#, #""dtype":"F32","shape":[1],"data_offsets":[8,4]"#,
            #""dtype":"F32","shape":[-1],"data_offsets":[4,0]"#, #""dtype":"F32","shape":[1],"data_offsets":[0]"#,
            #""dtype":"F32","shape":[1],"data_offsets":[]"#,
            #""dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]"#,
            #""dtype":"F32","shape":[1],"data_offsets":[9223372036854775803,9223372036854775807]"#,
            #""dtype":"F32","shape":[1],"data_offsets":[-9223372036854775808,4]"#,
            // Products that overflow an integer.
            #""dtype":"F32","shape":[16777215,16777215,16777215],"data_offsets":[0,16]"#,
            #""dtype":"F32","shape":[8388608,8388608,65536,1],"data_offsets":[0,0]"#,
            #""dtype":"F32","shape":[8388608,8388608,65536,1,0],"data_offsets":[0,0]"#,
        ])
    func aTensorThatDoesNotFit(entry: String) {
        let sentence = refusal(file("{\(Self.head),\"x\":{\(entry)}}"))
        #expect(sentence.hasPrefix("policy.safetensors: tensor x is F"), "\(sentence)")
        #expect(sentence.contains(", expected "), "\(sentence)")
    }

    @Test func tensorsThatShareBytes() {
        let entry = #"{"dtype":"F32","shape":[2],"data_offsets":"#
        let sentence = refusal(file("{\(Self.head),\"x\":\(entry)[0,8]},\"y\":\(entry)[4,12]}}"))
        #expect(sentence == "policy.safetensors: tensors x and y share bytes", "as the safetensors library refuses it")
    }

    @Test func aHeadThatIsMissingOrUnknown() {
        let heads = "tanh-gaussian, gaussian-tanh-mean, deterministic-tanh, gaussian, deterministic"
        #expect(
            refusal(file("{}", body: 0)) == "policy.safetensors: metadata head is missing, expected one of \(heads)")
        #expect(
            refusal(file(#"{"__metadata__":{"head":"softmax"}}"#, body: 0))
                == "policy.safetensors: metadata head is 'softmax', expected one of \(heads)")
    }

    /// Every prefix of a valid file, and every file with one changed byte in its header, is read or refused.
    @Test func damageNeverTraps() throws {
        try PolicyFile.write(.example("damaged"), to: path)
        let whole = bytes(of: path)
        let length = whole.count - 4 * PolicySnapshot.example("damaged").tensors.map(\.values.count).reduce(0, +)
        for count in stride(from: 0, to: whole.count, by: 41) { _ = refusal(Array(whole.prefix(count))) }
        for index in 0..<length {
            var file = whole
            file[index] ^= UInt8(1 << (index % 7))
            put(file, at: path)
            do {
                _ = try PolicyInference(PolicyFile.read(path))
            } catch {
                #expect(error is HarnessError || error is PolicyError, "byte \(index): \(error)")
            }
        }
    }

    @Test func aPolicyWithoutWidthIsRefused() throws {
        let entry = #"{"dtype":"F32","shape":[0,0],"data_offsets":[0,0]}"#
        put(file("{\(Self.head),\"fc0.weight\":\(entry),\"mean.weight\":\(entry)}", body: 0), at: path)
        #expect(throws: PolicyError.self) { try PolicyInference(PolicyFile.read(path)) }
    }
}
