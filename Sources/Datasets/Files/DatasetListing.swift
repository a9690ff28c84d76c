import Glibc
import Paths
import Suites

/// A dataset by its name, and the state of its file on this machine.
package struct DatasetListing: Codable, Equatable, Sendable {
    /// The state of a dataset's file.
    package enum State: String, Codable, Sendable {
        /// A file that may be the published one, or whose dataset is not published.
        case present
        case absent
        /// A file whose size is not that of the published one.
        case wrongSize = "wrong size"
        /// Something of the file's name that cannot be read, or a folder that cannot be searched.
        case unreadable
    }

    /// D4RL's name of the dataset.
    package let dataset: String
    /// The name of its file.
    package let file: String
    /// Whether the file is there.
    package let state: State
    /// The folder in which it was found.
    package let folder: String?
    /// The error message of a file that cannot be read; nil for all others.
    package let reason: String?
    /// The size of the file that was found, in bytes.
    package let bytes: Int?
    /// The size of the published file in bytes; nil if it is unknown or D4RL does not publish the dataset.
    package let publishedBytes: Int?
    /// The SHA-256 of the published file, in hexadecimal; nil if `publishedBytes` is.
    package let publishedSHA256: String?
    /// The address of the published file; nil if D4RL does not publish the dataset.
    package let url: String?
}

extension DatasetLocation {
    /// Looks for a dataset's file.
    package func listing(_ dataset: String) -> DatasetListing {
        let published = D4RLCatalogue.entry(of: dataset)
        let found: (path: String?, bytes: Int?, reason: String?)
        do throws(DatasetError) {
            let path = try findIfThere(dataset)
            found = (path, path == nil ? nil : try size(ofFile: path ?? ""), nil)
        } catch {
            found = (error.file, nil, error.description)
        }
        let folder = found.path.flatMap { path in folders.first { path.hasPrefix($0 + "/") } }
        let name =
            folder.flatMap { folder in found.path.map { String($0.dropFirst(folder.count + 1)) } }
            ?? Self.fileName(for: dataset) ?? dataset
        let state: DatasetListing.State =
            switch (found.bytes, published?.bytes) {
            case (nil, _): found.reason == nil ? .absent : .unreadable
            case (let found?, let expected?) where found != expected: .wrongSize
            default: .present
            }
        return DatasetListing(
            dataset: dataset, file: name, state: state, folder: folder, reason: found.reason, bytes: found.bytes,
            publishedBytes: published?.bytes, publishedSHA256: published?.sha256,
            url: D4RLTasks.path(of: dataset).map { D4RLCatalogue.address + $0 })
    }

    /// Returns the datasets of the paper's table, then the others that are present: D4RL's others and our own ("-r1").
    ///
    /// - Throws: `DatasetError` for a folder that cannot be listed.
    package func listings() throws(DatasetError) -> [DatasetListing] {
        (D4RLCatalogue.names + (try otherDatasets())).map { listing($0) }
    }

    /// Returns the datasets outside the paper's table whose files are in the folders, in alphabetical order: D4RL's, and those
    /// whose version is a recipe's number ("-r1").
    private func otherDatasets() throws(DatasetError) -> [String] {
        var files: [String] = []
        for folder in folders {
            if let names = Paths.names(inFolder: folder) {
                files += names
            } else if errno != ENOENT && errno != ENOTDIR {
                throw DatasetError(
                    file: folder, expected: "a folder that can be listed", found: String(cString: strerror(errno)),
                    isSystemFailure: true)
            }
        }
        let names = files.compactMap { Self.dataset(ofFile: $0) }
        let others = names.filter {
            D4RLTasks.isOfUnknownDigest($0) || $0.split(separator: "-").last?.hasPrefix("r") == true
        }
        return Set(others).sorted()
    }
}
