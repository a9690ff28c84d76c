import ExampleInputs
import Failures
import Foundation
import Networks
import Policies
import ScratchFiles
import Testing

/// Policy files of other frameworks, written here without the product's own writer.
@Suite struct SafetensorsFileTests {
    let folder = TemporaryFolder()
    var path: String { folder("policy.safetensors") }

    /// A tensor as stored in a file.
    struct Entry {
        var name: String
        var type = "F32"
        var shape: [Int]
        var bytes: [UInt8]

        init(_ name: String, _ shape: [Int], _ values: [Float]? = nil) {
            (self.name, self.shape) = (name, shape)
            let values = values ?? (0..<shape.reduce(1, *)).map { Float($0 % 7) / 8 - 0.25 }
            bytes = values.flatMap { littleEndian($0.bitPattern) }
        }

        init(_ name: String, _ type: String, _ shape: [Int], bytes: [UInt8]) {
            (self.name, self.type, self.shape, self.bytes) = (name, type, shape, bytes)
        }
    }

    /// A policy for three observations and two actions; all its numbers are exact in every type.
    static let policy = [
        Entry("fc0.weight", [4, 3]), Entry("fc0.bias", [4]), Entry("mean.weight", [2, 4]), Entry("mean.bias", [2]),
    ]
    static let metadata = #"{"head":"deterministic-tanh"}"#

    func file(_ entries: [Entry], metadata: String = metadata) -> [UInt8] {
        var body: [UInt8] = []
        let header = entries.map { entry in
            body += entry.bytes
            return #""\#(entry.name)":{"dtype":"\#(entry.type)","shape":\#(entry.shape),"data_offsets":"#
                + "[\(body.count - entry.bytes.count),\(body.count)]}"
        }
        return file(json: "{\((["\"__metadata__\":\(metadata)"] + header).joined(separator: ","))}", body: body)
    }

    func file(json: String, body: [UInt8] = []) -> [UInt8] {
        littleEndian(UInt64(json.utf8.count)) + json.utf8 + body
    }

    /// A file whose header is in UTF-16, little-endian and without a byte-order mark.
    func utf16(_ json: String) -> [UInt8] {
        let header = json.utf16.flatMap { littleEndian($0) }
        return littleEndian(UInt64(header.count)) + header
    }

    func read(_ file: [UInt8]) throws -> PolicySnapshot {
        put(file, at: path)
        let snapshot = try PolicyFile.read(path)
        _ = try PolicyInference(snapshot)
        return snapshot
    }

    /// The error's sentence for a file that is refused, without its path; empty for one that is read.
    func refusal(_ file: [UInt8]) -> String {
        do {
            _ = try read(file)
            return ""
        } catch {
            #expect(error is HarnessError || error is PolicyError)
            return "\(error)".replacing(path + ": ", with: "")
        }
    }

    // MARK: Types of numbers

    @Test(arguments: ["F16", "BF16", "F64"]) func otherTypesAreConverted(type: String) throws {
        let expected = try read(file(Self.policy))
        let converted = Self.policy.map { entry in
            Entry(entry.name, type, entry.shape, bytes: numbers(entry.bytes).flatMap { Self.encode($0, type) })
        }
        #expect(try read(file(converted)) == expected)
    }

    /// A number between two single-precision numbers is rounded to the nearer, in one step.
    @Test func numbersAreRoundedOnce() throws {
        let wide = [0.1, 1 + 0x1p-24, 1 + 0x1.8p-23, -1e-46]
        var entries = Self.policy
        entries[1] = Entry("fc0.bias", "F64", [4], bytes: wide.flatMap { littleEndian($0.bitPattern) })
        let values = try read(file(entries)).tensor("fc0.bias")?.values
        #expect(values == [0.1, 1, 1 + 0x1p-22, -0.0])
    }

    @Test(
        arguments: [
            (
                "F64", littleEndian(1e300.bitPattern),
                "tensor mean.bias holds 1e+300, which single precision cannot hold"
            ),
            (
                "F64", littleEndian(Double.infinity.bitPattern),
                "the policy's mean.bias holds a value that is not finite"
            ),
            ("F16", littleEndian(UInt16(0x7C00)), "the policy's mean.bias holds a value that is not finite"),
            ("BF16", littleEndian(UInt16(0x7FC0)), "the policy's mean.bias holds a value that is not finite"),
            (
                "I64", littleEndian(Int64(1)),
                "tensor mean.bias is I64, expected F32, or F16, BF16 or F64, which are converted"
            ),
            ("U8", [1], "tensor mean.bias is U8, expected F32, or F16, BF16 or F64, which are converted"),
            ("F8_E4M3", [1], "tensor mean.bias is F8_E4M3, expected F32, or F16, BF16 or F64, which are converted"),
            (
                "C64", [0, 0, 0, 0, 0, 0, 0, 0],
                "tensor mean.bias is C64, expected F32, or F16, BF16 or F64, which are converted"
            ),
        ] as [(String, [UInt8], String)])
    func numbersThatCannotBeConverted(type: String, number: [UInt8], sentence: String) {
        var entries = Self.policy
        entries[3] = Entry("mean.bias", type, [2], bytes: number + number)
        #expect(refusal(file(entries)) == sentence)
    }

    // MARK: Metadata

    @Test func metadataComeBack() throws {
        var snapshot = PolicySnapshot.example("formed")
        snapshot.head = .gaussian
        snapshot.activation = .tanh
        snapshot.observationMean = Array(repeating: 0.5, count: 11)
        snapshot.observationDeviation = Array(repeating: 2, count: 11)
        snapshot.observationClip = 10
        try PolicyFile.write(snapshot, to: path)
        #expect(try PolicyFile.read(path) == snapshot)
    }

    @Test(arguments: [
        (#"{"head":"gaussian-squashed"}"#, "metadata head is 'gaussian-squashed', expected one of tanh-gaussian, "),
        (#"{"head":"deterministic","activation":"gelu"}"#, "metadata activation is 'gelu', expected one of relu, tanh"),
        (#"{"head":"deterministic","activation":"ReLU"}"#, "metadata activation is 'ReLU', expected one of relu, tanh"),
        (
            #"{"head":"deterministic","observation_clip":"ten"}"#,
            "metadata observation_clip is 'ten', expected a positive "
        ),
        (
            #"{"head":"deterministic","observation_clip":"0x10"}"#,
            "metadata observation_clip is '0x10', expected a positive "
        ),
        (#"{"head":"deterministic","observation_clip":"0"}"#, "metadata observation_clip is '0', expected a positive "),
        (
            #"{"head":"deterministic","observation_clip":"inf"}"#,
            "metadata observation_clip is 'inf', expected a positive "
        ),
        (
            #"{"head":"deterministic","observation_clip":"10"}"#,
            "metadata observation_clip holds for normalised observations: "
        ),
    ])
    func unknownMetadata(metadata: String, sentence: String) {
        #expect(refusal(file(Self.policy, metadata: metadata)).hasPrefix(sentence))
    }

    private func numbers(_ bytes: [UInt8]) -> [Float] {
        stride(from: 0, to: bytes.count, by: 4).map { at in
            Float(bitPattern: bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
    }

    private static func encode(_ number: Float, _ type: String) -> [UInt8] {
        switch type {
        case "F16": littleEndian(Float16(number).bitPattern)
        case "BF16": littleEndian(UInt16(number.bitPattern >> 16))
        default: littleEndian(Double(number).bitPattern)
        }
    }
}

func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
