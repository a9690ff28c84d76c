extension ScoreTable {
    /// The table in Markdown: caption, table, notes. Columns are aligned, so that it is also readable as plain text.
    package func markdown() -> String {
        let layout = TableLayout(self)
        let header = ["dataset"] + columns + paperColumns.map { "\($0), paper" }
        let body = (layout.rows + layout.sums).map { [$0.label] + $0.entries.map(\.plainText) }
        let lines = alignedPipes([header] + body)
        return ([caption, ""] + lines + (footnotes.isEmpty ? [] : [""]) + footnotes.map { "- \($0)" })
            .joined(separator: "\n") + "\n"
    }
}

extension TableLayout.Entry {
    /// "86.0 ±13.4", as in the paper's slides.
    var plainText: String {
        switch self {
        case .none: "–"
        case .score(let mean, let spread): decimal(mean) + (spread.map { " ±" + decimal($0) } ?? "")
        case .partial(let mean, let spread, let finished, let expected):
            Self.score(mean: mean, standardDeviation: spread).plainText + " (\(finished)/\(expected))"
        case .pending(let expected): "– (0/\(expected))"
        case .diverged(let count, let finished, let expected):
            Self.divergedText(count: count, finished: finished, expected: expected)
        case .suspect(let number): number.plainText + " †"
        }
    }
}

/// The rows of a Markdown table, header first; the first column is left-aligned, numbers are right-aligned.
private func alignedPipes(_ rows: [[String]]) -> [String] {
    let escaped = rows.map { row in row.map { $0.split(separator: "|", omittingEmptySubsequences: false) } }
        .map { row in row.map { $0.joined(separator: "\\|") } }
    let widths = escaped[0].indices.map { column in escaped.map { $0[column].count }.max()! }
    let lines = escaped.map { row in
        let padded = row.indices.map { column in
            let space = String(repeating: " ", count: widths[column] - row[column].count)
            return column == 0 ? row[column] + space : space + row[column]
        }
        return "| " + padded.joined(separator: " | ") + " |"
    }
    let rules = widths.indices.map { column in
        column == 0
            ? String(repeating: "-", count: widths[column] + 2)
            : String(repeating: "-", count: widths[column] + 1) + ":"
    }
    return [lines[0], "|" + rules.joined(separator: "|") + "|"] + lines.dropFirst()
}
