import Environments
import Glibc
import Paths
import Suites

/// The folders of datasets on this machine.
///
/// They are named by ACTIVE_BENCH_DATA and D4RL_DATASET_DIR, in this order; if neither is set, they are
/// $XDG_DATA_HOME/active-bench/datasets (by default in ~/.local/share), then D4RL's own ~/.d4rl/datasets.
package struct DatasetLocation: Equatable, Sendable {
    /// The folders that are searched, in order.
    package let folders: [String]

    /// Searches `folders`, in order.
    package init(folders: [String]) { self.folders = folders }

    /// Searches the folders that this process's environment variables name.
    package init() {
        self.init(variables: { PathBytes.environmentVariable($0) })
    }

    /// Searches the folders that environment variables name; an empty variable counts as unset.
    ///
    /// - `variables`: returns the value of a variable.
    package init(variables: (String) -> String?) {
        func value(_ name: String) -> String? { variables(name).flatMap { $0.isEmpty ? nil : $0 } }
        let named = ["ACTIVE_BENCH_DATA", "D4RL_DATASET_DIR"].compactMap(value)
        let home = value("HOME") ?? "."
        let data = value("XDG_DATA_HOME") ?? home + "/.local/share"
        folders = named.isEmpty ? [data + "/active-bench/datasets", home + "/.d4rl/datasets"] : named
    }

    /// Returns the name of a dataset's file: that of D4RL's published file, or one by D4RL's pattern:
    /// "hopper-medium-replay-r1" is hopper_medium_replay-r1.hdf5.
    ///
    /// - Returns: nil if the name is not words joined by hyphens with a version ("v2", "r1") at the end.
    package static func fileName(for dataset: String) -> String? {
        D4RLTasks.fileName(of: dataset) ?? pattern(dataset)
    }

    /// Returns the names that a dataset's file may have: the published one and, if its digest is unknown, also the one by
    /// the pattern of D4RL's later files.
    private static func fileNames(for dataset: String) -> [String] {
        let published = D4RLTasks.fileName(of: dataset)
        let pattern = D4RLCatalogue.entry(of: dataset) == nil ? pattern(dataset) : nil
        return [published, pattern == published ? nil : pattern].compactMap { $0 }
    }

    private static func pattern(_ dataset: String) -> String? {
        let words = dataset.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count >= 2, let version = words.last, version.count >= 2, "vr".contains(version.first ?? " "),
            version.dropFirst().allSatisfy(\.isNumber),
            words.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } })
        else { return nil }
        return words.dropLast().joined(separator: "_") + "-" + version + ".hdf5"
    }

    /// Returns the dataset of a file by its name, the inverse of `fileName`.
    ///
    /// - Returns: nil if no dataset's file has this name.
    package static func dataset(ofFile name: String) -> String? {
        if let published = D4RLTasks.datasets.first(where: { D4RLTasks.fileName(of: $0) == name }) {
            return published
        }
        guard name.hasSuffix(".hdf5") else { return nil }
        let dataset = String(name.dropLast(".hdf5".count)).replacing("_", with: "-")
        return fileNames(for: dataset).contains(name) ? dataset : nil
    }

    /// Returns the path of a dataset's file.
    ///
    /// - Throws: `DatasetError` that says where the file was looked for and how to get it, or why it cannot be read.
    package func find(_ dataset: String) throws(DatasetError) -> String {
        guard let first = Self.fileNames(for: dataset).first else {
            throw DatasetError(
                file: dataset, expected: "a dataset's name such as hopper-medium-replay-v2", found: "'\(dataset)'")
        }
        if let path = try findIfThere(dataset) { return path }
        throw DatasetError(
            file: first, expected: "the file of \(dataset) in \(folders.joined(separator: " or "))", found: "none",
            hint: hint(dataset))
    }

    /// Returns the path of a dataset's file; nil if there is none.
    ///
    /// - Throws: `DatasetError` for the first candidate that cannot be read, or whose folder cannot be searched.
    func findIfThere(_ dataset: String) throws(DatasetError) -> String? {
        for folder in folders {
            for name in Self.fileNames(for: dataset) {
                let path = folder + "/" + name
                guard fileStatus(path) != nil || (errno != ENOENT && errno != ENOTDIR) else { continue }
                try requireReadable(path)
                return path
            }
        }
        return nil
    }

    private func hint(_ dataset: String) -> String {
        if let published = D4RLCatalogue.entry(of: dataset) {
            return
                "get it with `jobs/fetch-d4rl.sh \(dataset)` (\(published.bytes) bytes from \(published.url)), or set "
                + "ACTIVE_BENCH_DATA to its folder"
        }
        if let path = D4RLTasks.path(of: dataset) {
            return
                "download it from \(D4RLCatalogue.address)\(path) (its digest is unknown here, so nothing checks it), or set "
                + "ACTIVE_BENCH_DATA to its folder"
        }
        if EnvironmentRegistry.recipe(ofDataset: dataset) != nil {
            let isOurs = RecipeCatalogue.recording(of: dataset) != nil
            let command = isOurs ? "jobs/make-datasets.sh \(dataset)" : "active-bench collect rollout"
            return "make it with `\(command)`, or set ACTIVE_BENCH_DATA to its folder"
        }
        return "put it there, or set ACTIVE_BENCH_DATA to its folder"
    }
}
