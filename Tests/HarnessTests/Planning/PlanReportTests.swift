import Foundation
import Planning
import Studies
import Testing

@Suite struct PlanReportTests {
    /// Two datasets, IQL and two sizes of ACTIVE-S, two seeds.
    private func report(open: Range<Int>? = nil, teamSize: TeamSize? = nil, rate: Double = 7e10) throws -> PlanReport {
        let plan = StudyPlan(
            try StudyFile.parse(
                """
                name: small
                datasets: [hopper-medium-v2, kitchen-mixed-v0]
                seeds: [0, 1]
                steps: 1e5
                evaluate: {every: 5_000, episodes: 10}
                learners: {IQL: {}, ACTIVE-S: {sweep: {m: [1, 10]}}}
                """, path: "s.yaml"))
        return try PlanReport(
            plan, open: Array(open ?? plan.cases.indices), ranks: 2, teamSize: teamSize,
            model: CostModel(plan.cases, secondsPerMultiplyAdd: 1 / rate, hopperStepSeconds: 5e-5))
    }

    /// A kitchen episode counts 280 steps of 45 units, a Hopper episode 1,000 steps of one unit.
    @Test func coreHoursAreGradientStepsAndFullEpisodes() throws {
        let report = try report()
        for line in report.lines {
            let episode = line.dataset.hasPrefix("kitchen") ? 280 * 45 : 1000.0
            let expected = line.multiplyAdds / 7e10 + 200 * episode * 5e-5
            #expect(abs(line.coreHours * 3600 - expected) < 1e-9 * expected, "\(line.case)")
        }
        #expect(report.rateSentence.contains(": ACTIVE-S at 140 GFLOP/s, IQL at 140 GFLOP/s; episodes in full length"))
    }

    @Test func teamsAreShownWithTheirUnusedRanks() throws {
        let report = try report(teamSize: .ranks(2))
        #expect(report.teamSize == 2 && report.lines.allSatisfy { ($0.teamSize ?? 0) <= min(2, $0.usefulRanks) })
        #expect(report.caseList.contains("0-1 "))
        #expect(report.summary.contains(" on 2 ranks in teams of 2: "))
        #expect(report.surplusSentence == nil)
        #expect(try self.report().surplusSentence == nil)
        #expect(try self.report(teamSize: .ranks(5)).teamSize == 2, "no more ranks than there are")
    }

    @Test func theTableHasEveryCellOnceAndItsSums() throws {
        let report = try report()
        let rows = report.cellTable.split(separator: "\n").map { row in
            row.split(separator: " ").map { String($0) }
        }
        #expect(rows.map { $0[0] } == ["core-hours", "hopper-medium-v2", "kitchen-mixed-v0", "all"])
        #expect(rows[0].joined(separator: " ") == "core-hours IQL ACTIVE-S m=1 ACTIVE-S m=10 all")
        for (row, dataset) in zip(rows[1...2], ["hopper-medium-v2", "kitchen-mixed-v0"]) {
            let cells = ["IQL", "ACTIVE-S m=1", "ACTIVE-S m=10"].map { column in
                report.lines.filter { $0.dataset == dataset && $0.column == column }.map(\.coreHours).reduce(0, +)
            }
            for (text, hours) in zip(row.dropFirst(), cells + [cells.reduce(0, +)]) {
                #expect(abs((Double(text) ?? .nan) - hours) <= 0.006, "\(text) for \(hours)")
            }
        }
        #expect(abs((Double(rows[3].last ?? "") ?? .nan) - report.coreHours) <= 0.006)
        #expect(Set(report.cellTable.split(separator: "\n").map(\.count)).count == 1, "aligned")
    }

    @Test func finishedCasesHaveNoRankAndAreNotCounted() throws {
        let report = try report(open: 0..<4)
        #expect(report.lines.map(\.state) == Array(repeating: "todo", count: 4) + Array(repeating: "done", count: 8))
        #expect(report.lines.map { $0.rank == nil } == report.lines.map { $0.state == "done" })
        #expect(report.summary.hasPrefix("12 cases, 4 to do on 2 ranks: "))
        let list = report.caseList.split(separator: "\n")
        #expect(list.count == 13 && list[0] == "ranks    state  Tera-multiply-adds  case")
        #expect(list.dropFirst().map { String($0.split(separator: " ").last ?? "") } == report.lines.map(\.case))
        #expect(
            try self.report(open: 0..<0).summary.hasSuffix(": 0.0000 core-hours, predicted makespan 0s, imbalance 1.00")
        )
    }

    @Test func json() throws {
        struct Document: Decodable {
            let study: String
            let ranks: Int
            let teamSize: Int
            let makespan, imbalance, coreHours, coreHoursToDo: Double
            let multiplyAddsPerSecond: [String: Double]
            let cases: [PlanReport.Line]
        }
        let report = try report(open: 2..<12)
        let document = try JSONDecoder().decode(Document.self, from: Data(report.json().utf8))
        #expect(document.study == "small" && document.ranks == 2 && document.teamSize == 1)
        #expect(document.cases == report.lines && document.makespan == report.makespan)
        #expect(document.multiplyAddsPerSecond.keys.sorted() == ["ACTIVE-S", "IQL"])
        #expect(document.coreHours == report.coreHours && document.coreHoursToDo < report.coreHours)
    }

    /// Rollouts of the kitchen take long: of two otherwise equal studies the one that evaluates more often costs more.
    @Test func evaluationsCount() throws {
        func hours(_ evaluate: String) throws -> Double {
            let plan = StudyPlan(
                try StudyFile.parse(
                    """
                    {name: x, datasets: [kitchen-mixed-v0], seeds: [0], steps: 1000, evaluate: {\(evaluate)},
                     learners: {IQL: {}}}
                    """, path: "s.yaml"))
            let model = CostModel(plan.cases, secondsPerMultiplyAdd: 0, hopperStepSeconds: 1)
            return try PlanReport(plan, open: [0], ranks: 1, model: model).makespan
        }
        let once = try hours("every: 1000, episodes: 10")
        #expect(try hours("every: 500, episodes: 10") > once)
        let more = try hours("every: 1000, episodes: 10, final_episodes: 50")
        #expect(try hours("every: 1000, episodes: 50") == more)
        #expect(abs((more - once) - 40 * 280 * 45) < 1, "forty episodes of 280 steps of 45 of Hopper's")
    }
}
