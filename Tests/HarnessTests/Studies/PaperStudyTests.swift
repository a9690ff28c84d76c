import Algorithms
import Foundation
import Planning
import Report
import ScratchFiles
import Studies
import Suites
import Testing

/// jobs/studies/paper.yaml covers the paper's whole table.
@Suite struct PaperStudyTests {
    private static func file(_ path: String) throws -> [Substring] {
        try String(contentsOf: Repository.url(path), encoding: .utf8).split(separator: "\n")
    }

    private static func text() throws -> String { try file("jobs/studies/paper.yaml").joined(separator: "\n") }

    @Test func isTheWholeTable() throws {
        let study = try StudyFile.parse(Self.text(), path: "paper.yaml")
        #expect(study.datasets.map(\.name) == PaperTable.datasets)
        #expect(study.seeds == [0, 1, 2, 3, 4] && study.steps == 1_000_000)
        // Columns "(reproduced)" are results of other learners, reproduced by the paper's authors.
        let learners = PaperTable.learners.filter { !$0.hasSuffix("(reproduced)") }
        #expect(study.entries.map(\.learner.name) == learners)
        let cases = StudyPlan(study).cases
        #expect(cases.count == learners.count * PaperTable.datasets.count * study.seeds.count)
        #expect(cases.allSatisfy { $0.variant == "default" }, "every setting is its preset's")
        for studyCase in cases {
            let others: [TaskSuite: [Int]] = [.antmaze: [100_000, 100, 100], .kitchen: [10_000, 10, 50]]
            let expected = others[studyCase.data.suite] ?? [5_000, 10, 10]
            #expect([studyCase.evaluateEvery, studyCase.episodes, studyCase.finalEpisodes] == expected)
        }
    }

    /// The study can be planned.
    @Test func canBePlanned() throws {
        let plan = StudyPlan(try StudyFile.parse(Self.text(), path: "paper.yaml"))
        let model = CostModel(plan.cases, secondsPerMultiplyAdd: 1e-11, hopperStepSeconds: 5e-5)
        let report = try PlanReport(plan, open: Array(plan.cases.indices), ranks: 64, model: model)
        #expect(report.lines.allSatisfy { $0.coreHours > 0.1 && $0.coreHours < 200 })
        let rows = report.cellTable.split(separator: "\n")
        #expect(rows.count == 1 + PaperTable.datasets.count + 1, "one row for each dataset, not each case")
        let names = rows.dropFirst().map { String($0.prefix { $0 != " " }) }
        #expect(names == PaperTable.datasets + ["all"])
    }

    /// The study shown in README is valid, and has as many cases as the chapter on study files computes.
    @Test func theStudyOfTheReadme() throws {
        let lines = try Self.file("README.md").drop { $0 != "    name: ensemble-size" }.prefix {
            !$0.contains("active-bench")
        }
        let study = try StudyFile.parse(lines.joined(separator: "\n"), path: "README.md")
        let cases = StudyPlan(study).cases
        let variants = cases.count / study.datasets.count / study.seeds.count
        #expect(variants > study.entries.count, "a learner is swept over a setting")
        let product = "\(study.datasets.count) datasets × \(study.seeds.count) seeds × \(variants) variants"
        let chapter = try Self.file("Sources/active-bench/Documentation.docc/StudyFiles.md")
        #expect(chapter.contains { $0.contains(product) && $0.hasSuffix(" = \(cases.count) cases.") }, "\(product)")
    }

    /// The first command of README trains every learner of the paper's table with a preset for its dataset.
    @Test func theStudyOfTheFirstCommand() throws {
        let quickstart = try StudyFile.parse(
            Self.file("jobs/studies/quickstart.yaml").joined(separator: "\n"), path: "quickstart.yaml")
        let shown = try Self.file("README.md").first { $0.hasPrefix("| dataset ") }
        let columns = shown?.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(columns == ["dataset"] + quickstart.entries.map(\.learner.name))
        #expect(quickstart.datasets.count == 1 && quickstart.seeds.count == 2, "as README says of its table")
    }
}
