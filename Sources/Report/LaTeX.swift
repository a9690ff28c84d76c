extension ScoreTable {
    /// The table in LaTeX, for a paper's `\input`. It needs the package booktabs.
    package func latex() -> String {
        let layout = TableLayout(self)
        let alignment = "l" + String(repeating: "r", count: columns.count + paperColumns.count)
        let body = layout.rows.map(\.latex) + (layout.sums.isEmpty ? [] : [#"\midrule"#] + layout.sums.map(\.latex))
        let tabular =
            [#"\toprule"#] + groupHeader + [columnHeader, #"\midrule"#] + body + [#"\bottomrule"#]
        return
            ([
                "% Needs \\usepackage{booktabs}.",
                #"\begin{table}"#,
                #"  \centering"#,
                #"  \caption{\#(escapedForLaTeX(caption))}"#,
                #"  \footnotesize"#,
                #"  \setlength{\tabcolsep}{3pt}"#,
                #"  \begin{tabular}{\#(alignment)}"#,
            ] + tabular.map { "    " + $0 } + [#"  \end{tabular}"#]
            + footnotes.map { #"  \par\smallskip\raggedright "# + escapedForLaTeX($0) } + [#"\end{table}"#])
            .joined(separator: "\n") + "\n"
    }

    /// The header that separates our columns from the paper's; empty if there is only one group.
    private var groupHeader: [String] {
        guard !columns.isEmpty, !paperColumns.isEmpty else { return [] }
        let ours = 2...(columns.count + 1)
        let paper = (ours.upperBound + 1)...(ours.upperBound + paperColumns.count)
        return [
            #" & \multicolumn{\#(ours.count)}{c}{this study} & \multicolumn{\#(paper.count)}{c}{paper} \\"#,
            #"\cmidrule(lr){\#(ours.lowerBound)-\#(ours.upperBound)} "#
                + #"\cmidrule(lr){\#(paper.lowerBound)-\#(paper.upperBound)}"#,
        ]
    }

    private var columnHeader: String {
        (["dataset"] + columns + paperColumns).map(escapedForLaTeX).joined(separator: " & ") + #" \\"#
    }
}

extension TableLayout.Row {
    fileprivate var latex: String {
        ([escapedForLaTeX(label)] + entries.map(\.latex)).joined(separator: " & ") + #" \\"#
    }
}

extension TableLayout.Entry {
    /// "$86.0 \pm 13.4$": in mathematics mode, where a minus sign is not a hyphen.
    fileprivate var latex: String {
        switch self {
        case .none: "--"
        case .score(let mean, let spread): "$" + decimal(mean) + (spread.map { #" \pm "# + decimal($0) } ?? "") + "$"
        case .partial(let mean, let spread, let finished, let expected):
            Self.score(mean: mean, standardDeviation: spread).latex + " (\(finished)/\(expected))"
        case .pending(let expected): "-- (0/\(expected))"
        case .diverged(let count, let finished, let expected):
            Self.divergedText(count: count, finished: finished, expected: expected)
        case .suspect(let number): number.latex + #" $\dagger$"#
        }
    }
}

/// `text` with every character escaped that is special in LaTeX or unknown to its older engines.
func escapedForLaTeX(_ text: String) -> String {
    text.map { character in
        switch character {
        case "\\": #"\textbackslash{}"#
        case "~": #"\textasciitilde{}"#
        case "^": #"\textasciicircum{}"#
        case "<": #"\textless{}"#
        case ">": #"\textgreater{}"#
        case "|": #"\textbar{}"#
        case "&", "%", "$", "#", "_", "{", "}": "\\\(character)"
        case "±": #"$\pm$"#
        case "†": #"$\dagger$"#
        case "–": "--"
        default: String(character)
        }
    }.joined()
}
