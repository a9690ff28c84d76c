import Algorithms
import ArgumentParser
import Foundation
import Harness
import Numerics

/// `active-bench bench steps`: the cost of a gradient step in units of a 256³ product.
struct BenchSteps: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steps",
        abstract: "Time gradient steps against the matrix product on this processor.",
        discussion: """
            Every set of OpenBLAS kernels that this processor can run is timed on a 256³ product in a process of its \
            own; the learners are then timed with the fastest, on one core. The floor is the step's exact multiply-adds \
            at the product's rate.
            """)

    @Flag(help: .hidden)
    var product = false
    @Flag(help: "Time with the OpenBLAS kernels in use instead of looking for the fastest.")
    var asIs = false
    @Option(help: "Gradient steps per repetition.")
    var steps = 200
    @Option(help: "Policy file for the rollout's rate; without one a fresh policy, which falls soon.")
    var policy: String?

    func validate() throws {
        guard steps > 0 else { throw ValidationError("--steps: expected 1 or more, found \(steps)") }
    }

    func run() throws {
        if let policy { try runAlone { _ = try PolicyFile.read(policy) } }  // before a minute goes by
        if product {
            print("\(BLASLibrary.coreType) \(StepBenchmark.productSeconds())")
        } else if asIs {
            try runAlone { try report() }
        } else {
            try runWithFastestKernels()
        }
    }

    private func report() throws {
        print("kernels \(BLASLibrary.coreType), \(BLASLibrary.threads) thread, Hopper shapes (11, 3), batch 256")
        print("256³ product: \(String(format: "%.4f", 1e3 * StepBenchmark.productSeconds())) ms")
        print(
            "learner".padding(toLength: 58, withPad: " ", startingAt: 0) + "   steps/s   units   floor   share of floor"
        )
        var benchmark = StepBenchmark()
        benchmark.stepsPerRepetition = steps
        for subject in Self.subjects {
            let result = benchmark.measure(subject)
            let name = result.name.padding(toLength: 58, withPad: " ", startingAt: 0)
            print(
                name
                    + String(
                        format: "%10.0f %7.2f %7.2f %8.2f", 1 / result.secondsPerStep, result.units, result.floorUnits,
                        result.floorUnits / result.units))
        }
        try reportRollout()
    }

    private func reportRollout() throws {
        var subject = RolloutBenchmark.Subject("hopper")
        subject.policy = policy
        print(BenchRollout.line(try RolloutBenchmark().measure(subject)))
    }

    /// Without V LayerNorm and dropout, where the floor is exact, and with them.
    private static var subjects: [StepBenchmark.Subject] {
        func with(_ changes: (String, SettingValue)...) -> [(key: String, value: SettingValue)] { changes }
        let norm = ("value_layer_norm", SettingValue.flag(true))
        let dropout = ("actor_dropout", SettingValue.real(0.1))
        return [.init(.bc), .init(.td3bc), .init(.iql), .init(.sql)]
            + [1, 5, 10].map { .init(.activeI, with(("m", .integer($0)))) }
            + [.init(.activeS, with(("m", .integer(5)))), .init(.cql)]
            + [.init(.iql, with(dropout)), .init(.sql, with(norm)), .init(.sql, with(norm, dropout))]
            + [5, 10].flatMap { m in
                [
                    .init(.activeI, with(("m", .integer(m)), norm)),
                    .init(.activeI, with(("m", .integer(m)), norm, dropout)),
                ]
            }
    }

    private func runWithFastestKernels() throws {
        var fastest: (name: String, seconds: Double)?
        for name in Self.coreTypes {
            let words = try output(of: ["bench", "--product"], coreType: name).split(whereSeparator: \.isWhitespace)
            guard words.count == 2, let seconds = Double(words[1]), words[0] == name else { continue }
            print("256³ product with \(name) kernels: \(String(format: "%.4f", 1e3 * seconds)) ms")
            if seconds < fastest?.seconds ?? .infinity { fastest = (name, seconds) }
        }
        print(
            try output(
                of: ["bench", "--as-is", "--steps", "\(steps)"] + (policy.map { ["--policy", $0] } ?? []),
                coreType: fastest?.name), terminator: "")
    }

    /// Kernel sets of OpenBLAS 0.3.21; those a processor cannot run fall back to another name and are passed over.
    #if arch(x86_64)
        private static let coreTypes = ["Haswell", "Zen", "SkylakeX", "Cooperlake"]
    #else
        private static let coreTypes = ["ARMV8", "NEOVERSEN1", "NEOVERSEV1", "NEOVERSEN2"]
    #endif

    private func output(of arguments: [String], coreType: String?) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment
        environment["OPENBLAS_CORETYPE"] = coreType ?? environment["OPENBLAS_CORETYPE"]
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw ExitCode(process.terminationReason == .exit ? process.terminationStatus : ExitStatus.bug.rawValue)
        }
        return String(decoding: data, as: UTF8.self)
    }
}
