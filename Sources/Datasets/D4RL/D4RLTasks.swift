import Suites

/// The tasks D4RL has datasets of, in the suites of the paper's table.
package enum D4RLTasks {
    private static let walkers = ["halfcheetah", "hopper", "walker2d"]
    private static let kinds = ["random", "medium", "expert", "medium-replay", "medium-expert", "full-replay"]

    /// Names without a version: "hopper-medium-replay".
    package static let names: [String] =
        walkers.flatMap { environment in kinds.map { "\(environment)-\($0)" } }
        + ["umaze", "umaze-diverse", "medium-play", "medium-diverse", "large-play", "large-diverse"]
        .map { "antmaze-\($0)" } + ["complete", "partial", "mixed"].map { "kitchen-\($0)" }

    /// Whether `dataset` may be meant: "-v2" and the like are D4RL's own, any other version is somebody else's affair.
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
            // D4RL's first word for what it then called medium-replay.
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

    /// The mazes' names in the files of -v0 and of -v1, and how their datasets were filled.
    private static let mazes = [
        ("antmaze-umaze", "u-maze", "umaze", "False", "False"),
        ("antmaze-umaze-diverse", "u-maze", "umaze", "True", "True"),
        ("antmaze-medium-play", "big-maze", "medium", "True", "False"),
        ("antmaze-medium-diverse", "big-maze", "medium", "True", "True"),
        ("antmaze-large-play", "hardest-maze", "large", "True", "False"),
        ("antmaze-large-diverse", "hardest-maze", "large", "True", "True"),
    ]

    /// The name of the file that D4RL publishes `dataset` in; nil for what it does not publish.
    package static func fileName(of dataset: String) -> String? {
        paths[dataset].map { $0.split(separator: "/").last.map { String($0) } ?? $0 }
    }

    /// Whether D4RL publishes `dataset` while this program knows no digest that would tell its file from another.
    package static func isOfUnknownDigest(_ dataset: String) -> Bool {
        paths[dataset] != nil && D4RLCatalogue.entries[dataset] == nil
    }

    /// The dataset's name that `text` spells otherwise: in other case, with underscores, as a file's name, or with "mixed",
    /// D4RL's first word for medium-replay.
    ///
    /// - Returns: nil for a text that names no dataset of these tasks, and for a name that needs no respelling.
    package static func respelt(_ text: String) -> String? {
        if let dataset = DatasetLocation.dataset(ofFile: text) { return dataset }
        var name = text.lowercased().replacing("_", with: "-")
        if name.hasSuffix(".hdf5") { name = String(name.dropLast(".hdf5".count)) }
        if !name.hasPrefix("kitchen") { name = name.replacing("-mixed", with: "-medium-replay") }
        return name != text && names.contains(DatasetName(name).task) ? name : nil
    }
}
