import Algorithms
import ArgumentParser
import Benchmarks
import Foundation
import MPI
import Numerics
import Processes
import Scaling
import Teams

/// `active-bench bench steps`: measures the time of a gradient step in units of a 256³ product.
struct BenchSteps: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steps",
        abstract: "Time gradient steps against the matrix product on this processor.",
        discussion: """
            Every set of OpenBLAS kernels that this processor supports is timed on a 256³ product in its own process; the \
            fastest is the unit. The learners are timed on one core, in processor time, with the products that `run` \
            computes with. The floor is the time of the step's exact multiply-adds at the rate of the unit, measured just \
            before and after.
            """)

    @Flag(help: "Use the present OpenBLAS kernels instead of searching for the fastest.")
    var asIs = false
    @Option(help: "Gradient steps per repetition.")
    var steps = 200
    @Option(help: "Repetitions, of which medians are taken.")
    var repetitions = 5
    @Option(help: "Only these lines, separated by commas: \"IQL,ACTIVE-I m=10\".")
    var only: String?
    @Flag(help: "Show the time of each kernel in a step instead.")
    var profile = false
    @Flag(help: "With --profile: profile steps that the ranks of this job make as one team, with the present kernels.")
    var team = false
    @Flag(help: "Measure on one core and on all cores at once instead, in wall-clock time, beside products in cache.")
    var allCores = false
    @Option(help: "With --all-cores: seconds of each measurement.")
    var seconds = 2.0
    @Flag(help: "Print JSON.")
    var json = false
    /// In a process of `--all-cores`: the core, and the moment at which it begins.
    @Option(help: .hidden)
    var core: Int?
    @Option(help: .hidden)
    var from: UInt64 = 0

    func validate() throws {
        guard steps > 0 else { throw ValidationError("--steps: expected 1 or more, found \(steps)") }
        guard repetitions > 0 else { throw ValidationError("--repetitions: expected 1 or more, found \(repetitions)") }
        guard profile || !team else { throw ValidationError("--team: expected only together with --profile") }
        guard seconds > 0 && seconds <= 3600 else {
            throw ValidationError("--seconds: expected a number above 0, at most 3600, found \(seconds)")
        }
        guard !(allCores && profile) else { throw ValidationError("--all-cores: expected without --profile") }
        guard core ?? 0 >= 0 else { throw ValidationError("--core: expected 0 or more, found \(core ?? 0)") }
        guard !(profile && json) else { throw ValidationError("--profile has no JSON") }
        let names = Self.subjects.map(\.name)
        if let stranger = wanted?.first(where: { !names.contains($0) }) {
            throw ValidationError("--only: expected some of \(names.joined(separator: ", ")), found '\(stranger)'")
        }
    }

    func run() throws {
        if team { runOnAllRanks { try profileTeam($0) } }
        guard asIs || allCores else { return try FastestKernels.run(arguments) }
        try runAlone {
            for subject in subjects { try subject.precision.requireAvailable() }
            if let core {
                try reportCoreRates(core: core, from: from)
            } else if allCores {
                try reportAllCores()
            } else if profile {
                for subject in subjects { try emit("\(subject.name)\n\(benchmark.profile(subject).text)\n") }
            } else if json {
                try reportJSON(benchmark)
            } else {
                try report(benchmark)
            }
        }
    }

    private var benchmark: StepBenchmark {
        var benchmark = StepBenchmark()
        (benchmark.stepsPerRepetition, benchmark.repetitions) = (steps, repetitions)
        benchmark.countAllocations = AllocationCount.current
        return benchmark
    }

    /// Profiles the subjects on all ranks, which must have the same list: bfloat16 is included only if named, and
    /// refused by all ranks if one does not support it.
    private func profileTeam(_ world: Communicator) throws {
        try world.requireEqualProducts()
        for subject in Self.subjects where wanted?.contains(subject.name) ?? (subject.precision == .full) {
            guard let text = try TeamProfile.text(of: subject, steps: benchmark.steps(subject), world: world) else {
                continue
            }
            try emit("\(subject.name)\n\(text)\n")
        }
    }

    /// The arguments for the process with the fastest kernels.
    private var arguments: [String] {
        ["bench", "steps", "--as-is", "--steps", "\(steps)", "--repetitions", "\(repetitions)"]
            + (only.map { ["--only", $0] } ?? []) + (profile ? ["--profile"] : []) + (json ? ["--json"] : [])
    }

    private var wanted: [String]? { only?.split(separator: ",").map { String($0) } }

    /// The requested subjects; by default all that this machine supports.
    var subjects: [StepBenchmark.Subject] {
        Self.subjects.filter { wanted?.contains($0.name) ?? $0.precision.isWorthwhile }
    }

    /// Subjects without LayerNorm in V and dropout, for which the floor is exact, some with them, and every other
    /// learner of the registry with its preset.
    private static let subjects: [StepBenchmark.Subject] = {
        let norm = SettingAssignment(.valueLayerNorm, true)
        let dropout = SettingAssignment(.actorDropout, 0.1)
        let half = SettingAssignment(.precision, .bfloat16)
        let split = SettingAssignment(.precision, .bfloat16x3)
        func members(_ m: Int) -> SettingAssignment { SettingAssignment(.m, m) }
        let compared: [StepBenchmark.Subject] =
            [.init(.bc), .init(.td3bc), .init(.iql), .init(.sql)]
            + [1, 2, 5, 10, 20, 50].map { .init(.activeI, [members($0)]) }
            + [.init(.activeS, [members(10)]), .init(.cql)]
            + [.init(.iql, [dropout]), .init(.sql, [norm, dropout])]
            + [.init(.activeI, [members(10), norm]), .init(.activeI, [members(10), norm, dropout])]
            + [.init(.td3bc, [half]), .init(.iql, [half]), .init(.sql, [half])]
            + [1, 10].map { .init(.activeI, [members($0), half]) } + [.init(.cql, [half])]
            + [.init(.iql, [split]), .init(.activeI, [members(10), split]), .init(.cql, [split])]
        let measured = Set(compared.map(\.learner))
        return compared + LearnerRegistry.standard.learners.filter { !measured.contains($0) }.map { .init($0) }
    }()
}

