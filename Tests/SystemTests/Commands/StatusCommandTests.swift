import Foundation
import Processes
import ProgramRuns
import RunFolders
import ScratchFiles
import Testing

/// `active-bench status` during and after a run.
@Suite struct StatusCommandTests {
    private let folder = TemporaryFolder()

    private struct Answer: Decodable {
        let done, running, waiting: Int
        let cases: [RunStatus.Line]
    }

    private func status() throws -> Answer {
        let child = try SystemRun.activeBench("status", folder("out"), "--json")
        try #require(child.exitCode == 0, "\(child.output)")
        return try JSONDecoder().decode(Answer.self, from: Data(child.standardOutput.utf8))
    }

    /// The status during the run, after its processes were killed, and after the next run has finished it.
    @Test func aRunFromItsBeginningToItsEnd() throws {
        let steps = 600
        let study = SystemRun.study.replacing("steps: 60", with: "steps: \(steps)").replacing(
            "every: 25", with: "every: 500")
        put(study.utf8, at: folder("study.yaml"))
        let arguments = ["run", folder("study.yaml"), "--out", folder("out"), "--checkpoint-steps", "10"]
        let job = try RunningProcess(
            "active-bench", arguments, ranks: 2,
            environment: ["ACTIVE_BENCH_DATA": SystemRun.inputs.path, "ACTIVE_BENCH_FAULT": "sleep=50"])
        var seen: [RunStatus.Line] = []
        try waitUntil("two cases in training, with checkpoints", orEndOf: job, every: 0.2) {
            let saved = Set(
                files(below: folder("out")).filter { $0.hasSuffix(".bin") }.map {
                    ($0 as NSString).deletingLastPathComponent
                })
            guard saved.count >= 2 else { return false }
            // A checkpoint shows its step before the first heartbeat of training does.
            seen = try status().cases.filter { $0.state == .running && $0.stepsPerSecond != nil }
            return seen.count >= 2
        }
        #expect(seen.count == 2 && Set(seen.compactMap(\.ranks)) == [[0], [1]], "\(seen)")
        #expect(
            seen.allSatisfy { (1..<steps).contains($0.step) && $0.phase == "training" && $0.stepsPerSecond ?? 0 > 0 })
        #expect(seen.allSatisfy { ($0.secondsLeft ?? -1) > 0 && $0.hosts == [CurrentProcess.host] })

        let ranks = RunningProcess.identifiers(of: "active-bench", withArgument: folder("out"))
        #expect(ranks.count == 2)
        for process in RunningProcess.identifiers(of: "mpirun", withArgument: folder("out")) + ranks {
            kill(process, SIGKILL)
        }
        #expect(try job.end().exitCode != 0)
        let after = try status()
        #expect(after.running == 0 && after.waiting + after.done == 6)
        let interrupted = after.cases.filter { $0.state == .interrupted }
        #expect(interrupted.count == 2 && interrupted.allSatisfy { $0.reason == "which is gone" && $0.step > 0 })
        let text = try SystemRun.activeBench("status", folder("out")).standardOutput
        #expect(text.contains("interrupted at step ") && text.contains("silent:\n  rank 0 of 2 on "), "\(text)")

        let next = try ChildProcess.run(
            "active-bench", arguments, ranks: 2, environment: ["ACTIVE_BENCH_DATA": SystemRun.inputs.path])
        #expect(next.exitCode == 0, "\(next.output)")
        let end = try SystemRun.activeBench("status", folder("out"), "--watch", "0.2")
        #expect(end.exitCode == 0)
        #expect(end.standardOutput == "\(folder("out")): 6 cases: 6 done, 0 running, 0 waiting, 0 failed\n\n")
    }

    /// A job that asks about others is told that they work once their heartbeat has moved, and at once of a free case.
    @Test func whetherOthersAreAtWork() throws {
        func look() throws -> ChildProcess { try SystemRun.activeBench("status", folder("out"), "--others-at-work") }
        put(SystemRun.study.replacing("seeds: [0, 1]", with: "seeds: [0]").utf8, at: folder("study.yaml"))
        let job = try RunningProcess(
            "active-bench", ["run", folder("study.yaml"), "--out", folder("out")], ranks: 3,
            environment: ["ACTIVE_BENCH_DATA": SystemRun.inputs.path, "ACTIVE_BENCH_FAULT": "sleep=1000"])
        waitUntil("three cases in work", orEndOf: job) {
            files(below: folder("out")).count { $0.hasSuffix("/timing.csv") } == 3
        }
        let busy = try look()
        #expect(job.isRunning && busy.exitCode == 0, "\(busy.output)")
        #expect(
            busy.output.contains("waiting until a heartbeat changes or its claim expires: pid ")
                && busy.output.contains(
                    "open cases is in use by another job, whose heartbeat changes: pid "),
            "\(busy.output)")
        for rank in RunningProcess.identifiers(of: "active-bench", withArgument: folder("out")) { kill(rank, SIGKILL) }
        #expect(try job.end().exitCode != 0)
        let free = try look()
        #expect(free.exitCode == 75 && free.output.contains("which is gone): run it again\n"), "\(free.output)")
        let end = try SystemRun.run(text(of: folder("study.yaml")), in: folder, ranks: 1)
        #expect(end.exitCode == 0, "\(end.output)")
        let done = try look()
        #expect(done.exitCode == 0 && done.output.contains("\(folder("out")): every case is done\n"), "\(done.output)")
    }

    @Test func aFolderWithoutARun() throws {
        let child = try SystemRun.activeBench("status", folder.path)
        #expect(child.exitCode == 65 && child.standardOutput.isEmpty)
        #expect(
            child.errorLines == ["\(folder("run.json")): no such file; expected a folder made by `active-bench run`"])
    }
}
