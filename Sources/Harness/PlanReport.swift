import Foundation
import Numerics

/// What `active-bench plan` has to say: who would run which case, and what the study costs.
///
/// Core-hours are multiply-adds, the evaluations' worth included, at the rate at which gradient steps compute: a fixed
/// share of the rate of a 256³ matrix product, measured when the plan is made.
public struct PlanReport: Sendable {
    /// What gradient steps reach of the product's rate (README, Figures).
    public static let shareOfProductRate = 0.85

    /// One case and what would become of it.
    public struct Line: Sendable, Codable, Equatable {
        /// `Case.identifier`.
        public var `case`: String
        /// The table's row.
        public var dataset: String
        /// The table's column.
        public var column: String
        /// Part of the case's name.
        public var seed: Int
        /// "todo" or "done".
        public var state: String
        /// Who would run it; nil for a case that is done.
        public var rank: Int?
        /// Predicted.
        public var multiplyAdds: Double
        /// Predicted, on one core like this one.
        public var coreHours: Double
    }

    /// All cases, in the plan's order.
    public let lines: [Line]
    /// Multiply-adds of a core in a second.
    public let rate: Double
    /// The study's name.
    public let study: String
    /// Ranks the cases are shared out over.
    public let ranks: Int

    /// - Parameters:
    ///   - open: indices of the cases that are not done.
    ///   - productSeconds: how long a 256³ product takes (`StepBenchmark.productSeconds`).
    /// - Throws: `EnvironmentError` when a dataset's environment is unknown.
    public init(_ plan: Plan, open: [Int], ranks: Int, productSeconds: Double) throws {
        let costs = try plan.costs()
        let rate = Self.shareOfProductRate * Double(256 * 256 * 256) / productSeconds
        var rankOf: [Int: Int] = [:]
        for (rank, share) in Plan.share(open, costs: costs, ranks: ranks).enumerated() {
            for index in share { rankOf[index] = rank }
        }
        lines = plan.cases.enumerated().map { index, one in
            Line(
                case: one.identifier, dataset: one.dataset, column: one.column, seed: one.seed,
                state: rankOf[index] == nil ? "done" : "todo", rank: rankOf[index], multiplyAdds: costs[index],
                coreHours: costs[index] / rate / 3600)
        }
        self.rate = rate
        self.ranks = ranks
        study = plan.study.name
    }

    /// Core-hours of the whole study.
    public var coreHours: Double { lines.map(\.coreHours).reduce(0, +) }

    /// The cases one a line.
    public var caseList: String {
        let header = "rank  state  Tera-multiply-adds  case\n"
        return lines.reduce(into: header) { text, line in
            text += (line.rank.map { String($0) } ?? "-").padding(toLength: 6, withPad: " ", startingAt: 0)
            text += line.state.padding(toLength: 7, withPad: " ", startingAt: 0)
            text += String(format: "%18.2f  ", line.multiplyAdds * 1e-12) + line.case + "\n"
        }
    }

    /// Core-hours of every cell of the table, all its seeds together, with sums.
    public var cellTable: String {
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

    /// "at 186 GFLOP/s a core (SkylakeX kernels), 0.85 of the rate of a 256³ product measured just now; …".
    public var rateSentence: String {
        String(format: "at %.0f GFLOP/s a core, %.2f of the rate", 2e-9 * rate, Self.shareOfProductRate)
            + " of a 256³ product measured just now (\(BLASLibrary.coreType) kernels); evaluations included"
    }

    /// "540 cases, 540 to do on 16 ranks: …".
    public var summary: String {
        let open = lines.filter { $0.rank != nil }
        var loads = [Double](repeating: 0, count: ranks)
        for line in open { loads[line.rank ?? 0] += line.multiplyAdds }
        let (total, largest) = (loads.reduce(0, +), loads.max() ?? 0)
        let balance = largest > 0 ? total / (largest * Double(ranks)) : 1
        return "\(lines.count) cases, \(open.count) to do on \(ranks) rank\(ranks == 1 ? "" : "s"): "
            + String(format: "%.2f Tera-multiply-adds, balance %.2f", total * 1e-12, balance)
            + ", \(Self.text(total / rate / 3600)) core-hours, about \(duration(largest / rate))"
    }

    /// All of it for other programs.
    public func json() throws -> String {
        struct Document: Encodable {
            let study: String
            let ranks: Int
            let multiplyAddsPerSecond: Double
            let shareOfProductRate: Double
            let coreHours: Double
            let coreHoursToDo: Double
            let cases: [Line]
        }
        let open = lines.filter { $0.rank != nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let document = Document(
            study: study, ranks: ranks, multiplyAddsPerSecond: rate, shareOfProductRate: Self.shareOfProductRate,
            coreHours: coreHours, coreHoursToDo: open.map(\.coreHours).reduce(0, +), cases: lines)
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
}
