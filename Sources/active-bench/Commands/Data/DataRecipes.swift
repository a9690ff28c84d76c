import ArgumentParser
import Datasets
import Environments
import Failures

extension DataCommand {
    /// `active-bench data recipes`.
    struct Recipes: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how our own datasets are made, for jobs/make-datasets.sh.",
            discussion: """
                A line a dataset, separated by tabs: its name, its file's name, the environment, the number of \
                transitions, and the policies in the order of their parts. The policies' names, separated by blanks, are \
                patterns in results/behaviour/ENVIRONMENT.
                """)

        @Argument(help: "Datasets; all if none is named.")
        var datasets: [String] = []

        func run() throws {
            try runAlone {
                let known = EnvironmentRegistry.recordings
                let chosen =
                    try datasets.isEmpty
                    ? known
                    : datasets.map { name in
                        guard let one = known.first(where: { $0.dataset == name }) else {
                            throw HarnessError.badInput(
                                "there is no recipe for '\(name)'; known: "
                                    + known.map { "'\($0.dataset)'" }.joined(separator: ", "))
                        }
                        return one
                    }
                try emit(chosen.map { line($0) + "\n" }.joined())
            }
        }

        private func line(_ one: DatasetRecipe.Recording) -> String {
            [
                one.dataset, DatasetLocation.fileName(for: one.dataset) ?? one.dataset, one.environment,
                "\(one.transitions)", one.policies.joined(separator: " "),
            ].joined(separator: "\t")
        }
    }
}
