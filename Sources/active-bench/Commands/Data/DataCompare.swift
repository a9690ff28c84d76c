import ArgumentParser
import Behaviour
import Cases
import Console
import Studies

extension DataCommand {
    /// `active-bench data compare`.
    struct Compare: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare two datasets of an environment by returns, states and actions.",
            discussion: """
                active-bench data compare buffer.hdf5 hopper-medium-replay-r2 --environment hopper --level 1422

                Prints a table: returns, the distance of each one's states to the other's nearest, and the likelihood of each \
                one's actions under policies cloned from both.
                """)

        @Argument(help: "Dataset, or path of a file of your own.")
        var first: String
        @Argument(help: "The dataset to compare with it, or a path.")
        var second: String
        @Option(help: "Environment of files whose names do not tell it.")
        var environment: String?
        @Option(help: "The share of trajectories with a return above this is told.")
        var level = 0.0
        @Option(help: "Gradient steps of behaviour cloning.")
        var steps = 20_000
        @Option(help: "States of each whose distance to the other's is measured.")
        var queries = 10_000

        func validate() throws {
            guard steps > 0, queries > 0 else { throw ValidationError("--steps and --queries: expected 1 or more") }
        }

        func run() throws {
            try runAlone {
                let comparison = try DatasetComparison(
                    dataset(first), dataset(second), level: level, steps: steps, queries: queries,
                    progress: { Console.note($0) })
                try emit(comparison.markdown)
            }
        }

        private func dataset(_ word: String) throws -> DatasetReference {
            guard OwnFile.isPath(word), !StudyFile.isDataset(word) else { return try DatasetReference.named(word) }
            var own = OwnFile(word)
            own.environment = environment
            return try DatasetReference(own)
        }
    }
}
