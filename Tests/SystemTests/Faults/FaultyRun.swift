import Foundation
import ProgramRuns
import ScratchFiles
import Synchronization
import Testing
import SplitMix

/// A study and a run folder that is run repeatedly with faults and signals; the last checkpoint of every case is kept,
/// because it holds the whole state of the training.
final class FaultyRun {
    let folder = TemporaryFolder()
    let data: String
    /// The run folder.
    let out: String

    init(_ study: String, data: String = SystemRun.inputs.path) {
        self.data = data
        out = folder("out")
        put(study.utf8, at: folder("study.yaml"))
    }

    /// `learners` on one dataset, with small networks and no dependence on time: 300 steps, evaluated every 100.
    static func study(_ learners: [String], seeds: String = "[0]", steps: Int = 300) -> String {
        """
        name: faulty
        datasets: [hopper-random-r1]
        seeds: \(seeds)
        steps: \(steps)
        evaluate: {every: 100, episodes: 3}
        learners:
        \(learners.map { "  \($0)" }.joined(separator: "\n"))
        """
    }

    static let iql = "IQL: {hidden: [16, 16], batch: 32}"
    /// A learner with nine networks: V₁ to V₆, two Q, the policy.
    static let active = "ACTIVE-I: {hidden: [16, 16], batch: 32, m: 6}"
    static let cql = "CQL: {hidden: [16, 16], critic_hidden: [16, 16], batch: 32, sampled_actions: 3}"

    /// Starts the program under mpirun, or one process without a launcher.
    ///
    /// - Parameter isHasty: skips the backtrace of a crashed rank, which takes seconds, and
    ///   the second that mpirun gives the other ranks to end by themselves.
    func start(
        ranks: Int?, _ options: [String] = [], fault: String? = nil, into other: String? = nil,
        isHasty: Bool = false, limit: Int = ChildProcess.hangLimit, prefix: [String] = [],
        environment: [String: String] = [:]
    ) throws -> RunningProcess {
        var environment = environment
        environment["ACTIVE_BENCH_DATA"] = data
        if isHasty {
            environment["SWIFT_BACKTRACE"] = "enable=no"
            environment["OMPI_MCA_odls_base_sigkill_timeout"] = "0"
        }
        environment["ACTIVE_BENCH_FAULT"] = fault
        return try RunningProcess(
            "active-bench",
            ["run", folder("study.yaml"), "--out", other ?? out, "--keep-checkpoints"] + options, ranks: ranks,
            prefix: prefix,
            environment: environment, limit: limit)
    }

    func run(
        ranks: Int?, _ options: [String] = [], fault: String? = nil, into other: String? = nil,
        isHasty: Bool = false, limit: Int = ChildProcess.hangLimit
    ) throws -> ChildProcess {
        try start(ranks: ranks, options, fault: fault, into: other, isHasty: isHasty, limit: limit).end()
    }

    /// The files that depend on the study alone, of `folder` or of the run folder.
    func results(of folder: String? = nil) -> [String: [UInt8]] {
        let all = SystemRun.results(folder ?? out)
        let lasts = Set(
            Dictionary(
                grouping: all.keys.filter { $0.contains("/checkpoint-") }, by: \.folder
            ).values.compactMap { $0.max() })
        return all.filter { name, _ in !name.contains("/checkpoint-") || lasts.contains(name) }
    }

    /// The results of the same study in an undisturbed run on one rank.
    func reference() throws -> [String: [UInt8]] {
        let path = folder("reference")
        let child = try run(ranks: 1, into: path)
        try #require(child.exitCode == 0, "\(child.output)")
        let results = results(of: path)
        #expect(results.keys.contains { $0.contains("/checkpoint-") }, "the whole state is compared")
        return results
    }

    private static let references = Mutex<[String: [String: [UInt8]]]>([:])

    /// `reference`, computed once for all tests that run the same study on the common data.
    func knownReference() throws -> [String: [UInt8]] {
        precondition(data == SystemRun.inputs.path)
        let study = text(of: folder("study.yaml"))
        if let known = Self.references.withLock({ $0[study] }) { return known }
        let results = try reference()
        Self.references.withLock { $0[study] = results }
        return results
    }

    /// The process numbers of the ranks, by rank.
    var ranks: [pid_t] {
        RunningProcess.identifiers(of: "active-bench", withArgument: out).sorted {
            (FaultyRun.rank(of: $0) ?? 0) < (FaultyRun.rank(of: $1) ?? 0)
        }
    }

    private static func rank(of process: pid_t) -> Int? {
        let variables = text(of: "/proc/\(process)/environ").split(separator: "\0")
        return variables.first { $0.hasPrefix("OMPI_COMM_WORLD_RANK=") }?.split(separator: "=").last.flatMap { Int($0) }
    }

    /// The process number of mpirun.
    var launcher: pid_t? { RunningProcess.identifiers(of: "mpirun", withArgument: out).first }

    /// The steps of the checkpoints of one case, in ascending order; of all cases if none is named.
    func checkpoints(of one: String = "") -> [Int] {
        files(below: out).filter { $0.hasPrefix("cases/\(one)") && $0.hasSuffix(".bin") && !$0.contains(".tmp-") }
            .compactMap { $0.split(separator: "-").last.flatMap { Int($0.dropLast(4)) } }.sorted()
    }

    /// The paths of the results of all finished cases.
    var done: [String] { files(below: out).filter { $0.hasSuffix("/result.json") } }

    /// Whether `count` ranks exist and handle SIGUSR1 as a request to stop, which they do before any begins a case.
    func listen(ranks count: Int) -> Bool {
        let ranks = ranks
        return ranks.count == count && ranks.allSatisfy { ProcessState(pid: $0).catches(SIGUSR1) }
    }

    /// The cases that this job or an earlier one has begun to train.
    var begun: Int { files(below: out).count { $0.hasSuffix("/timing.csv") } }

    /// Expects that a job that has ended left no process and no unfinished file.
    func expectNothingLeft(location: SourceLocation = #_sourceLocation) {
        #expect(ranks.isEmpty, "no rank is left", sourceLocation: location)
        #expect(!files(below: out).contains { $0.contains(".tmp-") }, sourceLocation: location)
    }
}

extension StringProtocol {
    /// The path without its last part.
    fileprivate var folder: String { split(separator: "/").dropLast().joined(separator: "/") }
}

/// Random numbers from a seed that is printed; ACTIVE_BENCH_TEST_SEED repeats them.
struct DrawnNumbers: RandomNumberGenerator {
    private var generator: SplitMix64

    init(for test: String) {
        let asked = ProcessInfo.processInfo.environment["ACTIVE_BENCH_TEST_SEED"].flatMap { UInt64($0) }
        let seed = asked ?? UInt64.random(in: 0..<1 << 32)
        generator = SplitMix64(seed: seed)
        print("\(test): ACTIVE_BENCH_TEST_SEED=\(seed)")
    }

    mutating func next() -> UInt64 { generator.next() }
}
