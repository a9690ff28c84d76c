import Report
import Testing

@Suite struct RendererTests {
    @Test func markdown() {
        let expected = """
            Normalised score, mean ± population standard deviation (divisor n) over 1 or 5 seeds. Protocol: last \
            (the final evaluation), 10, 50 or 100 episodes each.

            | dataset                 |        IQL |         ACTIVE-S m=10 | TD3+BC, paper | ACTIVE-S, paper |
            |-------------------------|-----------:|----------------------:|--------------:|----------------:|
            | hopper-medium-replay-v2 | 86.0 ±13.5 |      102.4 ±0.7 (3/5) |    60.9 ±18.8 |      102.8 ±0.7 |
            | hopper-medium-replay-r1 |   4.9 ±4.0 |               – (0/5) |             – |               – |
            | antmaze-umaze-v2        |  91.6 ±1.4 | NaN (2 diverged, 4/5) |          78.6 |       90.8 ±1.5 |
            | kitchen-mixed-v0        |       47.5 |                     – |             – |       73.2 ±1.4 |
            | locomotion sum (2)      |       90.9 |                     – |             – |               – |

            - IQL on hopper-medium-replay-r1: 1 case restarted; 50% slower.
            - (k/n): only k of the cell's n seeds have finished; mean and ± are over those k.
            - A cell of a single seed has no ±.
            - NaN (k diverged): k seeds have no finite score, so the cell has no mean.
            - No locomotion sum for ACTIVE-S m=10: not every cell is complete.
            - Columns marked paper: the ACTIVE paper's table (ICLR 2025) as its slides print it; it does not have \
            hopper-medium-replay-r1.

            """
        #expect(SmallTable.table.markdown() == expected)
    }

