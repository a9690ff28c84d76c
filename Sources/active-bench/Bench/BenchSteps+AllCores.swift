import ArgumentParser
import Benchmarks
import Dispatch
import Failures
import Foundation
import MPI
import Processes

// `--all-cores`: the same steps on all cores at once, a process for each, as the ranks of a full node make them.
extension BenchSteps {
    /// Measures and prints all subjects.
    func reportAllCores() throws {
        let cores = CPUBinding.ofThisThread().physicalCores
        guard !cores.isEmpty else {
            throw HarnessError.unavailable(
                "--all-cores: expected a system that tells the cores of a process, found none")
        }
        if !json {
            try emit(
                "\(cores.count) cores at once, \(repetitions) rounds of \(seconds) s; gains over one core with the others idle\n"
                    + "learner".padding(toLength: 36, withPad: " ", startingAt: 0)
                    + "  steps/s alone   on all    gain  products' gain  efficiency\n")
        }
        var comparisons: [CoreComparison] = []
        for subject in subjects {
            let rounds = try (0..<repetitions).map { _ in
                CoreComparison.Round(
                    alone: try rates(subject.name, on: [cores[0]])[0], together: try rates(subject.name, on: cores))
            }
            let comparison = CoreComparison(subject.name, rounds)
            comparisons.append(comparison)
            if !json { try emit(line(comparison)) }
        }
        if json { try emitJSON(comparisons) }
    }

    private func line(_ comparison: CoreComparison) -> String {
        comparison.learner.padding(toLength: 36, withPad: " ", startingAt: 0)
            + String(
                format: "%15.1f %8.1f %7.2f %15.2f %11.3f\n", comparison.stepsPerSecondAlone, comparison.stepsPerSecond,
                comparison.stepGain, comparison.productGain, comparison.efficiency)
    }

    /// Measures on each of `cores` at once. Processes that are not ready in time are given twice as long.
    private func rates(_ learner: String, on cores: [Int]) throws -> [CoreRates] {
        for attempt in 0..<6 {
            let start = DispatchTime.now() + 2 * Double(1 << attempt)
            let programs = try cores.map { core in try child(learner, on: core, from: start) }
            let ready = try programs.map { $0.finish() }.compactMap { try rates($0, $1) }
            if ready.count == cores.count { return ready }
        }
        throw HarnessError.unavailable(
            "--all-cores: expected \(cores.count) processes to be ready within a minute, found some that were not")
    }

    private func child(_ learner: String, on core: Int, from start: DispatchTime) throws -> CapturedProgram {
        let arguments = [
            "bench", "steps", "--as-is", "--only", learner, "--seconds", "\(seconds)", "--core", "\(core)", "--from",
            "\(start.uptimeNanoseconds)",
        ]
        do {
            return try CapturedProgram(["/proc/self/exe"] + arguments)
        } catch {
            throw HarnessError.io(path: "/proc/self/exe", operation: "start", code: error.code)
        }
    }

    /// Returns what a process has measured and written; nil if it was not ready in time.
    private func rates(_ bytes: [UInt8], _ end: ChildProgram.End) throws -> CoreRates? {
        switch end {
        case .exit(0): return try JSONDecoder().decode([CoreRates].self, from: Data(bytes)).first
        case .exit(let code): throw ExitCode(code)
        case .signal: throw ExitCode(ExitStatus.bug.rawValue)
        }
    }

    /// The work of one process: binds itself to `core`, and prints its rates, or an empty list if `start` has passed.
    func reportCoreRates(core: Int, from start: UInt64) throws {
        let error = CPUBinding.bindThisThread(to: core)
        guard error == 0 else { throw HarnessError.io(path: "core \(core)", operation: "bind to", code: error) }
        let moment = DispatchTime(uptimeNanoseconds: start)
        try emitJSON(subjects.compactMap { CoreRates.measure($0, from: moment, seconds: seconds) })
    }
}
