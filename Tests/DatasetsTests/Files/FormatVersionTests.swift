import Datasets
import Foundation
import HDF5
import Testing

/// The same arrays in the formats of three HDF5 libraries: a format that is too new for the library in use is named
/// together with its remedy, and the remedy makes the file readable.
@Suite struct FormatVersionTests {
    private static let versions: [(name: String, least: [Int])] = [
        ("v110", [1, 10]), ("v114", [1, 12]), ("v200", [2, 0]),
    ]

    private func path(_ name: String) -> String {
        fixtures.appendingPathComponent("formats/\(name).hdf5").path
    }

    private func isKnown(_ least: [Int]) -> Bool {
        let version = HDF5Library.version.split(separator: ".").compactMap { Int($0) }
        return !version.lexicographicallyPrecedes(least)
    }

    private static let tooNew = [
        "a file in a format that HDF5 \(HDF5Library.version), the library in use, knows", "bad version number for ",
        "a newer library wrote it: update HDF5, or write it with h5py's libver=('earliest', 'v110')",
    ]

    @Test(arguments: versions) func aWholeFile(name: String, least: [Int]) throws {
        guard isKnown(least) else {
            let error = #expect(throws: DatasetError.self) { try D4RLFile(path: path(name)) }
            for words in Self.tooNew {
                #expect(error?.description.contains(words) == true, "\(String(describing: error))")
            }
            return
        }
        let file = try D4RLFile(path: path(name))
        let rows = 0..<20
        let (observations, actions): ([Float], [Float]) = rows.reduce(into: ([], [])) { arrays, row in
            arrays.0 += [Float(row), Float(row / 3)]
            arrays.1 += [Float(row) / 32, -Float(row) / 32]
        }
        #expect(file.observations == observations && file.actions == actions)
        let rewards: [Float] = rows.map { Float($0 % 7) }
        #expect(file.rewards == rewards)
        let (terminals, timeouts): ([UInt8], [UInt8]) = (
            rows.map { $0 % 5 == 4 ? 1 : 0 }, rows.map { $0 == 12 ? 1 : 0 }
        )
        #expect(file.terminals == terminals && file.timeouts == timeouts)
    }

    /// Each kind of array alone: gzip, extendible, chunks allocated in advance, booleans, booleans under gzip.
    @Test(arguments: ["observations", "actions", "rewards", "terminals", "timeouts"], versions)
    func oneArray(field: String, version: (name: String, least: [Int])) throws {
        let expected = try HDF5File(readingFrom: path("v110")).float32(field)
        let file = try HDF5File(readingFrom: path(version.name))
        switch Result(catching: { try file.float32(field) }) {
        case .success(let array): #expect(array == expected)
        case .failure(let error):
            #expect(!isKnown(version.least) && "\(error)".contains("bad version number for "), "\(error)")
        }
    }
}
