import Environments
import Suites

/// The tasks of which D4RL has datasets, in the families of the registry.
package enum D4RLTasks {
    /// The names without a version: "hopper-medium-replay".
    package static var names: [String] { EnvironmentRegistry.families.flatMap(\.published.tasks) }

    /// Returns whether `dataset` is a possible name: versions such as "-v2" are D4RL's, others are not checked.
    package static func allows(_ dataset: String) -> Bool {
        dataset.split(separator: "-").last?.first != "v" || names.contains(DatasetName(dataset).task)
    }

    /// The datasets that D4RL publishes, by their full names, unordered.
    package static var datasets: [String] { EnvironmentRegistry.families.flatMap { $0.published.paths.keys } }

    /// Returns the path below `D4RLCatalogue.address` of the published `dataset`; nil if D4RL does not publish it. Size and
    /// digest are known only for `D4RLCatalogue.entries`.
    package static func path(of dataset: String) -> String? {
        EnvironmentRegistry.families.lazy.compactMap { $0.published.paths[dataset] }.first
    }

    /// Returns the name of the file in which D4RL publishes `dataset`; nil if it does not publish it.
    package static func fileName(of dataset: String) -> String? {
        path(of: dataset).map { $0.split(separator: "/").last.map { String($0) } ?? $0 }
    }

    /// Returns whether D4RL publishes `dataset` and this program does not know the file's digest.
    package static func isOfUnknownDigest(_ dataset: String) -> Bool {
        path(of: dataset) != nil && D4RLCatalogue.entry(of: dataset) == nil
    }

    /// Returns the dataset's name that `text` misspells: in other case, with underscores, as a file's name, or with "mixed",
    /// D4RL's former word for medium-replay.
    ///
    /// - Returns: nil if `text` names no dataset of these tasks, or is spelt correctly.
    package static func canonicalSpelling(_ text: String) -> String? {
        if let dataset = DatasetLocation.dataset(ofFile: text) { return dataset }
        var name = text.lowercased().replacing("_", with: "-")
        if name.hasSuffix(".hdf5") { name = String(name.dropLast(".hdf5".count)) }
        let spellings = [name, name.replacing("-mixed", with: "-medium-replay")]  // "kitchen-mixed" is a task itself
        let known = spellings.first { names.contains(DatasetName($0).task) }
        return known == text ? nil : known
    }
}
