import Glibc
import Paths

/// A dataset by its name, and what there is of it on this machine.
package struct DatasetListing: Codable, Equatable, Sendable {
    /// Whether the file is there.
    package enum State: String, Codable, Sendable {
        /// A file that the published one may be, or one that nobody has published.
        case present
        case absent
        /// A file that is not the published one, whatever is in it.
        case wrongSize = "wrong size"
        /// A file, or something else of its name, that is there or may be, and cannot be read.
        case unreadable
    }

    /// D4RL's name of the dataset.
    package let dataset: String
    /// The name of its file.
    package let file: String
    /// Whether the file is there.
    package let state: State
    /// The folder it was found in.
    package let folder: String?
    /// The sentence on a file that cannot be read; nil for all others.
    package let reason: String?
    /// The size of what was found.
    package let bytes: Int?
    /// The size of the published file; nil where it is unknown and for a dataset that D4RL does not publish.
    package let publishedBytes: Int?
    /// The digest of the published file, in hexadecimal; nil as `publishedBytes`.
    package let publishedSHA256: String?
    /// Where it is published; nil for a dataset that D4RL does not publish.
    package let url: String?
}

extension DatasetLocation {
    /// What there is of a dataset.
    package func listing(_ dataset: String) -> DatasetListing {
        let published = D4RLCatalogue.entries[dataset]
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
            url: D4RLTasks.paths[dataset].map { D4RLCatalogue.address + $0 })
    }

    /// The datasets of the paper's table, then what else is there: D4RL's other datasets and our own ("-r1").
    ///
    /// - Throws: `DatasetError` for a folder that cannot be listed.
    package func listings() throws(DatasetError) -> [DatasetListing] {
        (D4RLCatalogue.names + (try otherDatasets())).map { listing($0) }
    }

    /// The datasets outside the paper's table whose files lie in the folders, in alphabetical order: D4RL's, and those
    /// with a recipe's number for a version.
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
