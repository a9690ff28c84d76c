import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// One rank of a team dies in any way, is slow, stopped or hangs: the others notice or wait.
@Suite(.serialized) struct RankFaultTests {
    /// A way to die; the tests cover every kind at every place, and every kind and every place on every rank.
    struct Death: CustomStringConvertible {
        var kind: String
        /// The place within the step's exchange; nil between steps.
        var place: String?
        var rank: Int

        var description: String { "\(kind) \(place ?? "between steps") on rank \(rank)" }

        var fault: String {
            "case-step=50,kind=\(kind),rank=\(rank)" + (place.map { ",place=\($0)" } ?? "")
        }

        /// The line on standard error after the place.
        var words: String {
            let phase = place == nil ? "training at step 50" : "exchange with the team at step 50"
            return switch kind {
            case "throw": "\(phase): injected fault at step 50 on rank \(rank)"
            case "exit": "exited in \(phase) without ending MPI"
            default: ") in \(phase)"  // "signal 11 (segmentation fault) in …"
            }
        }

        static let all = ["throw", "trap", "exit", "segv"].enumerated().flatMap { i, kind in
            [nil, "before", "in", "after"].enumerated().map { k, place in
                Death(kind: kind, place: place, rank: (i + k) % 3)
            }
        }
    }

    /// The job ends with a code that is not 0 and names rank, place and activity; finished cases stay unchanged. All
    /// deaths happen in one folder, one after another.
    @Test func deaths() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active], seeds: "[0, 1]"))
        let reference = try run.reference()
        let one = "ACTIVE-I/hopper-random-r1/m=6,batch=32,hidden=16x16/seed-0"
        try FileManager.default.copyItem(atPath: run.folder("reference"), toPath: run.out)
        try FileManager.default.removeItem(atPath: "\(run.out)/cases/\(one)")
        let finished = run.results().filter { $0.key.contains("/seed-1/") }
        #expect(finished.count == 6 && Death.all.count == 16)
        for death in Death.all {
            let isHasty = death.rank != 1  // Deaths of rank 1, of each kind and at each place, run with the defaults.
            let child = try run.run(
                ranks: 3, ["--team-size", "3", "--checkpoint-steps", "20"], fault: death.fault, isHasty: isHasty)
            #expect(child.exitCode != 0 && child.exitCode != 124 && child.exitCode != 75, "\(death): \(child.output)")
            if ["throw", "exit"].contains(death.kind) { #expect(child.exitCode == 70, "\(death): \(child.output)") }
            let line = child.errorLines.first {
                $0.hasPrefix("rank \(death.rank) of 3 on \(ProcessInfo.processInfo.hostName)")
                    && $0.contains("case \(one)") && $0.contains(death.words)
            }
            #expect(line != nil, "\(death): \(child.standardError)")
            // mpirun may end before a rank whose crash Swift still reports.
            waitUntil("no rank is left") { run.ranks.isEmpty }
            #expect(run.checkpoints(of: one) == [20, 40], "\(death): \(run.checkpoints())")
            expectEqual(run.results().filter { $0.key.contains("/seed-1/") }, finished)
        }
        let end = try run.run(ranks: 2, ["--team-size", "2"])
        #expect(end.exitCode == 0, "\(end.output)")
        expectEqual(run.results(), reference)
        run.expectNothingLeft()
    }

    /// A rank is stopped for two seconds, with a limit of thirty for a hang: no rank is considered dead. Without waiting
    /// for it the others would be done by then.
    @Test func aStoppedRank() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let job = try run.start(
            ranks: 3, ["--team-size", "3", "--checkpoint-steps", "20", "--hang-timeout", "30"], fault: "sleep=5")
        waitUntil("a checkpoint", orEndOf: job) { !run.checkpoints().isEmpty }
        let rank = try #require(run.ranks.dropFirst().first)
        kill(rank, SIGSTOP)
        sleep(2)
        #expect(job.isRunning && !run.done.contains { $0.hasSuffix("/seed-0/result.json") }, "the other ranks wait")
        kill(rank, SIGCONT)
        let end = try job.end()
        #expect(end.exitCode == 0, "\(end.output)")
        expectEqual(run.results(), try run.knownReference())
    }

    /// One rank is ten times slower than the others.
    @Test func aSlowRank() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active, FaultyRun.iql]))
        let end = try run.run(ranks: 3, ["--team-size", "2"], fault: "rank=1,sleep=5")
        #expect(end.exitCode == 0, "\(end.output)")
        expectEqual(run.results(), try run.knownReference())
    }

    /// A rank that never arrives at an exchange is detected, by itself or by a rank that waits for it. Twenty seconds are
    /// more than a step or a checkpoint takes, even if a busy machine is slow to sync a file.
    @Test(arguments: [(0, "in"), (1, nil)]) func aHang(rank: Int, place: String?) throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let child = try run.run(
            ranks: 2, ["--team-size", "2", "--checkpoint-steps", "20", "--hang-timeout", "20"],
            fault: Death(kind: "hang", place: place, rank: rank).fault)
        #expect(child.exitCode == 71, "\(child.output)")
        let line = child.errorLines.first { $0.contains("no progress for 20 s in ") } ?? ""
        #expect(
            line.contains("rank ") && line.contains("case ACTIVE-I/") && line.contains(" at step 5"), "\(child.output)")
        #expect(line.contains("exchange with the team") || line.contains("training"), "\(line)")
        #expect(run.ranks.isEmpty && run.checkpoints() == [20, 40])
        #expect(try run.run(ranks: 1).exitCode == 0)
        expectEqual(run.results(), try run.knownReference())
    }

    /// Four processes each see an MPI world of one rank.
    @Test func singletons() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.iql]))
        let child = try ChildProcess.run(
            "active-bench", ["run", run.folder("study.yaml"), "--out", run.out],
            environment: [
                "ACTIVE_BENCH_DATA": run.data, "SLURM_NTASKS": "4", "SLURM_PROCID": "2", "SLURM_STEP_ID": "0",
            ])
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(child.standardError.contains("MPI sees 1 rank, but SLURM_NTASKS=4 processes were started"))
        #expect(files(below: run.out).isEmpty)
    }
}
