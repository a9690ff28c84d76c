import HDF5

/// The location of a dataset's steps, and their layout: D4RL's or Minari's.
package enum StoredDataset {
    /// The layout that is accepted.
    package enum Layout: String, Sendable {
        case d4rl
        case minari
        /// Both layouts.
        case either
    }

    /// Reads and checks the dataset at `path`: a file in D4RL's layout, Minari's `main_data.hdf5`, or the folder of that.
    ///
    /// - `layout`: the accepted layout; the other one is refused.
    /// - `includingNextObservations`: as in `D4RLFile.init`.
    /// - `arrayLimit`: the largest size of one array in memory, in bytes.
    /// - `willLoad`: called before values are read, with the peak memory of loading in bytes.
    /// - Returns: a `D4RLFile` or a `MinariFile`.
    /// - Throws: the `DatasetError`s of the layouts' readers.
    package static func read(
        path: String, layout: Layout = .either, includingNextObservations: Bool = false, arrayLimit: Int = 1 << 34,
        willLoad: (Int) throws(DatasetError) -> Void = { (_) throws(DatasetError) in }
    ) throws(DatasetError) -> any StoredSteps {
        let isMinari = try isFolder(path) ? true : try isMinari(path)
        if layout == .minari || (isMinari && layout == .either) {
            return try MinariFile(MinariFolder(at: path), arrayLimit: arrayLimit, willLoad: willLoad)
        }
        if isMinari {
            throw DatasetError(
                file: path, expected: "a file in D4RL's layout",
                found: "a dataset of Minari's, of groups 'episode_0', 'episode_1', …",
                hint: "call it by its name minari:ID, or make it a dataset of your own: {name: …, file: …}")
        }
        return try D4RLFile(
            path: path, includingNextObservations: includingNextObservations, arrayLimit: arrayLimit,
            willLoad: willLoad)
    }

    /// The layout that the data at a path of the user's are to have: Minari's in a folder.
    ///
    /// - Throws: `DatasetError` when it cannot be found out what is there.
    package static func layout(at path: String) throws(DatasetError) -> Layout {
        try isFolder(path) ? .minari : .either
    }

    /// The path of the HDF5 file of the dataset at `path`, which may be a folder of Minari's.
    ///
    /// - Throws: as `MinariFolder.init`.
    package static func file(at path: String) throws(DatasetError) -> String {
        try isFolder(path) ? try MinariFolder(at: path).data : path
    }

    /// Whether the HDF5 file at `path` is Minari's.
    private static func isMinari(_ path: String) throws(DatasetError) -> Bool {
        try wordingErrors { () throws(HDF5Error) in
            let file = try HDF5File(readingFrom: path)
            return try file.contains("episode_0") ? !(try file.contains("observations")) : false
        }
    }
}