// Output.
extension BenchSteps {
    private func report(_ benchmark: StepBenchmark) throws {
        let product = MatrixProductRate()
        try emit(
            "one thread, Hopper's sizes (11, 3), batch 256, \(MemoryLayout<Real>.size * 8)-bit numbers, vectors of "
                + "\(vectorBytes) bytes\n"
                + String(
                    format: "256³ product: %.4f ms by OpenBLAS (%@), %.4f ms by ours\n", 1e3 * product.seconds(),
                    BLASLibrary.coreType, 1e3 * product.ownSeconds())
                + pad("learner", 54) + "  steps/s    units    floor    share   mallocs       MB\n")
        for subject in subjects {
            let result = benchmark.measure(subject)
            try emit(
                pad(result.learner, 54)
                    + String(
                        format: "%9.1f %8.2f %8.2f %8.3f", result.stepsPerSecond, result.units, result.floor,
                        result.shareOfFloor)
                    + (result.allocationsPerStep.map { String(format: " %9.2f", $0) } ?? "         –")
                    + String(format: " %8.1f\n", 1e-6 * result.bytesPerStep))
        }
        if let unit = MatrixUnit.selected, subjects.contains(where: { $0.precision != .full }) {
            try emit("bf16: by \(unit.rawValue)\n")
        }
        if wanted == nil {
            for unit in MatrixUnit.allCases {
                if let reason = unit.obstacle { try emit("\(unit.rawValue): \(reason)\n") }
            }
            for precision in Precision.allCases {
                if let reason = precision.obstacle ?? precision.disadvantage {
                    try emit("\(precision.rawValue): \(reason)\n")
                }
            }
        }
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text.padding(toLength: width, withPad: " ", startingAt: 0)
    }

    private struct Report: Encodable {
        let kernels: String
        /// What computes the steps' products, as `run` records it.
        let products: String
        /// Milliseconds of a 256³ product by kernel set; only the set in use if no others were tried.
        let productMilliseconds: [String: Double]
        let ownProductMilliseconds: Double
        let vectorBytes: Int
        /// The matrix unit that computes in bfloat16; omitted if there is none.
        let bfloat16: String?
        let learners: [StepBenchmark.Result]
    }

    private func reportJSON(_ benchmark: StepBenchmark) throws {
        let product = MatrixProductRate()
        let report = Report(
            kernels: BLASLibrary.coreType, products: ProductBackEnd.current.detail,
            productMilliseconds: FastestKernels.tried ?? [BLASLibrary.coreType: 1e3 * product.seconds()],
            ownProductMilliseconds: 1e3 * product.ownSeconds(), vectorBytes: vectorBytes,
            bfloat16: MatrixUnit.selected?.rawValue, learners: subjects.map { benchmark.measure($0) })
        try emitJSON(report)
    }
}
