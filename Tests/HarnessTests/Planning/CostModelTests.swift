import Algorithms
import Foundation
import ManualClock
import Planning
import Studies
import Testing

@Suite struct CostModelTests {
    private static let small = "hidden: [16, 16], batch: 32"

    private func plan(_ learners: String, datasets: String = "hopper-random-r1") throws -> StudyPlan {
        StudyPlan(
            try StudyFile.parse(
                """
                name: cost
                datasets: [\(datasets)]
                seeds: [0, 1]
                steps: 1000
                evaluate: {every: 500, episodes: 2}
                learners: {\(learners)}
                """, path: "cost.yaml"))
    }

    /// Every learner is measured, on a clock by which any number of steps takes 10 ms: two steps
    /// are tried, then as many as fill 20 ms at their rate, which are four.
    @Test func measuresEveryLearner() throws {
        let learners = LearnerRegistry.standard.learners
        let plan = try plan(learners.map { SmallRun.entry($0) }.joined(separator: ", "))
        let model = try CostModel(measuring: plan.cases, clock: ManualClock(secondsPerLook: 0.01).clock)
        #expect(model.secondsPerMultiplyAdd.count == learners.count, "each once, whatever the number of seeds")
        for studyCase in plan.cases {
            let (seconds, work) = (try model.stepSeconds(studyCase), try model.work(studyCase))
            #expect(abs(seconds - 0.0025) < 1e-12, "\(studyCase.identifier): \(seconds)")
            #expect(work.seconds.allSatisfy { $0.isFinite && $0 > 0 } && work.seconds.count == work.usefulRanks)
            #expect(work.seconds(on: 1) > 999 * seconds, "all steps, and the episodes")
        }
        let steps = 0.01 / model.hopperStepSeconds
        #expect(
            abs(steps - steps.rounded()) < 1e-6 && (20...20_000).contains(steps), "steps of twenty episodes: \(steps)")
    }

    @Test func noCasesNeedNoMeasurement() throws {
        let model = try CostModel(measuring: [])
        #expect(model.secondsPerMultiplyAdd.isEmpty && model.hopperStepSeconds == 0)
    }

    /// The cost of a step depends on the sizes of its networks, not on names or rates.
    @Test func kindsAreMeasuredOnce() throws {
        let cases = try plan(
            "IQL: {sweep: {expectile: [0.6, 0.7]}}, BC: {sweep: {batch: [32, 64]}}, SQL: {}"
        ).cases
        #expect(Set(cases.map { CostModel.kind($0) }).count == 4)
    }

    /// One slow rank changes nothing; what only some ranks have measured counts as well.
    @Test func theMedianOfTheRanksMeasurements() throws {
        let (iql, sql) = (try plan("IQL: {}").cases, try plan("SQL: {}").cases)
        func model(_ cases: [StudyCase], _ seconds: Double) -> CostModel {
            CostModel(cases, secondsPerMultiplyAdd: seconds, hopperStepSeconds: 10 * seconds)
        }
        let middle = CostModel(median: [model(iql, 3), model(iql, 100), model(iql, 1), model(sql, 7), model(iql, 4)])
        #expect(middle.secondsPerMultiplyAdd == [CostModel.kind(iql[0]): 4, CostModel.kind(sql[0]): 7])
        #expect(middle.hopperStepSeconds == 40)
        #expect(CostModel(median: []).secondsPerMultiplyAdd.isEmpty)
        let single = model(iql, 0.1 + 0.2)
        #expect(CostModel(median: [single]) == single)
        #expect(
            try JSONDecoder().decode(CostModel.self, from: JSONEncoder().encode(single)) == single,
            "to the last bit")
    }

    /// More ranks take less time, as long as each has work, and never less than their share.
    @Test func teamsAreFasterUpToTheUsefulRanks() throws {
        for learner in ["ACTIVE-I: {m: 10}", "ACTIVE-S: {m: 4}", "IQL: {}", "CQL: {}", "BC: {}"] {
            let studyCase = try plan(learner).cases[0]
            let model = CostModel([studyCase], secondsPerMultiplyAdd: 1e-11, hopperStepSeconds: 5e-5)
            let work = try model.work(studyCase)
            #expect(work.seconds.count == work.usefulRanks)
            for ranks in 1..<work.usefulRanks {
                #expect(work.seconds(on: ranks + 1) < work.seconds(on: ranks), "\(learner) on \(ranks + 1)")
                #expect(work.seconds(on: ranks + 1) >= work.seconds(on: 1) / Double(ranks + 1) * (1 - 1e-12))
            }
            #expect(work.seconds(on: 1000) == work.seconds(on: work.usefulRanks))
        }
        func useful(_ learner: String) throws -> Int {
            let studyCase = try plan(learner).cases[0]
            return try CostModel([studyCase], secondsPerMultiplyAdd: 1, hopperStepSeconds: 1).work(studyCase)
                .usefulRanks
        }
        #expect(try useful("BC: {}") == 1 && useful("ACTIVE-I: {m: 10}") > useful("ACTIVE-I: {m: 2}"))
    }

    /// A policy's episodes take the environment's time, whatever the learner.
    @Test func episodesAreCountedInFullLength() throws {
        let studyCase = try plan("BC: {}").cases[0]
        let model = CostModel([studyCase], secondsPerMultiplyAdd: 0, hopperStepSeconds: 1e-3)
        #expect(abs(try model.work(studyCase).seconds(on: 1) - 2 * 2 * 1000 * 1e-3) < 1e-9)
    }
}
