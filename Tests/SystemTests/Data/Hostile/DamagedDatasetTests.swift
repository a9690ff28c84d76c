import Datasets
import DatasetTools
import Foundation
import HDF5
import Numerics
import ProgramRuns
import ScratchFiles
import Testing

/// Truncated files and files with a flipped bit are refused or read, without harm to the program. Child processes read
/// them, because the HDF5 library crashes on some.
@Suite struct DamagedDatasetTests {
    let folder = TemporaryFolder()

    /// A dataset of 500 steps of Hopper's sizes, with most fields that recordings have; about 80 kB.
    private func makeDataset(_ storage: HDF5Writer.Storage) throws -> [UInt8] {
        let rows = 500
        let stream = RandomStream("damaged datasets")
        func numbers(_ shape: [Int], _ step: Int) -> [Float] {
            (0..<shape.reduce(1, *)).map { Float(2 * stream.uniform(step: step, index: $0) - 1) }
        }
        try HDF5Writer.write(to: folder("whole.hdf5")) { file in
            let fields = [
                ("observations", [rows, 11]), ("actions", [rows, 3]), ("rewards", [rows]),
                ("next_observations", [rows, 11]), ("infos/qpos", [rows, 6]),
            ]
            for (step, (name, shape)) in fields.enumerated() {
                try file.write(numbers(shape, step), shape: shape, to: name, storage: storage)
            }
            try file.write((0..<rows).map { $0 % 40 == 39 }, shape: [rows], to: "terminals", storage: storage)
            try file.write((0..<rows).map { $0 % 60 == 59 }, shape: [rows], to: "timeouts", storage: storage)
            try file.write(.text("SAC"), to: "metadata/algorithm")
            let weights = HDF5Array(shape: [4, 11], elements: numbers([4, 11], fields.count))
            try file.write(.array(weights), to: "metadata/policy/weight")
        }
        return bytes(of: folder("whole.hdf5"))
    }

    /// Writes each of `variants` to its own file.
    private func write(_ variants: [[UInt8]]) -> [String] {
        let paths = variants.indices.map { folder("variant-\($0).hdf5") }
        for (path, variant) in zip(paths, variants) { put(variant, at: path) }
        return paths
    }

    // MARK: Truncated files

    /// The file is truncated at every percent of its length, and at 50 places in between.
    @Test(arguments: [HDF5Writer.Storage.gzip(level: 4), .contiguous])
    func aTruncatedFile(storage: HDF5Writer.Storage) throws {
        let whole = try makeDataset(storage)
        let stream = RandomStream("cuts")
        let sizes =
            (0..<100).map { whole.count * $0 / 100 }
            + (0..<50).map { Int(stream.uniform(step: 0, index: $0) * Double(whole.count)) }
        let paths = write(sizes.map { Array(whole.prefix($0)) })
        let child = try ChildProcess.run("active-bench", ["data", "verify"] + paths)
        #expect(child.exitCode == 65 && child.standardOutput.isEmpty, "\(child.output.suffix(1000))")
        #expect(child.errorLines.count == paths.count)
        for (path, (size, errorLine)) in zip(paths, zip(sizes, child.errorLines)) {
            // A file shorter than its own header cannot say how long it should be.
            let found =
                size < 96
                ? "\(size) bytes" : "expected \(whole.count) bytes, found \(size): the file is truncated; download"
            #expect(errorLine.hasPrefix("\(path): ") && errorLine.contains(found), "\(size): \(errorLine)")
        }
    }

    // MARK: Flipped bits

    /// The place of the flipped bit.
    enum Place: CaseIterable {
        case anywhere, first4KiB
    }

    /// The number of flips with each outcome.
    private struct Tally: CustomStringConvertible {
        var identical = 0
        var refused = 0
        var silent = 0
        var ended = 0

        var description: String {
            "\(identical) without effect on the data, \(refused) refused, \(silent) silent, \(ended) ended the child"
        }
    }

    @Test(arguments: [HDF5Writer.Storage.gzip(level: 4), .contiguous], Place.allCases)
    func aFlippedBit(storage: HDF5Writer.Storage, place: Place) throws {
        let whole = try makeDataset(storage)
        let digest = try sha256(ofFile: folder("whole.hdf5"))
        let stream = RandomStream("bit flips")
        let variants = (0..<500).map { flip in
            let bits = 8 * (place == .anywhere ? whole.count : 4096)
            let bit = Int(stream.uniform(step: place == .anywhere ? 0 : 1, index: flip) * Double(bits))
            var variant = whole
            variant[bit / 8] ^= 1 << (bit % 8)
            return variant
        }
        let paths = write(variants)
        for path in paths {
            #expect(throws: DatasetError.self, "a digest detects every flip") { try checkSHA256(digest, ofFile: path) }
        }

        // As in `data verify`, with a shorter time limit.
        let inspector = DatasetInspector(
            command: [RunningProcess.path(of: "active-bench"), "data", "inspect", "--seconds", "5", "--"])
        let expected = try inspector.inspect([folder("whole.hdf5")])[0].summary()
        var tally = Tally()
        for inspection in try inspector.inspect(paths) {
            switch inspection.outcome {
            case .read(let summary) where summary.contentsSHA256 == expected.contentsSHA256: tally.identical += 1
            case .read: tally.silent += 1
            case .refused, .failed: tally.refused += 1
            case .ended: tally.ended += 1
            }
        }
        print("500 flips, \(storage), \(place): \(tally)")
        #expect(tally.identical + tally.refused + tally.silent + tally.ended == 500, "this process is alive")
        #expect(tally.refused > 0 && tally.ended < 5, "\(tally)")
        // Compressed data have their own checksum; in numbers stored uncompressed a flip gives other numbers.
        if storage != .contiguous { #expect(tally.silent < 5, "\(tally)") }
    }
}
