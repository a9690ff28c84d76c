import Foundation
import HDF5
import Paths
import Processes
import Storage

/// Loading of the same rows from chunks of every size, and the kinds of storage that are read.
package struct StorageBenchmark: Sendable {
    /// The figures of one size of chunks.
    package struct Line: Sendable, Encodable {
        /// Rows in a chunk; nil for one block.
        package let chunkRows: Int?
        /// Chunks in the five arrays together.
        package let chunks: Int
        /// The times.
        package let times: LoadingBenchmark.Result
    }

    /// What was measured.
    package struct Report: Sendable, Encodable {
        /// By the size of chunks.
        package let lines: [Line]
        /// Combinations of a number type and a way of storing that the library writes.
        package let combinationsWritten: Int
        /// Those of them that are read as what was written, as numbers and as flags.
        package let combinationsRead: Int
    }

    /// How each file is measured.
    package var loading = LoadingBenchmark()
    /// Rows of a file; of that with chunks of one row a tenth.
    package var rows = 1_000_000

    /// A million rows.
    package init() {}

    /// Writes the files into a folder of the system's for temporary ones, and measures them.
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

    /// Hopper's sizes, of numbers that mean nothing.
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
