import Foundation
import ProgramRuns
import Testing

/// Behaviour of a supervised process that is signalled, hangs or dies:
/// each a child process, without launcher unless noted.
@Suite struct SupervisionTests {
    private static let place = "active-bench: rank 0 of 1: case IQL/seed-0: "

    private func supervised(_ mode: String) throws -> ChildProcess {
        // Swift's own crash report would take a second.
        try ChildProcess.exerciseAlone("supervised-" + mode, environment: ["SWIFT_BACKTRACE": "enable=no"])
    }

    @Test(arguments: ["where", "stop", "stop-once", "ignored"]) func goesOn(mode: String) throws {
        let child = try supervised(mode)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.standardError.isEmpty, "\(child.output)")
    }

    @Test func secondSignalEndsTheProcess() throws {
        let child = try supervised("stop-twice")
        #expect(child.exitCode == SIGINT, "\(child.output)")
        let lines = [
            "SIGHUP received: saving, then stopping with exit code 75; a second signal ends the run at once\n",
            "SIGINT received, the second signal: ending at once in training at step 7\n",
        ]
        #expect(child.standardError == lines.map { Self.place + $0 }.joined())
        let unfinished = child.standardOutput.trimmingCharacters(in: .newlines)
        #expect(unfinished.hasPrefix("/tmp/") && !FileManager.default.fileExists(atPath: unfinished))
    }

    @Test func everyRankHearsWhatTheLauncherForwards() throws {
        let child = try ChildProcess.exercise("supervised-stop-launcher", ranks: 3)
        #expect(child.exitCode == 0, "\(child.output)")
    }

    /// Before it hangs, the child is disarmed for longer than the limit.
    @Test func watchdogEndsAHang() throws {
        let child = try supervised("hang")
        #expect(child.exitCode == 71, "\(child.output)")
        let line = "no progress for 0.1 s in training at step 7: ending the job (--hang-timeout)\n"
        #expect(child.standardError == Self.place + line)
    }

    /// A second and a half of SIGSTOP, with a limit of one second, do not count as time without progress.
    @Test func watchdogForgivesASuspension() throws {
        let child = try supervised("suspension")
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.standardError.isEmpty, "\(child.output)")
    }

    /// One line, then Open MPI's own output, then the exit status that the signal would have had.
    @Test(arguments: [
        ("segv", SIGSEGV, "segmentation fault"), ("overflow", SIGSEGV, "segmentation fault"),
        ("abort", SIGABRT, "abort"),
        ("bus", SIGBUS, "bus error"),
    ]) func crashLeavesALine(mode: String, signal: Int32, name: String) throws {
        let child = try supervised(mode)
        #expect(child.exitCode == signal, "\(child.output)")
        let line = "\(Self.place)signal \(signal) (\(name)) in training at step 7\n"
        #expect(child.standardError.components(separatedBy: line).count == 2, "\(child.output)")
    }

    /// The signal of a trap depends on the processor.
    @Test func trapOfSwiftLeavesALine() throws {
        let child = try supervised("trap")
        let name = child.exitCode == SIGTRAP ? "trap" : "illegal instruction"
        #expect([SIGILL, SIGTRAP].contains(child.exitCode), "\(child.output)")
        #expect(child.output.contains("a programmer's error"), "\(child.output)")
        let line = "\(Self.place)signal \(child.exitCode) (\(name)) in training at step 7\n"
        #expect(child.standardError.hasSuffix(line), "\(child.output)")
    }

    /// A library that calls exit(0) does not look like success, and its output is not lost.
    @Test func exitWithoutEndingMPIIsABug() throws {
        let child = try supervised("exit")
        #expect(child.exitCode == 70, "\(child.output)")
        #expect(child.standardOutput == "last words")
        #expect(child.standardError == Self.place + "exited in training at step 7 without ending MPI\n")
    }
}
