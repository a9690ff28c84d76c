import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// After a request to stop, by signal, time or file, the job ends with 75 and a checkpoint, and the same command
/// resumes and gives the same results.
@Suite struct SignalTests {
    /// A study of four cases, which take at least six seconds each with the pause, so that no signal comes too late.
    private static let study = FaultyRun.study([FaultyRun.iql, FaultyRun.active], seeds: "[0, 1]")
    private static let slow = "sleep=20"

    /// The processes that receive a signal.
    enum Recipient: CaseIterable {
        /// mpirun, which forwards the signal.
        case launcher
        /// All ranks, as with srun.
        case allRanks
        /// One rank, which has to inform the others.
        case firstRank, lastRank
    }

    private func send(_ signal: Int32, to recipient: Recipient, of run: FaultyRun) {
        let processes =
            switch recipient {
            case .launcher: [run.launcher].compactMap { $0 }
            case .allRanks: run.ranks
            case .firstRank: Array(run.ranks.prefix(1))
            case .lastRank: Array(run.ranks.suffix(1))
            }
        #expect(!processes.isEmpty)
        for process in processes { kill(process, signal) }
    }

    /// The time in seconds within which a second signal counts as the same request (stop.c).
    private static let sameRequest = 0.1

    private func expectStopped(_ end: ChildProcess) {
        #expect(end.exitCode == 75, "\(end.output)")
        #expect(end.standardError.contains("the same command resumes it"), "\(end.output)")
    }

    /// The run is stopped five times at random moments and resumes each
    /// time with another number of ranks and team size.
    @Test func userSignalToTheLauncher() throws {
        var numbers = DrawnNumbers(for: "userSignalToTheLauncher")
        let run = FaultyRun(Self.study)
        var stops = 0
        for (ranks, size) in [(2, 2), (3, 1), (1, 1), (3, 3), (4, 2)] {
            let job = try run.start(ranks: ranks, ["--team-size", "\(size)"], fault: Self.slow)
            // Ranks handle signals after MPI has started; by then mpirun knows all ranks and forwards signals to them.
            waitUntil("ranks that listen", orEndOf: job) { run.listen(ranks: ranks) && run.begun > 0 }
            usleep(.random(in: 0..<800_000, using: &numbers))
            send(SIGUSR1, to: .launcher, of: run)
            expectStopped(try job.end())
            stops += 1
            run.expectNothingLeft()
        }
        #expect(stops == 5)
        let end = try run.run(ranks: 2)
        #expect(end.exitCode == 0, "\(end.output)")
        #expect(end.standardError.contains("resumed from their checkpoints"), "\(end.output)")
        expectEqual(run.results(), try run.knownReference())
    }

    @Test(arguments: [
        (SIGTERM, Recipient.allRanks, "SIGTERM received: "), (SIGUSR1, .firstRank, "SIGUSR1 received: "),
        (SIGUSR1, .lastRank, "SIGUSR1 received on rank 2: "), (SIGHUP, .lastRank, "SIGHUP received on rank 2: "),
        (SIGINT, .allRanks, "SIGINT received: "),
    ])
    func signalToRanks(signal: Int32, recipient: Recipient, word: String) throws {
        let run = FaultyRun(Self.study)
        let job = try run.start(ranks: 3, fault: Self.slow)
        waitUntil("three cases in work", orEndOf: job) { run.listen(ranks: 3) && run.begun == 3 }
        send(signal, to: recipient, of: run)
        let end = try job.end()
        expectStopped(end)
        let words = end.standardError.components(separatedBy: word + Self.word)
        #expect(words.count == 2, "the message appears once: \(end.output)")
        #expect(run.checkpoints().count >= 3, "checkpoints of the running cases")
        #expect(try run.run(ranks: 2, ["--team-size", "2"]).exitCode == 0)
        expectEqual(run.results(), try run.knownReference())
    }

    /// srun or a scheduler terminates one rank, ten times, in a case whose checkpoints take eight megabytes and more.
    @Test func terminationOfARankTenTimes() throws {
        var numbers = DrawnNumbers(for: "terminationOfARankTenTimes")
        let run = FaultyRun(FaultyRun.study(["ACTIVE-I: {batch: 32, m: 10}"], steps: 1000))
        var stops = 0
        for stop in 0..<10 {
            let ranks = 1 + stop % 2
            let job = try run.start(ranks: ranks, ["--team-size", "\(ranks)"], fault: Self.slow)
            let begun = text(of: "\(run.out)/logs/rank-0000.log").split(separator: "\n").count
            waitUntil("a case that has begun", orEndOf: job) {
                let lines = text(of: "\(run.out)/logs/rank-0000.log").split(separator: "\n").dropFirst(begun)
                return run.listen(ranks: ranks) && lines.contains { $0.contains(" begin ") }
            }
            usleep(.random(in: 0..<500_000, using: &numbers))
            send(SIGTERM, to: .allRanks, of: run)
            expectStopped(try job.end())
            stops += 1
            run.expectNothingLeft()
        }
        #expect(stops == 10)
        let last = try #require(files(below: run.out).filter { $0.hasSuffix(".bin") }.max())
        #expect(bytes(of: "\(run.out)/\(last)").count >= 8 << 20)
        #expect(try run.run(ranks: 1).exitCode == 0)
        expectEqual(run.results(), try run.knownReference())
    }

