import Foundation
import ProgramRuns
import ScratchFiles
import Testing

@Suite struct StudyRunTests {
    let folder = TemporaryFolder()

    @Test func leavesEveryFile() throws {
        let names = Set(SystemRun.reference.keys)
        let ofACase = ["config.yaml", "curve.csv", "evaluations.csv", "policy.safetensors", "result.json"]
        let expected = SystemRun.cases.flatMap { one in ofACase.map { "cases/\(one)/\($0)" } }
        #expect(names == Set(expected + ["table.md", "table.tex", "table.csv"]))
        #expect(SystemRun.reference.values.allSatisfy { !$0.isEmpty })
        let others = Set(SystemRun.undisturbed.files.map { $0.replacing("out/", with: "") }).subtracting(names)
        let volatile = SystemRun.cases.flatMap { ["cases/\($0)/provenance.json", "cases/\($0)/timing.csv"] }
        #expect(
            others == Set(volatile + ["study.yaml", "run.json", "logs/makespan.json", "logs/rank-0000.log"]),
            "and no temporary file")
    }

    /// The program's first promise: neither the rank that computes a case nor the cases that run at the same time
    /// change a bit of it.
    @Test(arguments: [2, 3]) func anyNumberOfRanksGivesTheSameFiles(ranks: Int) throws {
        let child = try SystemRun.run(in: folder, ranks: ranks)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.standardOutput == text(of: folder("out/table.md")), "the table is what is printed")
        expectEqual(SystemRun.results(folder("out")), SystemRun.reference)
        #expect(child.standardError.contains("small: 6 cases on \(ranks) ranks\n"))
        let logs = files(below: folder("out/logs")).filter { $0 != "makespan.json" }
        #expect(logs == (0..<ranks).map { "rank-000\($0).log" })
        let begun = logs.flatMap { text(of: folder("out/logs/\($0)")).split(separator: "\n") }.filter {
            $0.contains(" begin ")
        }
        #expect(begun.count == 6, "every case once")
    }

    /// All learners, and ACTIVE's switches, from the study file to the table.
    static let allLearners = """
        name: all
        datasets: [hopper-random-r1]
        seeds: [0]
        steps: 30
        evaluate: {every: 30, episodes: 1}
        learners:
          BC: {hidden: [16, 16], batch: 32}
          CQL: {hidden: [16, 16], critic_hidden: [16, 16, 16], batch: 32, sweep: {lagrange: [true, false]}}
          TD3+BC: {hidden: [16, 16], batch: 32}
          IQL: {hidden: [16, 16], batch: 32}
          SQL: {hidden: [16, 16], batch: 32, actor_dropout: 0.1}
          ACTIVE-I: {hidden: [16, 16], batch: 32, sweep: {backup: [min, mean, quantile]}}
          ACTIVE-S: {hidden: [16, 16], batch: 32, sweep: {cloning_temperature: [adaptive, fixed, off]}}
        """

    @Test func everyLearnerRunsAndGivesTheSameFilesOnAnyNumberOfRanks() throws {
        let one = try SystemRun.run(Self.allLearners, in: folder, ranks: 1)
        #expect(one.exitCode == 0, "\(one.output)")
        let results = SystemRun.results(folder("out"))
        #expect(results.keys.count { $0.hasSuffix("/result.json") } == 12)
        for (name, bytes) in results where name.hasSuffix("curve.csv") {
            let rows = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            #expect(rows.count == 3 && rows[0].hasPrefix("step,") && rows[0].hasSuffix(",diverged"), "\(name)")
            #expect(rows[2].split(separator: ",").allSatisfy { Double($0)?.isFinite == true }, "\(name): \(rows[2])")
        }
        let other = TemporaryFolder()
        #expect(try SystemRun.run(Self.allLearners, in: other, ranks: 3).exitCode == 0)
        expectEqual(SystemRun.results(other("out")), results)
    }

    /// A case that diverges is marked in its result and in the table, and the others go on.
    @Test func aDivergedCaseStopsNoOther() throws {
        let wild = "learning_rate: 0.3, discount: 1, target_rate: 1, expectile: 0.99"  // The targets diverge.
        let study = SystemRun.study.replacing("IQL: {hidden", with: "IQL: {\(wild), hidden")
        let child = try SystemRun.run(study, in: folder, ranks: 2)
        #expect(child.exitCode == 0, "\(child.output)")
        let results = SystemRun.results(folder("out")).filter { $0.key.hasSuffix("/result.json") }
        #expect(results.count == 6)
        for (name, bytes) in results {
            let isMarked = String(decoding: bytes, as: UTF8.self).contains("\"divergence\"")
            #expect(isMarked == name.hasPrefix("cases/IQL/"), "\(name)")
        }
        #expect(child.standardOutput.contains("seed 0 diverged by step "))
    }

    @Test func aSecondRunKeepsFinishedCases() throws {
        #expect(try SystemRun.run(in: folder, ranks: 2).exitCode == 0)
        let volatile = files(below: folder("out/cases")).filter {
            $0.hasSuffix("provenance.json") || $0.hasSuffix("timing.csv")
        }
        let before = volatile.map { bytes(of: folder("out/cases/\($0)")) }
        let second = try SystemRun.run(in: folder, ranks: 2)
        #expect(second.exitCode == 0, "\(second.output)")
        #expect(
            second.standardError.contains("6 cases on 2 ranks; 6 of them done before and kept\n"), "\(second.output)")
        #expect(second.standardOutput == text(of: folder("out/table.md")))
        expectEqual(SystemRun.results(folder("out")), SystemRun.reference)
        #expect(volatile.map { bytes(of: folder("out/cases/\($0)")) } == before, "nothing was computed again")

        // A case without its result is not done, whatever other files it has.
        let lost = folder("out/cases/\(SystemRun.cases[3])")
        try FileManager.default.removeItem(atPath: "\(lost)/result.json")
        let third = try SystemRun.run(in: folder, ranks: 2)
        #expect(third.exitCode == 0, "\(third.output)")
        #expect(third.standardError.contains("; 5 of them done before and kept\n"), "\(third.output)")
        expectEqual(SystemRun.results(folder("out")), SystemRun.reference)

        // Results of two studies must not mix under one name.
        let changed = try SystemRun.run(SystemRun.study.replacing("steps: 60", with: "steps: 70"), in: folder, ranks: 2)
        #expect(changed.exitCode == 65, "\(changed.output)")
        #expect(
            changed.errorLines == [
                "\(folder("out"))/cases/\(SystemRun.cases[0])/config.yaml has 'steps: 60' where the study now has "
                    + "'steps: 70', and the case cannot continue from there: the rate of IQL's policy falls along a cosine "
                    + "that ends with the last step, so its first steps were different: choose another --out folder, or "
                    + "remove this case's"
            ])
        expectEqual(SystemRun.results(folder("out")), SystemRun.reference)
        #expect(text(of: folder("out/run.json")).contains("steps: 60"), "the manifest still describes the run")
    }

    /// A node fails or a batch system kills a rank.
    @Test func aKilledRankEndsTheJobAndTheNextRunCompletesIt() throws {
        let study = SystemRun.study.replacing("steps: 60", with: "steps: 4000")
        put(study.utf8, at: folder("study.yaml"))
        func start(_ out: String, ranks: Int, fault: String? = nil) throws -> RunningProcess {
            var environment = ["ACTIVE_BENCH_DATA": SystemRun.inputs.path]
            environment["ACTIVE_BENCH_FAULT"] = fault
            return try RunningProcess(
                "active-bench", ["run", folder("study.yaml"), "--out", folder(out)], ranks: ranks,
                environment: environment)
        }
        // During the run: one case is done, and the second rank works, for up to a minute.
        let job = try start("out", ranks: 2, fault: "rank=1,sleep=20")
        var done: [String] = []
        waitUntil("a result", orEndOf: job) {
            done = files(below: folder("out")).filter { $0.hasSuffix("/result.json") }
            return !done.isEmpty
        }
        let ranks = RunningProcess.identifiers(of: "active-bench", withArgument: folder("out"))
        #expect(ranks.count == 2 && done.count < 6, "the signal came too late: \(done.count) of 6 cases are done")
        kill(try #require(ranks.last), SIGKILL)
        let end = try job.end()
        #expect(end.exitCode != 0 && end.exitCode != 124, "\(end.output)")
        #expect(RunningProcess.identifiers(of: "active-bench", withArgument: folder("out")).isEmpty, "no rank is left")
        #expect(!files(below: folder("out")).contains("table.md"))

        let resumed = try start("out", ranks: 2).end()
        #expect(resumed.exitCode == 0, "\(resumed.output)")
        #expect(resumed.standardError.contains("of them done before and kept"), "\(resumed.output)")
        let undisturbed = try start("reference", ranks: 2).end()
        #expect(undisturbed.exitCode == 0, "\(undisturbed.output)")
        let leftovers = files(below: folder("out/cases")).filter { $0.contains(".tmp-") }
        #expect(leftovers.isEmpty, "\(leftovers)")
        expectEqual(SystemRun.results(folder("out")), SystemRun.results(folder("reference")))
    }
}
