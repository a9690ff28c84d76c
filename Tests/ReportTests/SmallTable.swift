import Environments
import Report

/// A study with every kind of cell: complete, single seed, partial, pending, diverged, absent.
enum SmallTable {
    static let table = ScoreTable(
        [
            cell("hopper-medium-replay-v2", "IQL", [86.2, 71.4, 99.9, 70.3, 102.2]),
            cell("hopper-medium-replay-v2", "ACTIVE-S m=10", [102.8, 103.0, 101.5], of: 5),
            cell(
                "hopper-medium-replay-r1", "IQL", [-0.02, 12.25, 3.5, 4, 5], notes: ["1 case restarted", "50% slower"]),
            cell("hopper-medium-replay-r1", "ACTIVE-S m=10", [], of: 5),
            cell("antmaze-umaze-v2", "IQL", [90, 91, 91, 92, 94]),
            cell("antmaze-umaze-v2", "ACTIVE-S m=10", [88, .nan, 90, .nan], of: 5),
            cell("kitchen-mixed-v0", "IQL", [47.5], of: 1),
        ],
        scoreProtocol: ScoreProtocol(.last, episodes: [100, 10, 50, 10]), paperColumns: ["TD3+BC", "ACTIVE-S"])

    private static func cell(
        _ dataset: String, _ column: String, _ scores: [Double], of expected: Int = 5, notes: [String] = []
    ) -> CellScore {
        // The seeds are passed in reverse: the order in which cases finish must not matter.
        let seeds = scores.enumerated().map { CellScore.Seed($0, $1) }.reversed()
        return CellScore(
            dataset: dataset, suite: EnvironmentRegistry.suite(ofDataset: dataset), column: column, seeds: Array(seeds),
            expectedSeeds: expected, notes: notes)
    }
}
