import Datasets
import Foundation
import Paths
import ProgramRuns
import ScratchFiles
import Storage
import Testing

/// Several jobs use one run folder, at the same time or one after another.
@Suite(.serialized) struct SharedFolderTests {
    private static let one = "ACTIVE-I/hopper-random-r1/m=6,batch=32,hidden=16x16/seed-0"

    // MARK: At the same time

    /// The second job has nothing to do and says so; after the first was killed a third resumes from its checkpoint.
    @Test func twoJobsAndOneCase() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let first = try run.start(ranks: 2, ["--team-size", "2", "--checkpoint-steps", "5"], fault: "sleep=100")
        waitUntil("a checkpoint", orEndOf: first) { !run.checkpoints().isEmpty }
        let ranks = run.ranks
        let second = try run.run(ranks: 2)
        #expect(first.isRunning && second.exitCode == 75, "\(second.output)")
        #expect(second.standardError.contains("0 of 1 cases done"), "\(second.output)")
        #expect(second.standardError.contains("in use by other jobs"), "\(second.output)")
        #expect(ranks.count == 2 && run.done.isEmpty)
        for process in [run.launcher].compactMap({ $0 }) + ranks { kill(process, SIGKILL) }
        #expect(try first.end().exitCode != 0)
        let third = try run.run(ranks: 1)
        #expect(third.exitCode == 0, "\(third.output)")
        let notice =
            "was in use by pid \(ranks[0]) on \(ProcessInfo.processInfo.hostName) (rank 0), which is gone: taken over"
        #expect(third.standardError.contains(notice), "\(third.standardError)")
        #expect(third.standardError.contains("1 begun before and resumed from their checkpoints"))
        expectEqual(run.results(), try run.knownReference())
    }

    /// Both jobs work, and no case is done twice.
    @Test func twoJobsAndFourCases() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.iql, FaultyRun.active], seeds: "[0, 1]"))
        let first = try run.start(ranks: 1, fault: "sleep=4")
        waitUntil("a case in work", orEndOf: first) { run.begun > 0 }
        let log = bytes(of: "\(run.out)/logs/rank-0000.log")
        let second = try run.run(ranks: 2)
        let end = try first.end()
        // The job that finishes the last case ends with 0; the other, if it had nothing left before, with 75.
        for job in [second, end] where job.exitCode != 0 {
            #expect(job.exitCode == 75 && job.standardError.contains("in use by other jobs"), "\(job.output)")
        }
        #expect((second.exitCode == 0 || end.exitCode == 0) && !log.isEmpty, "\(second.output)\(end.output)")
        let begun = (0..<2).flatMap { text(of: "\(run.out)/logs/rank-000\($0).log").split(separator: "\n") }
            .filter { $0.contains(" begin ") }
        #expect(begun.count == 4, "every case once: \(begun)")
        expectEqual(run.results(), try run.knownReference())
    }

    // MARK: In other namespaces

    /// Ways to run a program where names have other meanings: on a clone of this machine that was restarted, in a
    /// container with its own process numbers, with and without its own /proc, and where /proc does not tell the boot.
    private static let worlds = [
        "mount --bind \"$ACTIVE_BENCH_TEST_BOOT\" /proc/sys/kernel/random/boot_id; exec \"$@\"",
        "exec unshare --pid --fork --mount-proc \"$@\"",
        "exec unshare --pid --fork \"$@\"",
        "mount -t tmpfs none /proc/sys; exec \"$@\"",
        "hostname elsewhere; mount --bind \"$ACTIVE_BENCH_TEST_BOOT\" /proc/sys/kernel/random/boot_id; exec \"$@\"",
    ]

    /// Starts a job in another world.
    private func start(_ run: FaultyRun, in world: String, _ options: [String] = [], fault: String? = nil) throws
        -> RunningProcess
    {
        put("11111111-2222-3333-4444-555555555555\n".utf8, at: run.folder("boot"))
        var environment = ["ACTIVE_BENCH_DATA": run.data, "ACTIVE_BENCH_TEST_BOOT": run.folder("boot")]
        environment["ACTIVE_BENCH_FAULT"] = fault
        return try RunningProcess(
            "active-bench",
            ["run", run.folder("study.yaml"), "--out", run.out, "--keep-checkpoints"] + options,
            prefix: ["unshare", "--mount", "--uts", "bash", "-c", world, "world"], environment: environment)
    }

    /// While one job is alive, jobs elsewhere leave it alone and end with 75.
    @Test func equalNamesAreNotEqualProcesses() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let first = try run.start(ranks: nil, fault: "sleep=200")
        waitUntil("a case in work", orEndOf: first) { run.listen(ranks: 1) && run.begun > 0 }
        for world in Self.worlds {
            let other = try start(run, in: world).end()
            #expect(
                other.exitCode == 75 && other.standardError.contains("in use by other jobs"),
                "\(world): \(other.output)")
            #expect(first.isRunning && !other.standardError.contains("taken over"), "\(world)")
        }
        for rank in run.ranks { kill(rank, SIGUSR1) }
        for (job, code) in [(try first.end(), Int32(75)), (try run.run(ranks: nil), 0)] {
            #expect(job.exitCode == code && !job.standardError.contains("taken over"), "\(job.output)")
        }
        expectEqual(run.results(), try run.knownReference())
    }

    /// A job killed elsewhere is waited for, because its death cannot be known here; one killed here is not.
    @Test(arguments: worlds.prefix(3)) func killedElsewhere(world: String) throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let dead = try start(run, in: world, ["--checkpoint-steps", "20"], fault: "case-step=50,kind=segv").end()
        #expect(dead.exitCode != 0 && run.checkpoints() == [20, 40], "\(dead.output)")
        let early = try run.run(ranks: nil)
        #expect(early.exitCode == 75 && early.standardError.contains("in use by other jobs"), "\(early.output)")
        for file in files(below: run.out) where file.contains("/claim-") || file.hasPrefix("ranks/") {
            setAge(of: "\(run.out)/\(file)", to: 350)
        }
        let late = try run.run(ranks: nil)
        #expect(late.exitCode == 0 && late.standardError.contains("s: taken over"), "\(late.output)")
        expectEqual(run.results(), try run.knownReference())
        run.expectNothingLeft()
    }

    /// A rank that is killed after it wrote the result, and before it removed its claim, leaves the claim, which the
    /// next command removes. A living process's claim stays with everything else: a study of more steps may just begin.
    @Test(arguments: ["run", "table", "status"], [false, true])
    func staleClaimsOfFinishedCasesAreRemoved(command: String, isHeld: Bool) throws {
        let folder = TemporaryFolder()
        try FileManager.default.copyItem(atPath: SystemRun.undisturbed("out"), toPath: folder("out"))
        let place = folder("out/cases/\(SystemRun.cases[0])")
        let checkpoint = "\(place)/checkpoint-0000000061.bin"
        if isHeld {
            let holder = ClaimHolder.ofThisProcess(rank: 0, heartbeat: "longer-rank-0000.json")
            _ = try Claim.take(folder: place, holder: holder, heartbeats: folder("out/ranks"))
            put([1], at: checkpoint)
        } else {
            put("{}".utf8, at: "\(place)/claim-0")
            setAge(of: "\(place)/claim-0", to: 350)
        }
        let child =
            try command == "run"
            ? SystemRun.run(in: folder, ranks: 1) : SystemRun.activeBench(command, folder("out"))
        #expect(child.exitCode == 0, "\(child.output)")
        #expect((access("\(place)/claim-0", F_OK) == 0) == isHeld)
        #expect((access(checkpoint, F_OK) == 0) == isHeld)
    }

    // MARK: One after another

    /// A run folder with a case that was stopped after at least 40 steps.
    private func begun() throws -> FaultyRun {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let child = try run.run(ranks: 1, ["--checkpoint-steps", "20"], fault: "case-step=50,kind=throw")
        #expect(child.exitCode == 70 && run.checkpoints() == [20, 40], "\(child.output)")
        return run
    }

    private func everything(_ run: FaultyRun) -> [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: files(below: "\(run.out)/cases").filter {
                $0.hasSuffix(".bin") || $0.hasSuffix(".csv")
            }
            .map { ($0, bytes(of: "\(run.out)/cases/\($0)")) })
    }

    @Test(arguments: [
        ("steps: 300", "steps: 400", "has 'steps: 300' where the study now has 'steps: 400'"),
        ("every: 100", "every: 50", "has 'evaluate: {every: 100"),
    ])
    func aChangedStudy(old: String, new: String, words: String) throws {
        let run = try begun()
        let before = everything(run)
        put(text(of: run.folder("study.yaml")).replacing(old, with: new).utf8, at: run.folder("study.yaml"))
        let child = try run.run(ranks: 2)
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(child.errorLines.first?.contains(words) == true, "\(child.output)")
        expectEqual(everything(run), before)
    }

    @Test func aChangedDataset() throws {
        let run = try begun()
        let before = everything(run)
        let name = "hopper_random-r1.hdf5"
        let recorded = try SystemRun.collect(
            "hopper", observations: 11, actions: 3, transitions: 1000, to: run.folder("other/\(name)"))
        #expect(recorded.exitCode == 0, "\(recorded.output)")
        let child = try ChildProcess.run(
            "active-bench", ["run", run.folder("study.yaml"), "--out", run.out], ranks: 2,
            environment: ["ACTIVE_BENCH_DATA": run.folder("other")])
        #expect(child.exitCode == 65, "\(child.output)")
        for file in [SystemRun.inputs(name), run.folder("other/\(name)")] {
            let digest = try D4RLFile(path: file).contentsSHA256.prefix(12)
            #expect(child.errorLines.contains { $0.contains(digest) }, "\(digest): \(child.output)")
        }
        expectEqual(everything(run), before)
        #expect(try run.run(ranks: 1).exitCode == 0, "with the old one it goes on")
        expectEqual(run.results(), try run.knownReference())
    }

    /// With one damaged checkpoint the case resumes from the other; with two it starts over. Either way it says so.
    @Test(arguments: [1, 2]) func damagedCheckpoints(count: Int) throws {
        let run = try begun()
        for step in [40, 20].prefix(count) {
            let path = "\(run.out)/cases/\(Self.one)/checkpoint-00000000\(step).bin"
            var content = bytes(of: path)
            content[content.count / 2] ^= 1
            put(content, at: path)
        }
        let child = try run.run(ranks: 2, ["--team-size", "2"])
        #expect(child.exitCode == 0, "\(child.output)")
        let notices = child.standardError.split(separator: "\n").filter { $0.contains("/checkpoint-00000000") }
        #expect(notices.count == count, "\(child.output)")
        let rows = text(of: "\(run.out)/cases/\(Self.one)/timing.csv").split(separator: "\n")
        #expect(rows.filter { $0.hasPrefix("resume,") } == (count == 1 ? ["resume,20,0.000"] : []))
        expectEqual(run.results(), try run.knownReference())
    }

    /// The comparison that this suite and others use sees a flipped bit, a missing file and an additional one.
    @Test func theComparisonCanFail() throws {
        let reference = SystemRun.reference
        #expect(differences(reference, reference).isEmpty)
        let name = try #require(reference.keys.sorted().first { $0.hasSuffix("curve.csv") })
        var other = reference
        other[name]?[10] ^= 1
        #expect(differences(other, reference) == ["\(name): \(other[name]?.count ?? 0) bytes, other than expected"])
        other[name] = nil
        #expect(differences(other, reference) == ["\(name): missing"])
        #expect(differences(reference, other) == ["\(name): not expected"])
    }
}
