import ArgumentParser
import Environments
import Foundation
import Harness

/// `active-bench bench loading`: how long a dataset takes to load.
struct BenchLoading: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loading",
        abstract: "Time the loading of a dataset against the HDF5 library's reading of its arrays.")

    @Argument(help: "HDF5 file in D4RL's layout.")
    var file: String
    @Option(help: "Repetitions, of which medians are taken; one more comes first and is not counted.")
    var repetitions = 5
    @Flag(help: "Print JSON.")
    var json = false
    @Option(
        help:
            "Steps after which the dataset's environment ends an episode: 1000 in locomotion and antmaze-large, 280 in kitchen."
    )
    var maximumSteps = 1000

    func validate() throws {
        guard maximumSteps > 0 else {
            throw ValidationError("--maximum-steps: expected 1 or more, found \(maximumSteps)")
        }
        guard repetitions > 0 else { throw ValidationError("--repetitions: expected 1 or more, found \(repetitions)") }
    }

    func run() throws {
        try runAlone {
            var benchmark = LoadingBenchmark()
            benchmark.repetitions = repetitions
            let result = try benchmark.measure(file, maximumSteps: maximumSteps)
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
                try emit(String(decoding: try encoder.encode(result), as: UTF8.self) + "\n")
            } else {
                try emit(
                    String(
                        format: "%ld transitions: %.3f s, %.2f of the %.3f s that HDF5 takes to read the arrays; "
                            + "digest of the file %.3f s\n",
                        result.transitions, result.loading, result.ratio, result.library, result.digest))
            }
        }
    }
}
