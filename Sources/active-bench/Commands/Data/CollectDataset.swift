import ArgumentParser
import DatasetTools
import Datasets
import Failures

extension Collect {
    /// `active-bench collect dataset`: makes our own datasets.
    struct Dataset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make our own datasets by their recipes, for jobs/make-datasets.sh.",
            discussion: """
                mpirun -n 2 active-bench collect dataset hopper-medium-r2

                Datasets whose files are there are kept, and all are compared with the digests of their contents that \
                `active-bench data recipes` prints. Any number of ranks gives the same bytes.
                """)

        @Argument(help: "Datasets; those of all recipes whose policies are there if none is named.")
        var datasets: [String] = []
        @Option(help: "Folder of the behaviour policies.")
        var behaviour = "results/behaviour"
        @Option(help: "Folder for the files (default: the first of those where datasets are searched).")
        var out: String?

        func run() throws {
            let folder = out ?? DatasetLocation().folders[0]
            runOnAllRanks { world in
                try RecipeRun(datasets, behaviour: behaviour, folder: folder).run(on: world, report: Self.report)
            }
        }

        private static func report(_ event: RecipeRun.Event) throws {
            switch event {
            case .isThere(let dataset, let file): try emit(line: "\(dataset) is there: \(file)")
            case .recorded(let file, let summary): try emit(line: "\(file): \(Rollout.line(summary))")
            case .joined(let file, let rows): try emit(line: "\(file): \(rows) transitions")
            case .differs(let note): say("warning: \(note); delete the file to make it again")
            case .isUnknown(let file, let digest): say("\(file): contents sha256 \(digest), which no recipe knows yet")
            case .remark(let sentence): say(sentence)
            }
        }
    }
}
