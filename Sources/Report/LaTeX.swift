extension ScoreTable {
    /// The table in LaTeX, to be taken into a paper with `\input`. It needs the package booktabs.
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

    /// Which columns are ours and which the paper's; no line where there is nothing to tell apart.
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
    /// "$86.0 \pm 13.4$": in mathematics, where a minus is a minus and not a hyphen.
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

/// `text` with every character that LaTeX would take for a command, or that its older engines cannot read, spelled out.
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
