import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// The batch scripts on a real Slurm, with the real program: a job that ends too early for any reason returns to the
/// queue, and its table and cases equal, byte for byte, those of an undisturbed run on one rank.
@Suite(.serialized) struct SlurmTests {
    let folder = TemporaryFolder()

    /// A study of six cases. In a job's first start a case takes three seconds or more, so that the start can be
    /// disturbed in its middle.
    static let study = SystemRun.study.replacing("steps: 60", with: "steps: 300")
    private static let slow = "sleep=10"

    static let reference: [String: [UInt8]] = {
        let folder = TemporaryFolder()
        do {
            let child = try SystemRun.run(study, in: folder, ranks: 1)
            precondition(child.exitCode == 0, child.output)
        } catch {
            fatalError("the reference cannot be run: \(error)")
        }
        return SystemRun.results(folder("out"))
    }()

    private func submit(
        _ slurm: SlurmCluster, _ script: String, _ size: String, launcher: String = "mpirun",
        isSlow: Bool = true, onAnotherMachine: Bool = false, environment: [String: String] = [:]
    ) throws -> String {
        put(Self.study.utf8, at: folder("study.yaml"))
        return try slurm.submit(
            script, "--ntasks-per-node=1", size, launcher: launcher, study: folder("study.yaml"), out: folder("out"),
            log: folder("job-%a.log"), binary: program(isSlow: isSlow, onAnotherMachine: onAnotherMachine),
            environment: environment)
    }

    /// A script in place of active-bench that runs it.
    ///
    /// - Parameters:
    ///   - isSlow: slows the first start of each job.
    ///   - onAnotherMachine: runs each start of each job as if on a newly booted machine: no start can see that the
    ///     processes of another are gone.
    private func program(isSlow: Bool, onAnotherMachine: Bool) -> String {
        let path = folder("active-bench")
        let slowing =
            isSlow ? "[ \"${SLURM_RESTART_COUNT:-0}\" != 0 ] || export ACTIVE_BENCH_FAULT=\(Self.slow)" : ""
        let boot = """
            boot='\(folder.path)'/boot-$SLURM_JOB_ID-${SLURM_RESTART_COUNT:-0}
            echo "${boot##*/}" >"$boot.$$" && mv "$boot.$$" "$boot"
            mount='mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"'
            set -- unshare --mount bash -c "$mount" "$boot" "$@"
            """
        let lines = """
            #!/bin/bash
            set -- '\(RunningProcess.path(of: "active-bench"))' "$@"
            \(slowing)
            \(onAnotherMachine ? boot : "")
            exec "$@"

            """
        put(lines.utf8, at: path)
        chmod(path, 0o755)
        return path
    }

    /// The output of the job's scripts and programs; each task of an array has its own file.
    private var log: String {
        folder.contents.filter { $0.hasPrefix("job-") }.map { text(of: folder($0)) }.joined()
    }

    /// The ranks of the run, in all jobs.
    private var ranks: [pid_t] {
        let running = Set(RunningProcess.identifiers(of: "active-bench", withArgument: "run"))
        return RunningProcess.identifiers(of: "active-bench", withArgument: folder("out")).filter(running.contains)
    }

    /// Waits until a case is done and two are in work: a run that is disturbed now has a case to keep, some to resume and
    /// some to begin. Since each takes seconds, the middle lasts for some, too.
    private func waitForTheMiddle() {
        var (done, begun) = (0, 0)
        waitUntil("a finished case and two in work") {
            let files = files(below: folder("out"))
            done = files.count { $0.hasSuffix("/result.json") }
            begun = files.count { $0.hasSuffix("/timing.csv") }
            return done > 4 || done > 0 && begun >= done + 2 && ranks.count == 2
        }
        #expect(1...4 ~= done, "the test came too late, or nothing runs: \(done) of 6 cases are done\n\(log)")
    }

    /// Expects that a case resumed instead of starting over: its timing.csv says from which step.
    private func expectThatACaseResumed() {
        let journals = files(below: folder("out")).filter { $0.hasSuffix("/timing.csv") }.map {
            text(of: folder("out/\($0)"))
        }
        #expect(journals.contains { $0.contains(/\nresume,[1-9]/) }, "every case was restarted\n\(log)")
    }

