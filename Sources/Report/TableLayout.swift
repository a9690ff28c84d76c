import Suites

/// The layout of the table without markup, shared by Markdown and LaTeX.
struct TableLayout {
    /// A printed cell.
    enum Entry: Equatable {
        /// No number exists.
        case none
        /// "86.0 ±13.4", or one number if the spread is unknown.
        case score(mean: Double, standardDeviation: Double?)
        /// A score over some of the seeds: "45.2 ±1.3 (3/5)".
        case partial(mean: Double, standardDeviation: Double?, finished: Int, expected: Int)
        /// No seed has finished: "– (0/5)".
        case pending(expected: Int)
        /// Non-finite scores: "NaN (2 diverged)", with "4/5" if seeds are also missing.
        case diverged(count: Int, finished: Int, expected: Int)
        /// A number that includes seeds whose training diverged: "45.2 ±1.3 †".
        indirect case suspect(Entry)
    }

    struct Row: Equatable {
        let label: String
        let ours: [Entry]
        let paper: [Entry]
        var entries: [Entry] { ours + paper }
    }

    let rows: [Row]
    let sums: [Row]

    init(_ table: ScoreTable) {
        rows = table.datasets.map { dataset in
            Row(
                label: dataset,
                ours: table.columns.map { Entry(table.cell($0, on: dataset)) },
                paper: table.paperColumns.map { Entry(PaperTable.score($0, on: dataset)) })
        }
        // A row without any sum is left out; the notes explain why there is none.
        sums = table.suiteSums.filter { ($0.sums + $0.paperSums).contains { $0 != nil } }.map { sum in
            Row(
                label: "\(sum.suite.name) sum (\(sum.datasets.count))",
                ours: sum.sums.map { Entry(sum: $0) }, paper: sum.paperSums.map { Entry(sum: $0) })
        }
    }
}

extension TableLayout.Entry {
    init(_ cell: CellScore?) {
        guard let cell else {
            self = .none
            return
        }
        // A single seed has no spread; printing ±0.0 would claim one.
        let spread = cell.seeds.count > 1 ? cell.standardDeviation : nil
        if cell.seeds.isEmpty {
            self = .pending(expected: cell.expectedSeeds)
        } else if cell.notFinite > 0 {
            self = .diverged(count: cell.notFinite, finished: cell.seeds.count, expected: cell.expectedSeeds)
        } else if cell.seeds.contains(where: \.hasDiverged) {
            self = .suspect(Self.number(cell, spread))
        } else {
            self = Self.number(cell, spread)
        }
    }

    private static func number(_ cell: CellScore, _ spread: Double?) -> Self {
        if cell.isComplete {
            return .score(mean: cell.mean, standardDeviation: spread)
        } else {
            return .partial(
                mean: cell.mean, standardDeviation: spread, finished: cell.seeds.count, expected: cell.expectedSeeds)
        }
    }

    /// "NaN (2 diverged)", the same in every format.
    static func divergedText(count: Int, finished: Int, expected: Int) -> String {
        "NaN (\(count) diverged\(finished == expected ? "" : ", \(finished)/\(expected)"))"
    }

    init(_ score: PaperTable.Score?) {
        self = score.map { .score(mean: $0.mean, standardDeviation: $0.standardDeviation) } ?? .none
    }

    init(sum: Double?) {
        self = sum.map { .score(mean: $0, standardDeviation: nil) } ?? .none
    }
}
