import ExampleInputs
import Failures
import Networks
import Policies
import ScratchFiles
import Testing

@Suite struct HalfPrecisionPolicyTests {
    private let folder = TemporaryFolder()

    /// Writes a policy whose first bias is `values`, in half precision; returns what is read.
    private func halved(_ values: [Float]) throws -> (snapshot: PolicySnapshot, metadata: [String: String]) {
        var policy = PolicySnapshot.example("halved")
        for i in values.indices { policy.tensors[1].values[i] = values[i] }
        try PolicyFile.write(policy, to: folder("a"), metadata: ["algorithm": "SAC", "step": "7"])
        _ = try HalfPrecisionPolicy.write(folder("a"), to: folder("b"))
        return try PolicyFile.readWithMetadata(folder("b"))
    }

    /// Ties go to the even neighbour; subnormals and the sign of zero survive.
    @Test func numbersAreRoundedToTheNearest() throws {
        let cases: [(Float, Float)] = [
            (1, 1), (-0.5, -0.5), (65504, 65504), (65519.9, 65504), (0, 0), (-0.0, -0.0),
            (1 + 0x1p-11, 1), (1 + 0x1.8p-10, 1 + 0x1p-9), (1 + 0x1.001p-11, 1 + 0x1p-10), (-2049, -2048), (2051, 2052),
            (0x1p-24, 0x1p-24), (0x1p-25, 0), (0x1.8p-25, 0x1p-24), (0.1, 0.0999755859375),
        ]
        let (snapshot, metadata) = try halved(cases.map(\.0))
        for (found, (value, expected)) in zip(snapshot.tensors[1].values, cases) {
            #expect(found.bitPattern == expected.bitPattern, "\(value)")
        }
        #expect(metadata["precision"] == "half" && metadata["algorithm"] == "SAC" && metadata["step"] == "7")
        let (single, half) = (bytes(of: folder("a")).count, bytes(of: folder("b")).count)
        let numbers = PolicySnapshot.example("halved").tensors.map(\.values.count).reduce(0, +)
        #expect(single - half > 2 * numbers - 100)
        // Rounded numbers stay as they are.
        _ = try HalfPrecisionPolicy.write(folder("b"), to: folder("c"))
        #expect(bytes(of: folder("c")) == bytes(of: folder("b")))
    }

    @Test(arguments: [65520, -1e10]) func numbersThatAreTooLarge(value: Float) throws {
        let error = #expect(throws: HarnessError.self) { try halved([0, value]) }
        let sentence = "tensor fc0.bias holds \(value), which half precision cannot hold: at most 65504"
        #expect(error == .badInput("\(folder("a")): \(sentence)"))
        #expect(!folder.contents.contains("b"))
    }

    /// A deviation that becomes 0 would divide by 0.
    @Test func aPolicyThatRoundingInvalidates() throws {
        var policy = PolicySnapshot.example("normalised")
        policy.observationMean = Array(repeating: 0, count: 11)
        policy.observationDeviation = Array(repeating: 1e-9, count: 11)
        try PolicyFile.write(policy, to: folder("a"))
        let error = try #require(throws: HarnessError.self) {
            try HalfPrecisionPolicy.write(folder("a"), to: folder("b"))
        }
        #expect("\(error)".hasPrefix("\(folder("a")) in half precision: the policy's observation_std"))
        #expect(throws: HarnessError.self) { try HalfPrecisionPolicy.write(folder("a"), to: folder("a")) }
    }
}
