import Suites

/// The tasks of which D4RL has datasets, in the suites of the paper's table.
package enum D4RLTasks {
    private static let walkers = ["halfcheetah", "hopper", "walker2d"]
    private static let kinds = ["random", "medium", "expert", "medium-replay", "medium-expert", "full-replay"]

    /// The names without a version: "hopper-medium-replay".
    package static let names: [String] =
        walkers.flatMap { environment in kinds.map { "\(environment)-\($0)" } }
        + ["umaze", "umaze-diverse", "medium-play", "medium-diverse", "large-play", "large-diverse"]
        .map { "antmaze-\($0)" } + ["complete", "partial", "mixed"].map { "kitchen-\($0)" }

    /// Returns whether `dataset` is a possible name: versions such as "-v2" are D4RL's, others are not checked.
    package static func allows(_ dataset: String) -> Bool {
        dataset.split(separator: "-").last?.first != "v" || names.contains(DatasetName(dataset).task)
    }

    /// Where D4RL publishes each of its datasets of these tasks, below `D4RLCatalogue.address` (d4rl/infos.py,
    /// d4rl/gym_mujoco/__init__.py, d4rl/locomotion/__init__.py). Of those outside `D4RLCatalogue.entries`, the paper's,
    /// neither size nor digest is known here.
    package static let paths: [String: String] = {
        var paths: [String: String] = [:]
        for walker in walkers {
            for kind in kinds {
                let words = "\(walker)_\(kind.replacing("-", with: "_"))"
                for version in ["v1", "v2"] {
                    paths["\(walker)-\(kind)-\(version)"] = "gym_mujoco_\(version)/\(words)-\(version).hdf5"
                }
                if kind != "full-replay" { paths["\(walker)-\(kind)-v0"] = "gym_mujoco/\(words).hdf5" }
            }
            // D4RL's former word for medium-replay.
            let first = walker == "walker2d" ? "walker" : walker
            paths["\(walker)-medium-replay-v0"] = "gym_mujoco/\(first)_mixed.hdf5"
        }
        for (task, old, new, starts, goals) in mazes {
            let filling = "noisy_multistart_\(starts)_multigoal_\(goals)_sparse"
            paths["\(task)-v0"] = "ant_maze_new/Ant_maze_\(old)_\(filling).hdf5"
            paths["\(task)-v1"] = "ant_maze_v1/Ant_maze_\(new)_\(filling).hdf5"
        }
        return paths.merging(D4RLCatalogue.entries.mapValues(\.path)) { _, published in published }
    }()

    /// The mazes' names in the files of -v0 and of -v1, and their multistart and multigoal flags.
    private static let mazes = [
        ("antmaze-umaze", "u-maze", "umaze", "False", "False"),
        ("antmaze-umaze-diverse", "u-maze", "umaze", "True", "True"),
        ("antmaze-medium-play", "big-maze", "medium", "True", "False"),
        ("antmaze-medium-diverse", "big-maze", "medium", "True", "True"),
        ("antmaze-large-play", "hardest-maze", "large", "True", "False"),
        ("antmaze-large-diverse", "hardest-maze", "large", "True", "True"),
    ]

    /// Returns the name of the file in which D4RL publishes `dataset`; nil if it does not publish it.
    package static func fileName(of dataset: String) -> String? {
        paths[dataset].map { $0.split(separator: "/").last.map { String($0) } ?? $0 }
    }

    /// Returns whether D4RL publishes `dataset` and this program does not know the file's digest.
    package static func isOfUnknownDigest(_ dataset: String) -> Bool {
        paths[dataset] != nil && D4RLCatalogue.entries[dataset] == nil
    }

    /// Returns the dataset's name that `text` misspells: in other case, with underscores, as a file's name, or with "mixed",
    /// D4RL's former word for medium-replay.
    ///
    /// - Returns: nil if `text` names no dataset of these tasks, or is spelt correctly.
    package static func canonicalSpelling(_ text: String) -> String? {
        if let dataset = DatasetLocation.dataset(ofFile: text) { return dataset }
        var name = text.lowercased().replacing("_", with: "-")
        if name.hasSuffix(".hdf5") { name = String(name.dropLast(".hdf5".count)) }
        if !name.hasPrefix("kitchen") { name = name.replacing("-mixed", with: "-medium-replay") }
        return name != text && names.contains(DatasetName(name).task) ? name : nil
    }
}
