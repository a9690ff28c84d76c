import Storage

/// `logs/makespan.json`: the predicted and the actual duration of the last run of a folder.
package struct Makespan: Codable, Sendable {
    /// The predicted and the actual makespan in seconds.
    package let predicted, actual: Double
    /// The busiest rank's predicted seconds over the mean.
    package let imbalance: Double
    /// Ranks of the job, and ranks of a team.
    package let ranks, teamSize: Int

    package init(predicted: Double, actual: Double, imbalance: Double, ranks: Int, teamSize: Int) {
        self.predicted = predicted
        self.actual = actual
        self.imbalance = imbalance
        self.ranks = ranks
        self.teamSize = teamSize
    }

    private static func path(_ folder: RunFolder) -> String { folder.file("logs/makespan.json") }

    /// Writes the file.
    ///
    /// - Throws: `HarnessError.io`.
    package func write(to folder: RunFolder) throws {
        try DurableFile.write(jsonFile(self), to: Makespan.path(folder))
    }

    /// Reads the file; nil where there is none.
    ///
    /// - Throws: `HarnessError` when there is one that cannot be read.
    package static func readIfThere(_ folder: RunFolder) throws -> Makespan? {
        try FileCalls.current.contents(of: path(folder)).map {
            try decodeJSON($0, as: "predicted and actual seconds of a run", path: path(folder))
        }
    }
}
