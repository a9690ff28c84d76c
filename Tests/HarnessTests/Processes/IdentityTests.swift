import Foundation
import Paths
import Processes
import ScratchFiles
import Testing

/// Which processes count as gone, which as alive, and of which neither is known.
@Suite struct IdentityTests {
    private static let own = CurrentProcess.identity

    /// Keeps the marker of a process on this kernel for the lifetime of the object.
    final class Marker {
        private let path: String
        init(_ identity: ProcessIdentity) {
            path = "/dev/shm/active-bench-\(identity)"
            put([], at: path)
        }
        deinit { unlink(path) }
    }

    /// Another process with some of this process's properties.
    static func other(
        kernel: UInt64? = own.kernel, pid: pid_t = own.pid, start: UInt64 = own.start
    ) -> ProcessIdentity {
        ProcessIdentity(kernel: kernel, pid: pid, start: start, random: UInt64.random(in: 0...UInt64.max))
    }

    @Test func thisProcess() throws {
        #expect(Self.own.hasEnded == false && Self.own.pid == getpid() && Self.own.kernel != nil)
        let run = try Process.output("/bin/sh", "-c", "sed 's/.*) //' /proc/\(getpid())/stat | cut -d' ' -f20")
        #expect(UInt64(run) == Self.own.start, "as /proc has it, parsed in another way")
        #expect(access("/dev/shm/active-bench-\(Self.own)", F_OK) == 0)
        #expect(access("/dev/shm/active-bench-swept-\(getuid())", F_OK) == 0, "old markers were removed today")
    }

