import ArgumentParser
import Benchmarks
import Foundation
import Storage

/// `active-bench bench loading`: measures the loading of a dataset.
struct BenchLoading: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loading",
        abstract: "Time the loading of a dataset against the HDF5 library's reading of its arrays.",
        discussion: """
            Without a file, the loading of synthetic files of Hopper's sizes is timed: a million rows in chunks of 10, 100 \
            and 1,000 rows and contiguous, a hundred thousand in chunks of one row. It also counts how many combinations of \
            number type and storage are read correctly.
            """)

    @Argument(help: "HDF5 file in D4RL's layout.")
    var file: String?
    @Option(help: "Repetitions, of which medians are taken, after one that is not counted.")
    var repetitions = 5
    @Option(help: "Python with h5py, to be timed on the same arrays.")
    var python: String?
    @Option(help: "Rows to write if no file is given.")
    var rows = 1_000_000
    @Flag(help: "Print JSON.")
    var json = false
    @Option(
        help:
            "Steps after which the dataset's environment ends an episode: 1000 in locomotion and antmaze-large, 280 in kitchen."
    )
    var maximumSteps = 1000

    func validate() throws {
        for (name, value) in [("maximum-steps", maximumSteps), ("repetitions", repetitions)] where value <= 0 {
            throw ValidationError("--\(name): expected 1 or more, found \(value)")
        }
        guard (20...10_000_000).contains(rows) else {
            throw ValidationError("--rows: expected 20 to 10000000, found \(rows)")
        }
    }

    func run() throws {
        try runAlone {
            var benchmark = LoadingBenchmark()
            benchmark.repetitions = repetitions
            benchmark.python = python
            if let file {
                let result = try benchmark.measure(file, maximumSteps: maximumSteps)
                try emit(json ? encoded(result) : sentence(result) + "\n")
            } else {
                var storage = StorageBenchmark()
                storage.loading = benchmark
                storage.rows = rows
                let report = try storage.measure()
                try emit(json ? encoded(report) : text(report))
            }
        }
    }

    private func encoded(_ result: some Encodable) throws -> String {
        try jsonText(result) + "\n"
    }

    private func sentence(_ result: LoadingBenchmark.Result) -> String {
        let h5py = result.ratioToH5py.map { String(format: ", %.2f of h5py's %.3f s", $0, result.h5py ?? .nan) } ?? ""
        return String(
            format: "%ld transitions: %.3f s, %.2f of the %.3f s that HDF5 takes to read the arrays",
            result.transitions, result.loading, result.ratio, result.library) + h5py
            + String(format: "; digest of the file %.3f s", result.digest)
    }

    private func text(_ report: StorageBenchmark.Report) -> String {
        let lines = report.lines.map { line in
            let storage =
                line.chunkRows.map { "chunks of \($0) row\($0 == 1 ? "" : "s") (\(line.chunks) in all)" } ?? "one block"
            return storage + ", " + sentence(line.times)
        }
        let counts =
            "\(report.combinationsRead) of \(report.combinationsWritten) combinations of type and storage are read"
        return (lines + [counts]).joined(separator: "\n") + "\n"
    }
}
