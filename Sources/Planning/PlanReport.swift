import Foundation
import Numerics
import Report
package import Studies

/// What `active-bench plan` has to say: who would run which case, and what the study costs.
///
/// Core-hours are gradient steps, each learner's measured when the plan is made, and full-length episodes. Who runs what is
/// decided when a team has nothing to do; predicted is what comes of it if every case takes its predicted time.
package struct PlanReport: Sendable {
    /// One case and what would become of it.
    package struct Line: Sendable, Codable, Equatable {
        /// `StudyCase.identifier`.
        package var `case`: String
        /// The table's row.
        package var dataset: String
        /// The table's column.
        package var column: String
        /// Part of the case's name.
        package var seed: Int
        /// "todo", "begun" (there is a checkpoint to go on from) or "done".
        package var state: String
        /// The first of the ranks that would run it; nil for a case that is done.
        package var rank: Int?
        /// How many ranks would, together; nil for a case that is done.
        package var teamSize: Int?
        /// How many ranks have something to do in it.
        package var usefulRanks: Int
        /// When it would begin, in seconds after the first; nil for a case that is done.
        package var start: Double?
        /// Exact, of all gradient steps.
        package var multiplyAdds: Double
        /// Predicted, on one core like this one; of a case begun what is left of it.
        package var coreHours: Double
    }

    /// All cases, in the plan's order.
    package let lines: [Line]
    /// The study's name.
    package let study: String
    /// Ranks the cases are worked off by.
    package let ranks: Int
    /// In teams of so many.
    package let teamSize: Int
    /// Predicted seconds until the last case is done.
    package let makespan: Double
    /// The busiest rank's predicted seconds over the mean of all.
    package let imbalance: Double
    private let model: CostModel

    /// - Parameters:
    ///   - open: indices of the cases that are not done.
    ///   - stepsBefore: gradient steps that cases have already, by their index.
    ///   - teamSize: nil: as the study says, or 1.
    ///   - model: what steps and episodes take.
    /// - Throws: `EnvironmentError` when a dataset's environment is unknown.
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

    /// Core-hours of the whole study.
    package var coreHours: Double { lines.map(\.coreHours).reduce(0, +) }

    /// The cases one a line.
    package var caseList: String {
        let header = "ranks    state  Tera-multiply-adds  case\n"
        return lines.reduce(into: header) { text, line in
            text += Self.name(line).padding(toLength: 9, withPad: " ", startingAt: 0)
            text += line.state.padding(toLength: 7, withPad: " ", startingAt: 0)
            text += String(format: "%18.2f  ", line.multiplyAdds * 1e-12) + line.case + "\n"
        }
    }

    /// Core-hours of every cell of the table, all its seeds together, with sums.
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

    /// Three digits or a tenth, whichever is less.
    private static func text(_ hours: Double) -> String {
        String(format: hours < 0.1 ? "%.4f" : hours < 10 ? "%.2f" : "%.1f", hours)
    }

    /// "3", "2-3"; "-" for a case that is done.
    private static func name(_ line: Line) -> String {
        guard let first = line.rank, let count = line.teamSize else { return "-" }
        return count == 1 ? "\(first)" : "\(first)-\(first + count - 1)"
    }

    /// "gradient steps measured just now (SkylakeX kernels): ACTIVE-I at 181 GFLOP/s, IQL at 190 GFLOP/s; …".
    package var rateSentence: String {
        "gradient steps measured just now (\(BLASLibrary.coreType) kernels): "
            + model.rates.map { name, rate in String(format: "\(name) at %.0f GFLOP/s", 2e-9 * rate) }
            .joined(separator: ", ") + "; episodes in full length included"
    }

    /// Which cases cannot use a whole team, and what becomes of its other ranks; nil where all can.
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

    /// All of it for other programs.
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
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let document = Document(
            study: study, ranks: ranks, teamSize: teamSize, makespan: makespan, imbalance: imbalance,
            multiplyAddsPerSecond: Dictionary(model.rates.map { ($0.name, $0.rate) }, uniquingKeysWith: min),
            coreHours: coreHours, coreHoursToDo: open.map(\.coreHours).reduce(0, +), cases: lines)
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
}