    private func expectTheReference() {
        expectEqual(SystemRun.results(folder("out")), Self.reference)
        #expect(ranks.isEmpty, "no rank is left")
    }

    /// The signal comes as before a time limit, where Slurm would send it itself, but up to a minute early.
    @Test func aWarnedJobResumesAfterARequeue() throws {
        let slurm = try SlurmCluster()
        let job = try submit(slurm, "table.sbatch", "--nodes=2")
        waitForTheMiddle()
        try slurm.command("scancel", "--batch", "--signal=USR1", job)
        #expect(try slurm.states(atTheEndOf: job) == ["COMPLETED"], "\(log)")
        #expect(try slurm.restarts(of: job) == 1, "\(log)")
        #expect(log.contains("the run has ended with 75\n"), "\(log)")
        #expect(log.contains("the run has ended with 0\n"), "\(log)")
        expectThatACaseResumed()
        expectTheReference()
    }

    /// The last task of an array has the array's own number: a requeue of that number would requeue the other task too.
    @Test func twoTasksOfAnArrayShareARunAndOneIsRequeued() throws {
        let slurm = try SlurmCluster()
        let job = try submit(slurm, "array.sbatch", "--array=1-2", launcher: "srun")
        waitForTheMiddle()
        try slurm.command("scancel", "--batch", "--signal=USR1", "\(job)_2")
        #expect(try slurm.states(atTheEndOf: job) == ["COMPLETED"], "\(log)")
        #expect(try slurm.restarts(of: "\(job)_1") == 0, "\(log)")
        #expect(try slurm.restarts(of: "\(job)_2") == 1, "\(log)")
        expectThatACaseResumed()
        expectTheReference()
    }

    /// The job restarts on another machine, where its own first start's claims no longer count.
    @Test func aJobWhoseRankIsKilledIsRequeued() throws {
        let slurm = try SlurmCluster()
        let job = try submit(slurm, "table.sbatch", "--nodes=2", onAnotherMachine: true)
        waitForTheMiddle()
        kill(try #require(ranks.last), SIGKILL)
        #expect(try slurm.states(atTheEndOf: job) == ["COMPLETED"], "\(log)")
        #expect(try slurm.restarts(of: job) == 1, "\(log)")
        #expect(text(of: folder("out/logs/restarts.log")).contains("start 0: exit 137, a rank was killed"), "\(log)")
        // The surviving rank may be faster than mpirun and take the case over before the job restarts.
        let reasons = ["which ended before this job was started again: taken over", "which is gone: taken over"]
        #expect(reasons.contains { log.contains($0) }, "\(log)")
        expectTheReference()
    }

    /// Another job cannot know that the first is gone: it does not end as done, but waits until the claims are stale.
    @Test func aJobWaitsForTheClaimsOfAKilledJob() throws {
        let slurm = try SlurmCluster()
        let first = try submit(
            slurm, "table.sbatch", "--nodes=2", onAnotherMachine: true, environment: ["MAX_FAILURES": "0"])
        waitForTheMiddle()
        for rank in ranks { kill(rank, SIGKILL) }
        #expect(try slurm.states(atTheEndOf: first) == ["FAILED"], "\(log)")
        let second = try submit(slurm, "table.sbatch", "--nodes=2", isSlow: false, onAnotherMachine: true)
        waitUntil("the second job to wait") {
            log.contains("waiting until a heartbeat changes or its claim expires: pid ")
        }
        for file in files(below: folder("out")) where file.contains("/claim-") || file.hasPrefix("ranks/") {
            setAge(of: folder("out/\(file)"), to: 350)
        }
        // A file that a rank was writing when it was killed is left alone
        // for an hour, because its writer might be alive.
        for file in files(below: folder("out")) where file.contains(".tmp-") {
            setAge(of: folder("out/\(file)"), to: 3700)
        }
        #expect(try slurm.states(atTheEndOf: second) == ["COMPLETED"], "\(log)")
        #expect(log.contains(" is free (it was in use by pid ") && log.contains(" s: taken over"), "\(log)")
        expectTheReference()
    }
}
