import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// A study whose `steps` was raised resumes on ranks and teams, also after kills, or is refused in one sentence.
@Suite struct LongerStudyTests {
    let folder = TemporaryFolder()
    private static let learners = """
          TD3+BC: {hidden: [16, 16], batch: 32}
          CQL: {hidden: [16, 16], critic_hidden: [16, 16], batch: 32, sampled_actions: 3}
        """

    private func study(_ steps: Int, _ learners: String = learners) -> String {
        """
        name: longer
        datasets: [hopper-random-r1]
        seeds: [0]
        steps: \(steps)
        evaluate: {every: 40, episodes: 2, final_episodes: 3}
        learners:
        \(learners)
        """
    }

    private func run(
        _ steps: Int, ranks: Int? = nil, teamSize: Int = 1, into out: String = "out", fault: String? = nil,
        _ learners: String = learners, keeps: Bool = true
    ) throws -> ChildProcess {
        put(study(steps, learners).utf8, at: folder("study.yaml"))
        var environment = ["ACTIVE_BENCH_DATA": SystemRun.inputs.path]
        environment["ACTIVE_BENCH_FAULT"] = fault
        return try ChildProcess.run(
            "active-bench",
            ["run", folder("study.yaml"), "--out", folder(out), "--team-size", "\(teamSize)"]
                + (keeps ? ["--keep-checkpoints"] : []), ranks: ranks, environment: environment)
    }

    /// The study is lengthened repeatedly, alone and in a team, and with a rank's death at every early file call.
    @Test func equalsTheStraightRun() throws {
        #expect(try run(50, ranks: 2).exitCode == 0)
        #expect(try run(90, ranks: 2, teamSize: 2).exitCode == 0)
        for call in [14, 22, 30, 38, 46, 54, 62] { _ = try run(130, fault: "kill-at-file-call=\(call)") }
        let last = try run(130)
        #expect(last.exitCode == 0, "\(last.output)")
        #expect(try run(130, into: "straight").exitCode == 0)
        let straight = SystemRun.results(folder("straight"))
        #expect(straight.count == 2 * 6 + 3, "\(straight.keys.sorted())")
        expectEqual(SystemRun.results(folder("out")), straight)
    }

    /// A diverged case ended before its last step. A run that keeps no
    /// checkpoints does not remove the one that was kept.
    @Test func aDivergedCaseKeepsItsCheckpoint() throws {
        let fault = "case-step=30,kind=nan"
        #expect(try run(60, fault: fault).exitCode == 0)
        let kept = files(below: folder("out")).filter { $0.hasSuffix("/checkpoint-0000000040.bin") }
        #expect(kept.count == 2, "\(files(below: folder("out")))")
        let before = SystemRun.results(folder("out"))
        #expect(try run(60, keeps: false).exitCode == 0)
        expectEqual(SystemRun.results(folder("out")), before)
        let longer = try run(110)
        #expect(longer.exitCode == 0, "\(longer.output)")
        #expect(try run(110, into: "straight", fault: fault).exitCode == 0)
        expectEqual(SystemRun.results(folder("out")), SystemRun.results(folder("straight")))
    }

    /// While a study is being extended, cases finished with fewer steps are not in its table.
    @Test func aFolderBeingExtended() throws {
        #expect(try run(40).exitCode == 0)
        let stopped = try run(80, fault: "rank=0,case-step=41,kind=exit")
        #expect(stopped.exitCode != 0)
        let status = try SystemRun.activeBench("status", folder("out"))
        #expect(status.exitCode == 0 && status.standardOutput.contains("2 cases: 0 done"), "\(status.output)")
        let table = try SystemRun.activeBench("table", folder("out"))
        #expect(table.exitCode == 0 && !table.standardOutput.contains("±0"), "\(table.output)")
        let plan = try SystemRun.activeBench("plan", folder("study.yaml"), "--ranks", "1", "--out", folder("out"))
        #expect(plan.exitCode == 0, "\(plan.output)")
        #expect(try run(80).exitCode == 0)
    }

    @Test(arguments: [
        ("  IQL: {hidden: [16, 16], batch: 32}", true, "the rate of IQL's policy falls along a cosine"),
        (learners, false, "no checkpoint is left of it (--keep-checkpoints keeps the last)"),
    ])
    func isRefusedBeforeAnythingIsTouched(learners: String, keeps: Bool, reason: String) throws {
        #expect(try run(40, learners, keeps: keeps).exitCode == 0)
        let before = SystemRun.results(folder("out"))
        let child = try run(80, ranks: 2, learners, keeps: keeps)
        #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
        #expect(child.errorLines.first?.contains(reason) == true, "\(child.output)")
        expectEqual(SystemRun.results(folder("out")), before)
        #expect(try run(40, learners, keeps: keeps).exitCode == 0, "the old study is as done as before")
    }
}
