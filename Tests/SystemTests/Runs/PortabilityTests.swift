import Foundation
import Numerics
import ProgramRuns
import ScratchFiles
import Storage
import Testing

/// Results have the same bytes on every processor of x86-64-v3: with any kernels of OpenBLAS, and vectors of any width.
@Suite struct PortabilityTests {
    /// What differs between processors. A set of kernels that this processor cannot run is replaced by OpenBLAS.
    private static let processors = [
        ["OPENBLAS_CORETYPE": "Prescott", "ACTIVE_BENCH_VECTOR_BYTES": "32"],
        ["OPENBLAS_CORETYPE": "Haswell", "ACTIVE_BENCH_VECTOR_BYTES": "\(vectorBytes)"],
        ["OPENBLAS_CORETYPE": "SkylakeX"],
    ]

    /// The study of `jobs/portability.sh`, on the tests' data.
    private static let study = text(of: Repository.path("jobs/studies/portability.yaml"))
        .replacing("hopper-medium-r1", with: "hopper-random-r1")

    /// The SHA-256 of every learner's `curve.csv`, `evaluations.csv` and `policy.safetensors`, one after the other,
    /// with the packages of Debian 12 (glibc 2.36, MuJoCo 2.2.2).
    ///
    /// A change of the formulas or of the order of sums changes them, and no processor does: see Reproducibility.
    private static let digests = [
        "ACTIVE-I": "13889701da06687dd62905c13d69bd048f305f20fa0c297d9ad967c35d1b14f5",
        "BC": "927d8e53ead6149a0ac6a6c4f1634502f549ca8f6a792787d4289982777c31a4",
        "CQL": "7bf21ba6606f5f0156543c6bcdc964a2daf0f8b0fa934d27b0a72b8532329282",
        "IQL": "6c44d303d01b35a4589c981d7eaeb2a73117a3243dd7d6650dd2df68653a14ea",
        "SQL": "f71dea5b14bb6f0324eec28902fafe7cc421fa9df13c06fac490d809cd7f05c6",
        "TD3+BC": "84fa4f1553378905165b199c1753ac164674afe1d278a028ac242d036bdb8818",
    ]

    @Test func casesHaveTheSameBytes() throws {
        let run = FaultyRun(Self.study)
        var found: [[String: [UInt8]]] = []
        for (index, processor) in Self.processors.enumerated() {
            let out = run.folder("\(index)")
            let child = try run.start(ranks: nil, into: out, environment: processor).end()
            try #require(child.exitCode == 0, "\(processor): \(child.output)")
            found.append(run.results(of: out))
        }
        #expect(found[0].keys.contains { $0.contains("checkpoint") })
        for other in found.dropFirst() { expectEqual(other, found[0]) }
        #expect(digests(of: found[0]) == Self.digests)
    }

    private func digests(of files: [String: [UInt8]]) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: Self.digests.keys.map { learner in
                let digest = SHA256Digest()
                for name in ["curve.csv", "evaluations.csv", "policy.safetensors"] {
                    let path = files.keys.first { $0.hasPrefix("cases/\(learner)/") && $0.hasSuffix("/\(name)") }
                    (path.flatMap { files[$0] } ?? []).withUnsafeBytes { digest.update($0) }
                }
                return (learner, digest.hexadecimal)
            })
    }

    /// SAC's policies and learning curve, and the rollouts of a policy.
    @Test func behaviourAndRolloutsHaveTheSameBytes() throws {
        let folder = TemporaryFolder()
        var found: [[String: [UInt8]]] = []
        for (index, processor) in Self.processors.enumerated() {
            let out = folder("\(index)")
            for words in [
                ["train", "--steps", "1100", "--snapshot-every", "1100", "--out", out],
                [
                    "rollout", "--policy", SystemRun.inputs("policy.safetensors"), "--transitions", "300", "--out",
                    "\(out)/rollout.hdf5",
                ],
            ] {
                let child = try ChildProcess.run(
                    "active-bench", ["collect", words[0], "--env", "hopper"] + words.dropFirst(), environment: processor
                )
                try #require(child.exitCode == 0, "\(processor): \(child.output)")
            }
            found.append(
                Dictionary(uniqueKeysWithValues: files(below: out).map { ($0, bytes(of: "\(out)/\($0)")) }))
        }
        let names = ["learning-curve.csv", "policy-0001100.safetensors", "replay.bin", "rollout.hdf5", "training.json"]
        for name in names { #expect(found[0].keys.contains { $0.hasSuffix(name) }, "\(name)") }
        for other in found.dropFirst() { expectEqual(other, found[0]) }
    }

    /// Products by BLAS are told by the provenance, and those of a run are those that `bench` measures.
    @Test(arguments: ["own", "blas"]) func theBackEndIsRecorded(backEnd: String) throws {
        let environment = ["ACTIVE_BENCH_PRODUCTS": backEnd]
        let run = FaultyRun(FaultyRun.study([FaultyRun.iql], steps: 20))
        let child = try run.start(ranks: nil, environment: environment).end()
        try #require(child.exitCode == 0, "\(child.output)")
        struct Provenance: Decodable { let products: String }
        let file = try #require(files(below: run.out).first { $0.hasSuffix("/provenance.json") })
        let products = try JSONDecoder().decode(Provenance.self, from: Data(bytes(of: run.out + "/" + file))).products
        #expect(backEnd == "own" ? products.hasPrefix("own, ") : products.contains("blas"), "\(products)")
        let bench = try ChildProcess.run(
            "active-bench", ["bench", "--as-is", "--json", "--repetitions", "1", "--steps", "4", "--only", "IQL"],
            environment: environment)
        try #require(bench.exitCode == 0, "\(bench.output)")
        #expect(try JSONDecoder().decode(Provenance.self, from: Data(bench.standardOutput.utf8)).products == products)
    }

    @Test(arguments: [
        ("ACTIVE_BENCH_PRODUCTS", "mkl", "expected own or blas, found 'mkl'"),
        ("ACTIVE_BENCH_VECTOR_BYTES", "48", "expected a width of this processor's vectors, found '48'"),
        ("ACTIVE_BENCH_MATRIX_UNIT", "AMX", "expected one of plain, avx512_bf16, amx, found 'AMX'"),
        ("ACTIVE_BENCH_MATRIX_UNIT", "", "expected one of plain, avx512_bf16, amx, found ''"),
    ])
    func otherValuesAreRefused(variable: String, value: String, sentence: String) throws {
        let child = try ChildProcess.run("active-bench", ["info"], environment: [variable: value])
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(child.standardError == "active-bench: \(variable): \(sentence)\n")
    }
}
