import Foundation
import HDF5
import Paths
import Processes
import Storage

/// Loads the same rows from chunks of several sizes, and checks which kinds of storage can be read.
package struct StorageBenchmark: Sendable {
    /// The results for one chunk size.
    package struct Line: Sendable, Encodable {
        /// The number of rows in a chunk; nil for contiguous storage.
        package let chunkRows: Int?
        /// The number of chunks in the five arrays together.
        package let chunks: Int
        /// The loading times.
        package let times: LoadingBenchmark.Result
    }

    /// The result of the benchmark.
    package struct Report: Sendable, Encodable {
        /// The results by chunk size.
        package let lines: [Line]
        /// The number of combinations of number type and storage that the library writes.
        package let combinationsWritten: Int
        /// The number of these that are read back correctly, as numbers and as flags.
        package let combinationsRead: Int
    }

    /// How each file is measured.
    package var loading = LoadingBenchmark()
    /// The number of rows in a file; a tenth of it for chunks of one row.
    package var rows = 1_000_000

    package init() {}

    /// Writes the files to the system's folder for temporary files, and measures them.
    ///
    /// - Throws: `DatasetError`, `HDF5Error`, `HarnessError`.
    package func measure() throws -> Report {
        let place = PathBytes.environmentVariable("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        let folder = "\(place)/active-bench-\(CurrentProcess.identity)"
        try DurableFile.makeFolder(folder)
        defer {
            for name in Paths.names(inFolder: folder) ?? [] { Paths.unlink("\(folder)/\(name)") }
            Paths.rmdir(folder)
        }
        let lines = try [1, 10, 100, 1000, nil].map { try line(chunkRows: $0, folder) }
        let path = "\(folder)/storage.hdf5"
        let examples = try StorageExamples.write(to: path)
        let file = try HDF5File(readingFrom: path)
        let flags = StorageExamples.numbers.map { UInt8($0) }
        let read = examples.count { example in
            (try? file.float32(example.name).elements) == StorageExamples.numbers
                && (try? file.flags(example.name).elements) == flags
        }
        return Report(lines: lines, combinationsWritten: examples.count, combinationsRead: read)
    }

    private func line(chunkRows: Int?, _ folder: String) throws -> Line {
        let count = chunkRows == 1 ? max(2, rows / 10) : rows
        let path = "\(folder)/chunks.hdf5"
        try write(rows: count, chunkRows: chunkRows, to: path)
        let times = try loading.measure(path, maximumSteps: 1000)
        return Line(chunkRows: chunkRows, chunks: chunkRows.map { 5 * ((count + $0 - 1) / $0) } ?? 0, times: times)
    }

    /// Writes synthetic data of Hopper's sizes.
    private func write(rows: Int, chunkRows: Int?, to path: String) throws {
        let storage: HDF5Writer.Storage = chunkRows.map { .chunks(rows: min($0, rows)) } ?? .contiguous
        func numbers(_ columns: Int) -> [Float] { (0..<rows * columns).map { Float($0 % 1009 + 1) / 1010 } }
        try HDF5Writer.write(to: path) { file in
            try file.write(numbers(11), shape: [rows, 11], to: "observations", storage: storage)
            try file.write(numbers(3), shape: [rows, 3], to: "actions", storage: storage)
            try file.write(numbers(1), shape: [rows], to: "rewards", storage: storage)
            for (name, period) in [("terminals", 700), ("timeouts", 1000)] {
                let flags = (0..<rows).map { $0 % period == period - 1 }
                try file.write(flags, shape: [rows], to: name, storage: storage)
            }
        }
    }
}
