import ArgumentParser
import Foundation
import Planning
import RunFolders
import Studies

/// `active-bench plan`: shows what `run` would do.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what a study costs, which rank would run which case, and what is done.",
        discussion: """
            Core-hours are predicted for gradient steps, from a few measured ones of each learner, and full-length \
            episodes. Up to 40 cases are listed one per line; with --cases any number. Datasets that are missing or cannot \
            be read, and settings that are only guesses, are named on standard error; the plan does not depend on them.
            """)

    @Argument(help: "Study file (YAML).")
    var study: String
    @Option(help: "Ranks that share the cases.")
    var ranks = 1
    @Option(help: "Ranks that work on a case together, or auto. (default: the study's team_size, or 1)")
    var teamSize: TeamSize?
    @Option(help: "Run folder, to show which cases are done.")
    var out: String?
    @Flag(help: "List the cases, even if there are more than 40.")
    var cases = false
    @Flag(help: "As JSON, with every case.")
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(ranks) else {
            throw ValidationError("--ranks: expected 1 or more, found \(ranks)")
        }
    }

    func run() throws {
        try runAlone {
            let plan = StudyPlan(try StudyFile.read(study).study)
            let folder = out.map { RunFolder($0) }
            try folder?.requireFolder()
            try folder?.requirePathsFit(for: plan)
            let open = try plan.cases.indices.filter { try !(folder?.isDone(plan.cases[$0]) ?? false) }
            noteRemarks(on: plan, open: open)
            let model = try CostModel(measuring: plan.cases)
            var begun: [Int: Int] = [:]
            for index in open {
                if let steps = try folder?.startingStep(of: plan.cases[index]), steps > 0 { begun[index] = steps }
            }
            let report = try PlanReport(
                plan, open: open, stepsBefore: begun, ranks: ranks, teamSize: teamSize, model: model)
            if json { return try emit(line: try report.json()) }
            let parts = [
                cases || report.lines.count <= 40 ? report.caseList : nil, report.cellTable, report.rateSentence,
                report.surplusSentence, report.summary,
            ]
            try emit(parts.compactMap { $0.map { $0 + "\n" } }.joined())
        }
    }
}
