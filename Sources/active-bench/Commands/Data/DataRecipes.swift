import ArgumentParser
import DatasetTools
import Datasets
import Environments

extension DataCommand {
    /// `active-bench data recipes`.
    struct Recipes: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print how our own datasets are made.",
            discussion: """
                One line per dataset, separated by tabs: its name, its file's name, the environment, the number of \
                transitions, the seed, what it is made of, and the SHA-256 of its contents ('-' if unknown). It is made of \
                policies in the order of their parts, as patterns in results/behaviour separated by blanks, or \
                of datasets.
                """)

        @Argument(help: "Datasets; all if none is named.")
        var datasets: [String] = []

        func run() throws {
            try runAlone {
                let chosen =
                    try datasets.isEmpty
                    ? EnvironmentRegistry.recordings
                    : datasets.map { try RecipeCatalogue.requireRecording(of: $0) }
                try emit(chosen.map { line($0) + "\n" }.joined())
            }
        }

        private func line(_ recording: DatasetRecipe.Recording) -> String {
            [
                recording.dataset, DatasetLocation.fileName(for: recording.dataset) ?? recording.dataset,
                recording.environment, "\(recording.transitions)", "\(recording.seed)", sources(recording),
                recording.contents ?? "-",
            ].joined(separator: "\t")
        }

        private func sources(_ recording: DatasetRecipe.Recording) -> String {
            switch recording.source {
            case .rollouts(let policies): policies.map(\.pattern).joined(separator: " ")
            case .datasets(let names): names.joined(separator: " ")
            }
        }
    }
}
