import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// After SIGKILL at any moment no finished case is lost or computed again, no more than a
/// checkpoint interval is repeated, and the results are the same to the last bit.
@Suite struct KillTests {
    private static let interval = 20
    private static let options = ["--checkpoint-steps", "\(interval)"]

    /// Twenty times, a random rank is killed at a random moment from the
    /// launch on; runs are started until all cases are done.
    @Test func twentyKills() throws {
        var numbers = DrawnNumbers(for: "twentyKills")
        let study = FaultyRun.study([FaultyRun.iql, FaultyRun.active], seeds: "[0, 1]", steps: 400)
        let reference = try FaultyRun(study).reference()
        var (kills, early, teamSizes) = (0, 0, [1, 2, 3])
        while kills < 20 {
            let run = FaultyRun(study)
            var finished: [String: Identity] = [:]
            var isDone = false
            while !isDone {
                teamSizes.shuffle(using: &numbers)
                let job = try run.start(
                    ranks: 3, Self.options + ["--team-size", "\(teamSizes[0])"], fault: "sleep=3",
                    isHasty: !kills.isMultiple(of: 3))
                let moment = Double.random(in: 0..<2, using: &numbers)
                let ranks = kills < 20 ? rankToKill(of: run, job, after: moment, &numbers) : []
                let end = try job.end()
                isDone = end.exitCode == 0
                kills += ranks.count
                early += finished.isEmpty ? ranks.count : 0
                #expect(isDone || !ranks.isEmpty && end.exitCode != 124, "\(end.output)")
                for (path, identity) in finished { #expect(Identity(path) == identity, "\(path) was written again") }
                for path in run.done { finished["\(run.out)/\(path)"] = Identity("\(run.out)/\(path)") }
            }
            #expect(finished.count == 4)
            for path in finished.keys { try checkRepetition(path.replacing("result.json", with: "timing.csv")) }
            expectEqual(run.results(), reference)
            run.expectNothingLeft()
        }
        print("twentyKills: \(kills) kills, \(early) of them before the first case was done")
    }

    /// The process number of one of the ranks; nil if the job has ended before.
    private func rankToKill(
        of run: FaultyRun, _ job: RunningProcess, after seconds: Double, _ numbers: inout DrawnNumbers
    ) -> [pid_t] {
        let moment = ContinuousClock.now + .seconds(seconds)
        while job.isRunning && ContinuousClock.now < moment { usleep(5_000) }
        waitUntil("a rank", orEndOf: job) { !run.ranks.isEmpty }
        guard job.isRunning, let rank = run.ranks.randomElement(using: &numbers) else { return [] }
        kill(rank, SIGKILL)
        return [rank]
    }

    /// The identity of a file's contents: a file that is written again has another inode or another time.
    private struct Identity: Equatable {
        var number: ino_t
        var seconds: Int
        var nanoseconds: Int

        init(_ path: String) {
            var status = stat()
            stat(path, &status)
            (number, seconds, nanoseconds) = (status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    /// Checkpoints came every `interval` steps (earlier where mpirun, after the kill, asked the other ranks to stop),
    /// and each restart was from the last one, or from a later one whose row was lost by a kill: so at most one
    /// interval was repeated.
    private func checkRepetition(_ timing: String) throws {
        var last = 0
        for row in text(of: timing).split(separator: "\n").dropFirst() {
            let cells = row.split(separator: ",")
            guard cells.count == 3, let step = Int(cells[1]) else { continue }  // A row that the kill truncated.
            switch cells[0] {
            case "checkpoint":
                #expect((last...last + Self.interval).contains(step), "\(timing): \(step) after \(last)")
                last = step
            case "resume":
                #expect(
                    (last...last + Self.interval).contains(step), "\(timing): from \(step), though \(last) was there")
                last = step
            default: break
            }
        }
        #expect(last == 400)
    }

    /// Twelve calls around checkpoints, and ten bytes within one, are hit one after another in the same folder.
    @Test func killedWhileACheckpointIsWritten() throws {
        var numbers = DrawnNumbers(for: "killedWhileACheckpointIsWritten")
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let reference = try run.reference()
        let first = try callsUntilTheFirstCheckpoint(run)
        // The calls sync files, write the new one, rename it, read it back, and remove an old one.
        let calls = (0..<12).map { "kill-at-file-call=\(first + 2 * $0)" }
        let size = bytes(of: "\(run.folder("reference"))/\(reference.keys.first { $0.hasSuffix(".bin") } ?? "")").count
        #expect(size > 10_000)
        let places = (0..<10).map { _ in Int.random(in: 0..<size - 200, using: &numbers) }
        var last = 0
        for fault in (calls + places.map { "kill-at-checkpoint-byte=\($0)" }).shuffled(using: &numbers) {
            let child = try run.run(ranks: nil, ["--checkpoint-steps", "10"], fault: fault)
            #expect(child.exitCode == SIGKILL, "\(fault): \(child.output)")
            let now = run.checkpoints().last ?? 0
            #expect(now >= last, "\(fault): the checkpoint of \(last) is gone, \(now) is there")
            last = now
        }
        let end = try run.run(ranks: 2, ["--team-size", "2"])
        #expect(end.exitCode == 0, "\(end.output)")
        #expect(!end.output.contains("checkpoint-"), "no checkpoint was damaged: \(end.output)")
        expectEqual(run.results(), reference)
        #expect(run.checkpoints().count == 1, "only the last checkpoint is kept")
        run.expectNothingLeft()
    }

    /// The number of the first file call by which a checkpoint is being written, found between two bounds.
    private func callsUntilTheFirstCheckpoint(_ run: FaultyRun) throws -> Int {
        func isBegun(_ call: Int) throws -> Bool {
            let out = run.folder("calls-\(call)")
            let child = try run.run(
                ranks: nil, ["--checkpoint-steps", "10"], fault: "kill-at-file-call=\(call)", into: out)
            #expect(child.exitCode == SIGKILL, "\(child.output)")
            return files(below: out).contains { $0.contains("/checkpoint-") }
        }
        var (before, after) = (1, 256)
        while after - before > 1 {
            let middle = (before + after) / 2
            if try isBegun(middle) { after = middle } else { before = middle }
        }
        return max(1, before - 6)
    }
}
