extension ScoreTable {
    /// The cells in tidy format, one per line, at full precision: for plots and other programs.
    ///
    /// Columns: dataset, column, source ("ours" or "paper"), n (finished seeds), expected (seeds), mean, std
    /// (population), scores and seeds (both by ascending seed, separated by semicolons), diverged (seeds). Unknown
    /// values are empty; a missing score of a diverged case is "nan". Only the paper's numbers are rounded.
    package func csv() -> String {
        let header = ["dataset", "column", "source", "n", "expected", "mean", "std", "scores", "seeds", "diverged"]
        let ours = datasets.flatMap { dataset in columns.compactMap { cell($0, on: dataset)?.csvFields } }
        let paper = datasets.flatMap { dataset in
            paperColumns.compactMap { learner in
                PaperTable.score(learner, on: dataset).map { csvFields($0, learner: learner, dataset: dataset) }
            }
        }
        return ([header] + ours + paper).map { $0.map(quotedForCSV).joined(separator: ",") + "\n" }.joined()
    }

    private func csvFields(_ score: PaperTable.Score, learner: String, dataset: String) -> [String] {
        [dataset, learner, "paper", "", "", "\(score.mean)", score.standardDeviation.map { "\($0)" } ?? "", "", "", ""]
    }
}

extension CellScore {
    fileprivate var csvFields: [String] {
        [
            dataset, column, "ours", "\(seeds.count)", "\(expectedSeeds)",
            seeds.isEmpty ? "" : "\(mean)", seeds.isEmpty ? "" : "\(standardDeviation)",
            scores.map { "\($0)" }.joined(separator: ";"), seeds.map { "\($0.seed)" }.joined(separator: ";"),
            seeds.filter(\.hasDiverged).map { "\($0.seed)" }.joined(separator: ";"),
        ]
    }
}

/// A field quoted as in RFC 4180 if it contains a comma, a quote or a line break.
private func quotedForCSV(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}