    /// mpirun sends its ranks SIGTERM and, soon after, SIGKILL: checkpoints written before remain valid.
    @Test func terminationOfTheLauncher() throws {
        let run = FaultyRun(Self.study)
        let job = try run.start(ranks: 2, ["--checkpoint-steps", "20"], fault: Self.slow)
        waitUntil("a checkpoint", orEndOf: job) { !run.checkpoints().isEmpty }
        send(SIGTERM, to: .launcher, of: run)
        #expect(try job.end().exitCode != 0)
        #expect(run.ranks.isEmpty && !run.checkpoints().isEmpty)
        let end = try run.run(ranks: 2)
        #expect(end.exitCode == 0 && !end.standardError.contains("checkpoint-"), "\(end.output)")
        expectEqual(run.results(), try run.knownReference())
    }

    /// The message to the user after the first signal.
    private static let word = "saving, then stopping with exit code 75; a second signal ends the run at once"

    // MARK: One process

    /// Ctrl-C, a closed terminal, `docker stop` where the program is
    /// process 1; and SIGHUP under nohup, which is ignored.
    @Test(
        arguments: [
            (["env", "--default-signal=INT"], nil, SIGINT), (["env", "--default-signal=HUP"], nil, SIGHUP),
            (["unshare", "--pid", "--fork", "--mount-proc"], nil, SIGTERM),
            (["unshare", "--pid", "--fork", "--mount-proc"], nil, SIGINT),
            (["nohup"], SIGHUP, SIGTERM), (["env", "--ignore-signal=INT"], SIGINT, SIGUSR1),
        ] as [([String], Int32?, Int32)])
    func oneProcess(prefix: [String], ignored: Int32?, signal: Int32) throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.iql]))
        let job = try run.start(ranks: nil, fault: "sleep=10", prefix: prefix)
        waitUntil("a case in work", orEndOf: job) { run.listen(ranks: 1) && run.begun == 1 }
        if let ignored {
            #expect(run.ranks.allSatisfy { !ProcessState(pid: $0).catches(ignored) })
            send(ignored, to: .allRanks, of: run)
        }
        send(signal, to: .allRanks, of: run)
        let end = try job.end()
        expectStopped(end)
        #expect(end.standardError.contains("\(name(signal)) received: \(Self.word)"), "\(end.output)")
        #expect(run.checkpoints().count == 1)
        run.expectNothingLeft()
    }

    /// The second signal ends the process at once, and the exit status names the signal, also for process 1, which
    /// signals do not end.
    @Test(
        arguments: [
            (["env", "--default-signal=INT"], SIGINT, SIGINT),
            (["unshare", "--pid", "--fork", "--mount-proc"], SIGTERM, 128 + SIGTERM),
        ] as [([String], Int32, Int32)])
    func twoSignalsToOneProcess(prefix: [String], signal: Int32, code: Int32) throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let job = try run.start(
            ranks: nil, ["--checkpoint-steps", "1"], fault: "case-step=90,kind=hang", prefix: prefix)
        sendTwice(signal, to: .allRanks, of: run, job)
        let end = try job.end()
        #expect(end.exitCode == code, "\(end.output)")
        #expect(end.standardError.contains("\(name(signal)) received, the second signal: ending at once"))
        #expect(run.checkpoints() == [88, 89])
        run.expectNothingLeft()
    }

    /// Sends a signal after step 90, which does not end, has begun: after the checkpoint of step 89 no step handles a
    /// request any more. Sends it again after the first was reported and long enough ago to be another request.
    private func sendTwice(_ signal: Int32, to recipient: Recipient, of run: FaultyRun, _ job: RunningProcess) {
        waitUntil("the checkpoint before the hang", orEndOf: job) { run.checkpoints().last == 89 }
        send(signal, to: recipient, of: run)
        waitUntil("the first signal to be heard", orEndOf: job) {
            job.standardError.contains("\(name(signal)) received: \(Self.word)")
        }
        #expect(job.isRunning)
        usleep(UInt32(1.5e6 * Self.sameRequest))
        send(signal, to: recipient, of: run)
    }

    private func name(_ signal: Int32) -> String {
        [SIGINT: "SIGINT", SIGHUP: "SIGHUP", SIGTERM: "SIGTERM", SIGUSR1: "SIGUSR1"][signal] ?? "?"
    }

    /// Commands without anything to save end at once by the signal and leave no file.
    @Test(
        arguments: [
            [
                "render", "--env", "hopper", "--policy", "POLICY", "--size", "1920x1920", "--fps", "125", "--out",
                "OUT/frames",
            ],
            [
                "collect", "rollout", "--env", "hopper", "--policy", "POLICY", "--transitions", "9000000", "--out",
                "OUT/a.hdf5",
            ],
            ["evaluate", "--env", "hopper", "--policy", "POLICY", "--episodes", "100000", "--record", "OUT/a.hdf5"],
            ["bench", "product", "--seconds", "60"],
        ], [SIGTERM])
    func commandsThatSaveNothing(arguments: [String], signal: Int32) throws {
        let folder = TemporaryFolder()
        let job = try RunningProcess(
            "active-bench",
            arguments.map {
                $0 == "POLICY" ? SystemRun.inputs("policy.safetensors") : $0.replacing("OUT", with: folder.path)
            })
        func process() -> pid_t? { RunningProcess.identifiers(of: "active-bench", withArgument: arguments[1]).last }
        waitUntil("some work", orEndOf: job) { process().map { ProcessState(pid: $0).processorSeconds > 0.3 } ?? false }
        kill(try #require(process()), signal)
        let end = try job.end()
        #expect(end.exitCode == signal, "\(end.output)")
        #expect(files(below: folder.path).isEmpty, "\(files(below: folder.path))")
    }

    // MARK: mpirun

    /// After SIGINT mpirun waits for the configured time, sends SIGTERM, waits as long again, and sends SIGKILL: some
    /// seconds, as in our scripts, leave time to save.
    @Test func interruptOfALauncherWithATimeout() throws {
        let run = FaultyRun(Self.study)
        let job = try run.start(
            ranks: 2, fault: "sleep=50",
            environment: ["OMPI_MCA_odls_base_sigkill_timeout": "3", "PRTE_MCA_odls_base_sigkill_timeout": "3"])
        waitUntil("two cases in work", orEndOf: job) { run.listen(ranks: 2) && run.begun == 2 }
        send(SIGINT, to: .launcher, of: run)
        let end = try job.end()
        #expect(end.exitCode != 0 && end.standardError.contains("SIGTERM received: "), "\(end.output)")
        #expect(end.standardError.contains("the same command resumes it"), "\(end.output)")
        #expect(run.checkpoints().count == 2)
        run.expectNothingLeft()
        #expect(try run.run(ranks: 2).exitCode == 0)
        expectEqual(run.results(), try run.knownReference())
    }

    /// The first signal has no effect, because a step does not end: the second ends the rank and the job.
    @Test func twoSignals() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let job = try run.start(
            ranks: 2, ["--team-size", "2", "--checkpoint-steps", "1"], fault: "case-step=90,kind=hang")
        sendTwice(SIGUSR1, to: .launcher, of: run, job)
        let end = try job.end()
        #expect(end.exitCode == 128 + SIGUSR1, "\(end.output)")
        #expect(end.standardError.contains("SIGUSR1 received, the second signal: ending at once"), "\(end.output)")
        #expect(run.checkpoints() == [88, 89])
        #expect(try run.run(ranks: 1).exitCode == 0)
        expectEqual(run.results(), try run.knownReference())
    }

    @Test func theTimeLimit() throws {
        let run = FaultyRun(Self.study)
        let end = try run.run(ranks: 2, ["--max-hours", "\(1.2 / 3600)"], fault: Self.slow)
        #expect(end.exitCode == 75, "\(end.output)")
        #expect(!run.checkpoints().isEmpty)
        #expect(try run.run(ranks: 3, ["--max-hours", "1"]).exitCode == 0)
        expectEqual(run.results(), try run.knownReference())
    }

    @Test func theStopFileStopsAllJobs() throws {
        let run = FaultyRun(Self.study)
        let job = try run.start(ranks: 2, fault: Self.slow)
        waitUntil("a case in work", orEndOf: job) { run.begun > 0 }
        let stop = "\(run.out)/STOP"
        put([], at: stop)
        expectStopped(try job.end())
        let refused = try run.run(ranks: 2)
        #expect(refused.exitCode == 65, "\(refused.output)")
        #expect(
            refused.errorLines == ["\(stop) exists, which stops all jobs on this folder: remove it to continue"])
        #expect(remove(stop) == 0)
        #expect(try run.run(ranks: 2).exitCode == 0)
        expectEqual(run.results(), try run.knownReference())
    }
}
