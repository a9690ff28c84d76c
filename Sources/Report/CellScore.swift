package import Suites

/// The finished cases of one learner (or variant) on one dataset: the contents of a table cell.
package struct CellScore: Equatable, Sendable {
    /// The score of one finished case.
    package struct Seed: Equatable, Sendable {
        /// The case's seed.
        package let seed: Int
        /// The normalised score; NaN if the case diverged and has no score.
        package let score: Double
        /// Whether its training diverged, with or without a score.
        package let hasDiverged: Bool

        /// The score of the case with `seed`.
        package init(_ seed: Int, _ score: Double, hasDiverged: Bool = false) {
            self.seed = seed
            self.score = score
            self.hasDiverged = hasDiverged
        }
    }

    /// The dataset's name, a row of the table.
    package let dataset: String
    /// The suite whose sum the dataset belongs to; nil for none.
    package let suite: TaskSuite?
    /// The learner, with its variant if there are several ("ACTIVE-S m=10"), a column of the table.
    package let column: String
    /// The finished cases by ascending seed, so that no number depends on the order in which they finished.
    package let seeds: [Seed]
    /// The number of cases that the study has for this cell.
    package let expectedSeeds: Int
    /// Remarks on the cell ("1 case diverged"), printed below the table.
    package let notes: [String]

    package init(
        dataset: String, suite: TaskSuite? = nil, column: String, seeds: [Seed], expectedSeeds: Int,
        notes: [String] = []
    ) {
        self.dataset = dataset
        self.suite = suite
        self.column = column
        self.seeds = seeds.sorted { $0.seed < $1.seed }
        self.expectedSeeds = expectedSeeds
        self.notes = notes
    }

    /// The scores by ascending seed.
    package var scores: [Double] { seeds.map(\.score) }
    /// Mean over the finished cases; NaN if there is none or one is NaN.
    package var mean: Double { Statistics.mean(scores) }
    /// Population standard deviation over the finished cases.
    package var standardDeviation: Double { Statistics.populationStandardDeviation(scores) }
    /// Whether all cases have finished with a finite score: only then does the cell count in a sum.
    package var isComplete: Bool { seeds.count == expectedSeeds && !seeds.isEmpty && notFinite == 0 }
    /// The number of finished cases whose score is not finite.
    package var notFinite: Int { seeds.count { !$0.score.isFinite } }
}
