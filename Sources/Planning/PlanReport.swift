import Foundation
import Numerics
import Report
import Storage
package import Studies

/// The output of `active-bench plan`: who would run which case, and what the study costs.
///
/// Core-hours consist of gradient steps, measured for each learner when the plan is made, and full-length episodes. A
/// run assigns cases only when a team becomes free; the plan shows the assignment if every case takes its predicted
/// time.
package struct PlanReport: Sendable {
    /// One case and its assignment.
    package struct Line: Sendable, Codable, Equatable {
        /// `StudyCase.identifier`.
        package var `case`: String
        /// The case's row in the table.
        package var dataset: String
        /// The case's column in the table.
        package var column: String
        package var seed: Int
        /// "todo", "begun" (there is a checkpoint to resume from) or "done".
        package var state: String
        /// The first rank that would run the case; nil for a case that is done.
        package var rank: Int?
        /// The number of ranks that would run the case together; nil for a case that is done.
        package var teamSize: Int?
        /// The number of ranks that have work in the case.
        package var usefulRanks: Int
        /// The predicted start in seconds after the first case's; nil for a case that is done.
        package var start: Double?
        /// The exact number of multiply-adds in all gradient steps.
        package var multiplyAdds: Double
        /// The predicted core-hours on a core like this one; for a begun case those that remain.
        package var coreHours: Double
    }

    /// All cases, in the plan's order.
    package let lines: [Line]
    package let study: String
    /// The number of ranks that share the cases.
    package let ranks: Int
    /// The number of ranks per team.
    package let teamSize: Int
    /// The predicted seconds until the last case is done.
    package let makespan: Double
    /// The busiest rank's predicted seconds divided by the mean over ranks.
    package let imbalance: Double
    private let model: CostModel

    /// - Parameters:
    ///   - open: the indices of the cases that are not done.
    ///   - stepsBefore: the gradient steps already made, by case index.
    ///   - teamSize: the ranks per team; nil for the study's choice, or 1.
    ///   - model: the predicted times of steps and episodes.
    /// - Throws: `EnvironmentError` for an unknown environment.
    package init(
        _ plan: StudyPlan, open: [Int], stepsBefore: [Int: Int] = [:], ranks: Int, teamSize asked: TeamSize? = nil,
        model: CostModel
    ) throws {
        var works = try plan.cases.map { try model.work($0) }
        for (index, steps) in stepsBefore {
            works[index].scale(by: 1 - Double(steps) / Double(plan.cases[index].steps))
        }
        teamSize = (asked ?? plan.study.teamSize ?? .ranks(1)).resolved(open, works, ranks: ranks)
        let schedule = Schedule(open, works, ranks: ranks, teamSize: teamSize)
        lines = try plan.cases.enumerated().map { index, studyCase in
            let assignment = schedule.assignments[index]
            return Line(
                case: studyCase.identifier, dataset: studyCase.dataset, column: studyCase.column, seed: studyCase.seed,
                state: assignment == nil ? "done" : stepsBefore[index] == nil ? "todo" : "begun",
                rank: assignment?.ranks.lowerBound,
                teamSize: assignment?.ranks.count, usefulRanks: works[index].usefulRanks, start: assignment?.start,
                multiplyAdds: Double(studyCase.steps) * (try CostModel.multiplyAdds(studyCase)),
                coreHours: works[index].seconds(on: 1) / 3600)
        }
        self.model = model
        self.ranks = ranks
        makespan = schedule.makespan
        imbalance = schedule.imbalance
        study = plan.study.name
    }

    /// The core-hours of the whole study.
    package var coreHours: Double { lines.map(\.coreHours).reduce(0, +) }

    /// The cases, one per line.
    package var caseList: String {
        let header = "ranks    state  Tera-multiply-adds  case\n"
        return lines.reduce(into: header) { text, line in
            text += Self.name(line).padding(toLength: 9, withPad: " ", startingAt: 0)
            text += line.state.padding(toLength: 7, withPad: " ", startingAt: 0)
            text += String(format: "%18.2f  ", line.multiplyAdds * 1e-12) + line.case + "\n"
        }
    }

    /// The core-hours of every cell of the table, summed over its seeds, with totals.
    package var cellTable: String {
        var hours: [String: [String: Double]] = [:]
        var (datasets, columns): ([String], [String]) = ([], [])
        for line in lines {
            if hours[line.dataset] == nil { datasets.append(line.dataset) }
            if !columns.contains(line.column) { columns.append(line.column) }
            hours[line.dataset, default: [:]][line.column, default: 0] += line.coreHours
        }
        var rows = [["core-hours"] + columns + ["all"]]
        for dataset in datasets {
            let cells = columns.map { hours[dataset]?[$0] ?? 0 }
            rows.append([dataset] + (cells + [cells.reduce(0, +)]).map(Self.text))
        }
        let sums = columns.map { column in datasets.map { hours[$0]?[column] ?? 0 }.reduce(0, +) }
        rows.append(["all"] + (sums + [sums.reduce(0, +)]).map(Self.text))
        let widths = rows[0].indices.map { i in rows.map { $0[i].count }.max() ?? 0 }
        let lines = rows.map { row in
            row.enumerated().map { i, text in
                let space = String(repeating: " ", count: widths[i] - text.count)
                return i == 0 ? text + space : space + text
            }.joined(separator: "  ")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Hours with two to four decimals when small, else with one.
    private static func text(_ hours: Double) -> String {
        String(format: hours < 0.1 ? "%.4f" : hours < 10 ? "%.2f" : "%.1f", hours)
    }

    /// "3", "2-3"; "-" for a case that is done.
    private static func name(_ line: Line) -> String {
        guard let first = line.rank, let count = line.teamSize else { return "-" }
        return count == 1 ? "\(first)" : "\(first)-\(first + count - 1)"
    }

    /// "gradient steps measured just now (products: own, in vectors of 64 bytes): ACTIVE-I at 181 GFLOP/s, IQL at 190
    /// GFLOP/s; …".
    package var rateSentence: String {
        "gradient steps measured just now (products: \(ProductBackEnd.current.detail)): "
            + model.rates.map { name, rate in String(format: "\(name) at %.0f GFLOP/s", 2e-9 * rate) }
            .joined(separator: ", ") + "; episodes in full length included"
    }

    /// A sentence on the cases that cannot use a whole team, and what the remaining ranks do; nil if all can.
    package var surplusSentence: String? {
        let small = lines.filter { $0.rank != nil && $0.usefulRanks < teamSize }
        guard teamSize > 1, !small.isEmpty else { return nil }
        var columns: [String: Int] = [:]
        for line in small { columns[line.column] = line.usefulRanks }
        let names = columns.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "of \(teamSize) ranks some cases have use for fewer (\(names)): the others work on other cases"
    }

    /// "540 cases, 540 to do on 16 ranks: …".
    package var summary: String {
        let open = lines.filter { $0.rank != nil }
        let hours = open.map(\.coreHours).reduce(0, +)
        let teams = teamSize > 1 ? " in teams of \(teamSize)" : ""
        return "\(lines.count) cases, \(open.count) to do on \(ranks) rank\(ranks == 1 ? "" : "s")\(teams): "
            + "\(Self.text(hours)) core-hours, predicted makespan \(duration(makespan)), "
            + String(format: "imbalance %.2f", imbalance)
    }

    /// The report as JSON.
    package func json() throws -> String {
        struct Document: Encodable {
            let study: String
            let ranks: Int
            let teamSize: Int
            let makespan: Double
            let imbalance: Double
            let multiplyAddsPerSecond: [String: Double]
            let coreHours: Double
            let coreHoursToDo: Double
            let cases: [Line]
        }
        let open = lines.filter { $0.rank != nil }
        let document = Document(
            study: study, ranks: ranks, teamSize: teamSize, makespan: makespan, imbalance: imbalance,
            multiplyAddsPerSecond: Dictionary(model.rates.map { ($0.name, $0.rate) }, uniquingKeysWith: min),
            coreHours: coreHours, coreHoursToDo: open.map(\.coreHours).reduce(0, +), cases: lines)
        return try jsonText(document)
    }
}