    @Test func goneProcesses() throws {
        let dead = try ClaimTests.deadProcess()
        let parent = try #require(
            UInt64(try Process.output("/bin/sh", "-c", "sed 's/.*) //' /proc/\(getppid())/stat | cut -d' ' -f20")))
        let seen: [(ProcessIdentity, Bool?, Comment)] = [
            (Self.other(pid: getppid(), start: parent), false, "another one that lives"),
            (Self.other(pid: dead), true, "its number is free"),
            (Self.other(start: Self.own.start - 1), true, "its number is another one's by now"),
        ]
        for (identity, hasEnded, comment) in seen {
            #expect(identity.hasEnded == nil, "on a clone of this machine: \(comment)")
            let marker = Marker(identity)
            #expect(identity.hasEnded == hasEnded, comment)
            withExtendedLifetime(marker) {}
        }
        // A clone started from the same snapshot: number and start time are equal, the random bits are not.
        #expect(Self.other().hasEnded == nil)
        for kernel in [nil, Self.own.kernel.map { $0 ^ 1 }] {
            let elsewhere = Self.other(kernel: kernel, pid: dead)
            let marker = Marker(elsewhere)
            #expect(elsewhere.hasEnded == nil, "another boot, another namespace, or no /proc")
            withExtendedLifetime(marker) {}
        }
    }

    @Test func aZombieIsGone() throws {
        var pid: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
        defer { free(arguments[0]) }
        try #require(posix_spawn(&pid, "/bin/true", nil, nil, &arguments, nil) == 0)
        while ProcessState(of: pid) != .zombie { usleep(1000) }
        let zombie = Self.other(pid: pid)
        let marker = Marker(zombie)
        #expect(zombie.hasEnded == true)
        withExtendedLifetime(marker) { _ = waitpid(pid, nil, 0) }
    }

    @Test(
        arguments: [
            nil, 0, 1, 0xFFFF_FFFF_FFFF,
        ] as [UInt64?]) func isReadFromItsName(kernel: UInt64?) throws
    {
        for (pid, start, random) in [(1, 0, 0), (4_194_304, 68_719_476_735, UInt64.max)] as [(pid_t, UInt64, UInt64)] {
            let identity = ProcessIdentity(kernel: kernel, pid: pid, start: start, random: random)
            #expect(ProcessIdentity(identity.description) == identity && identity.description.utf8.count <= 48)
            #expect(
                try JSONDecoder().decode([ProcessIdentity].self, from: JSONEncoder().encode([identity])) == [identity])
        }
    }

    /// Names of commit 3485ba6 (host and number), of earlier programs (number), and invalid ones.
    @Test(arguments: [
        "", "12", "node7-12", "a-b-c-12", "ip-10-0-0-12", "my-host-name-0123456789abcdef",
        "0123456789ab-1-2-0123456789abcde", "0123456789ab-1-2-0123456789abcdef-", "0123456789AB-1-2-0123456789abcdef",
        "0123456789ab-01-2-0123456789abcdef", "0123456789ab--1-2-123456789abcdef0",
    ]) func namesWithoutIdentity(_ name: String) { #expect(ProcessIdentity(name) == nil) }

    // MARK: Batch jobs

    private static let slurm = ["SLURM_JOB_ID": "12", "SLURM_CLUSTER_NAME": "alps"]
    private static let pbs = ["PBS_JOBID": "7.server", "ACTIVE_BENCH_JOB": "5.server"]

    /// The variables at the earlier start, those now, and whether the earlier start is known to have ended before.
    @Test(
        arguments: [
            (slurm, ["SLURM_RESTART_COUNT": "0"], ["SLURM_RESTART_COUNT": "1"], true),
            (slurm, [:], ["SLURM_RESTART_COUNT": "1"], true),
            (slurm, ["SLURM_RESTART_COUNT": "9"], ["SLURM_RESTART_COUNT": "10"], true),
            (slurm, ["SLURM_CLUSTER_NAME": ""], ["SLURM_CLUSTER_NAME": "", "SLURM_RESTART_COUNT": "1"], true),
            // Two steps of one start run at the same time.
            (slurm, ["SLURM_STEP_ID": "0"], ["SLURM_STEP_ID": "1"], false),
            (slurm, ["SLURM_RESTART_COUNT": "1"], ["SLURM_RESTART_COUNT": "1", "SLURM_STEP_ID": "1"], false),
            (slurm, ["SLURM_RESTART_COUNT": "2"], ["SLURM_RESTART_COUNT": "1"], false),
            (slurm, ["SLURM_JOB_ID": "13"], ["SLURM_RESTART_COUNT": "1"], false),
            (slurm, ["SLURM_CLUSTER_NAME": "other"], ["SLURM_RESTART_COUNT": "1"], false),
            (slurm, ["SLURM_CLUSTER_NAME": ""], ["SLURM_RESTART_COUNT": "1"], false),
            // Tasks of an array, which Slurm restarts one by one.
            (
                slurm.merging(["SLURM_ARRAY_JOB_ID": "10"]) { $1 }, ["SLURM_ARRAY_TASK_ID": "3"],
                ["SLURM_ARRAY_TASK_ID": "3", "SLURM_RESTART_COUNT": "1"], true
            ),
            (
                slurm.merging(["SLURM_ARRAY_JOB_ID": "10"]) { $1 }, ["SLURM_ARRAY_TASK_ID": "2"],
                ["SLURM_ARRAY_TASK_ID": "3", "SLURM_RESTART_COUNT": "1"], false
            ),
            // PBS: a job that followed, a job that was restarted, another chain of jobs, an unknown number.
            (pbs, ["ACTIVE_BENCH_JOB_STARTS": "0 3"], ["ACTIVE_BENCH_JOB_STARTS": "1 1"], true),
            (pbs, ["ACTIVE_BENCH_JOB_STARTS": "1 1"], ["ACTIVE_BENCH_JOB_STARTS": "1 2"], true),
            (pbs, ["ACTIVE_BENCH_JOB_STARTS": "1 1"], ["ACTIVE_BENCH_JOB_STARTS": "1 1"], false),
            (
                pbs, ["ACTIVE_BENCH_JOB": "6.server", "ACTIVE_BENCH_JOB_STARTS": "0 1"],
                ["ACTIVE_BENCH_JOB_STARTS": "0 2"], false
            ),
            (pbs, ["ACTIVE_BENCH_JOB_STARTS": "0 2"], ["ACTIVE_BENCH_JOB_STARTS": "0 ?"], false),
            ([:], [:], ["SLURM_RESTART_COUNT": "1"], false),
        ] as [([String: String], [String: String], [String: String], Bool)])
    func startsOfJobs(both: [String: String], before: [String: String], now: [String: String], isBefore: Bool) {
        let jobs = [before, now].map { BatchJob(variables: both.merging($0) { $1 }) }
        #expect(jobs[0].map { job in jobs[1].map { job.isBefore($0) } ?? false } ?? false == isBefore)
        #expect(jobs[1].map { job in jobs[0].map { job.isBefore($0) } ?? false } ?? false == false || !isBefore)
    }
}

extension Process {
    /// The output of a program, without white space at its ends.
    fileprivate static func output(_ program: String, _ arguments: String...) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