    @Test func latex() {
        let expected = #"""
            % Needs \usepackage{booktabs}.
            \begin{table}
              \centering
              \caption{Normalised score, mean $\pm$ population standard deviation (divisor n) over 1 or 5 seeds. \#
            Protocol: last (the final evaluation), 10, 50 or 100 episodes each.}
              \footnotesize
              \setlength{\tabcolsep}{3pt}
              \begin{tabular}{lrrrr}
                \toprule
                 & \multicolumn{2}{c}{this study} & \multicolumn{2}{c}{paper} \\
                \cmidrule(lr){2-3} \cmidrule(lr){4-5}
                dataset & IQL & ACTIVE-S m=10 & TD3+BC & ACTIVE-S \\
                \midrule
                hopper-medium-replay-v2 & $86.0 \pm 13.5$ & $102.4 \pm 0.7$ (3/5) & $60.9 \pm 18.8$ & $102.8 \pm \#
            0.7$ \\
                hopper-medium-replay-r1 & $4.9 \pm 4.0$ & -- (0/5) & -- & -- \\
                antmaze-umaze-v2 & $91.6 \pm 1.4$ & NaN (2 diverged, 4/5) & $78.6$ & $90.8 \pm 1.5$ \\
                kitchen-mixed-v0 & $47.5$ & -- & -- & $73.2 \pm 1.4$ \\
                \midrule
                locomotion sum (2) & $90.9$ & -- & -- & -- \\
                \bottomrule
              \end{tabular}
              \par\smallskip\raggedright IQL on hopper-medium-replay-r1: 1 case restarted; 50\% slower.
              \par\smallskip\raggedright (k/n): only k of the cell's n seeds have finished; mean and $\pm$ are over \#
            those k.
              \par\smallskip\raggedright A cell of a single seed has no $\pm$.
              \par\smallskip\raggedright NaN (k diverged): k seeds have no finite score, so the cell has no mean.
              \par\smallskip\raggedright No locomotion sum for ACTIVE-S m=10: not every cell is complete.
              \par\smallskip\raggedright Columns marked paper: the ACTIVE paper's table (ICLR 2025) as its slides \#
            print it; it does not have hopper-medium-replay-r1.
            \end{table}

            """#
        #expect(SmallTable.table.latex() == expected)
    }

    @Test func csv() {
        let expected = """
            dataset,column,source,n,expected,mean,std,scores,seeds,diverged
            hopper-medium-replay-v2,IQL,ours,5,5,86.0,13.530262377352482,86.2;71.4;99.9;70.3;102.2,0;1;2;3;4,
            hopper-medium-replay-v2,ACTIVE-S m=10,ours,3,5,102.43333333333334,0.6649979114419995,102.8;103.0;101.5,0;1;2,
            hopper-medium-replay-r1,IQL,ours,5,5,4.946,4.02488061934761,-0.02;12.25;3.5;4.0;5.0,0;1;2;3;4,
            hopper-medium-replay-r1,ACTIVE-S m=10,ours,0,5,,,,,
            antmaze-umaze-v2,IQL,ours,5,5,91.6,1.3564659966250536,90.0;91.0;91.0;92.0;94.0,0;1;2;3;4,
            antmaze-umaze-v2,ACTIVE-S m=10,ours,4,5,nan,nan,88.0;nan;90.0;nan,0;1;2;3,
            kitchen-mixed-v0,IQL,ours,1,1,47.5,0.0,47.5,0,
            hopper-medium-replay-v2,TD3+BC,paper,,,60.9,18.8,,,
            hopper-medium-replay-v2,ACTIVE-S,paper,,,102.8,0.7,,,
            antmaze-umaze-v2,TD3+BC,paper,,,78.6,,,,
            antmaze-umaze-v2,ACTIVE-S,paper,,,90.8,1.5,,,
            kitchen-mixed-v0,ACTIVE-S,paper,,,73.2,1.4,,,

            """
        #expect(SmallTable.table.csv() == expected)
    }

    /// The cell of a seed that diverged and still has a score is marked, in every format.
    @Test func aDivergedSeedWithAScoreIsMarked() {
        let cell = CellScore(
            dataset: "d", column: "c", seeds: [.init(0, 1), .init(1, 2, hasDiverged: true)], expectedSeeds: 2)
        let table = ScoreTable([cell], scoreProtocol: .init(.last, episodes: [1]), paperColumns: [])
        #expect(table.markdown().contains("| 1.5 ±0.5 † |"))
        #expect(table.markdown().contains("- †: training diverged for some of the cell's seeds"))
        #expect(table.latex().contains(#"$1.5 \pm 0.5$ $\dagger$"#))
        #expect(table.csv().contains("1.0;2.0,0;1,1\n"))
    }

    /// A table without special cells has no notes; without the paper's columns there are no column groups.
    @Test func aPlainTableHasNoNotes() {
        let cell = CellScore(dataset: "d", column: "c", seeds: [.init(0, 1), .init(1, 2)], expectedSeeds: 2)
        let table = ScoreTable([cell], scoreProtocol: ScoreProtocol(.best, episodes: [1]), paperColumns: [])
        let expected = """
            Normalised score, mean ± population standard deviation (divisor n) over 2 seeds. Protocol: best (the best \
            evaluation of a run, an optimistic choice by test score), 1 episode each.

            | dataset |        c |
            |---------|---------:|
            | d       | 1.5 ±0.5 |

            """
        #expect(table.markdown() == expected)
        #expect(!table.latex().contains("multicolumn"))
    }

    /// Names come from the user and must not break the markup.
    @Test func namesAreEscaped() {
        let cell = CellScore(dataset: "a_b|c", column: "x,\"y\" 5%", seeds: [.init(0, 1)], expectedSeeds: 1)
        let table = ScoreTable([cell], scoreProtocol: ScoreProtocol(.last10, episodes: [10]), paperColumns: [])
        #expect(table.markdown().contains("| a_b\\|c  |"))
        #expect(table.latex().contains(#"a\_b\textbar{}c & $1.0$"#))
        #expect(table.latex().contains(#"dataset & x,"y" 5\% \\"#))
        #expect(table.csv().contains("a_b|c,\"x,\"\"y\"\" 5%\",ours,1,1,1.0,0.0,1.0,0,\n"))
    }
}
