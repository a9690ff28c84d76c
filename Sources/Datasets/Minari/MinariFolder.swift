import Glibc
import Paths

/// The files of one Minari dataset: `main_data.hdf5` and, in the same folder, `metadata.json`.
package struct MinariFolder: Sendable, Equatable {
    /// The path of the HDF5 file.
    package let data: String
    /// The path of the metadata; nil if there are none, as before Minari 0.5.
    package let metadata: String?

    /// Finds the dataset at `path`: its folder, the folder `data` in it, or the HDF5 file.
    ///
    /// - Throws: `DatasetError` for a folder without data, or with data in another format: Arrow, Parquet.
    package init(at path: String) throws(DatasetError) {
        guard try isFolder(path) else {
            try self.init(file: path)
            return
        }
        let inner = path + "/data"
        let folder = try isFolder(inner) ? inner : path
        let file = folder + "/main_data.hdf5"
        guard try isThere(file) else {
            let metadata = folder + "/metadata.json"
            let format = try isThere(metadata) ? try MinariMetadata(at: metadata).format : nil
            throw DatasetError(
                file: path, expected: "a dataset of Minari's with \(folder)/main_data.hdf5",
                found: format.map { "one of the format '\($0)', which this program does not read" } ?? "no such file",
                hint: format == nil ? nil : "convert it: minari.create_dataset_from_buffers(…, data_format=\"hdf5\")")
        }
        try self.init(file: file)
    }

    private init(file: String) throws(DatasetError) {
        let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        let beside = folder + "/metadata.json"
        data = file
        metadata = try isThere(beside) ? beside : nil
    }

    /// Returns whether `path` is a Minari dataset, by the names of files: its folder, or the HDF5 file.
    ///
    /// - Throws: `DatasetError` when that cannot be found out.
    package static func isDataset(at path: String) throws(DatasetError) -> Bool {
        if try isFolder(path) { return true }
        return path.hasSuffix("main_data.hdf5") ? try MinariFolder(file: path).metadata != nil : false
    }

    /// The folder of Minari's datasets: $MINARI_DATASETS_PATH, by default ~/.minari/datasets.
    package static var root: String {
        func value(_ name: String) -> String? {
            PathBytes.environmentVariable(name).flatMap { $0.isEmpty ? nil : $0 }
        }
        return value("MINARI_DATASETS_PATH") ?? (value("HOME") ?? ".") + "/.minari/datasets"
    }

    /// Finds the dataset called `id` in `root`.
    ///
    /// - Throws: `DatasetError` that says where the dataset was looked for and how to get it, or why it cannot be read.
    package static func find(_ id: MinariID, in root: String = root) throws(DatasetError) -> MinariFolder {
        let path = "\(root)/\(id)"
        guard try isFolder(path) else {
            throw DatasetError(
                file: path, expected: "the folder of Minari's \(id)", found: "none",
                hint: "get it with `minari download \(id)`, or set MINARI_DATASETS_PATH to the folder of the datasets")
        }
        return try MinariFolder(at: path)
    }
}
