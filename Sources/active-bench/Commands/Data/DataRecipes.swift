import ArgumentParser
import Datasets
import Environments
import Failures

extension DataCommand {
    /// `active-bench data recipes`.
    struct Recipes: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print how our own datasets are made, for jobs/make-datasets.sh.",
            discussion: """
                One line per dataset, separated by tabs: its name, its file's name, the environment, the number of \
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
                        guard let recording = known.first(where: { $0.dataset == name }) else {
                            throw HarnessError.badInput(
                                "there is no recipe for '\(name)'; known: "
                                    + known.map { "'\($0.dataset)'" }.joined(separator: ", "))
                        }
                        return recording
                    }
                try emit(chosen.map { line($0) + "\n" }.joined())
            }
        }

        private func line(_ recording: DatasetRecipe.Recording) -> String {
            [
                recording.dataset, DatasetLocation.fileName(for: recording.dataset) ?? recording.dataset,
                recording.environment,
                "\(recording.transitions)", recording.policies.joined(separator: " "),
            ].joined(separator: "\t")
        }
    }
}
