import Suites

extension PublishedDatasets {
    /// D4RL's datasets of the mazes (d4rl/infos.py, d4rl/locomotion/__init__.py). Sizes and digests, of the paper's
    /// datasets only: TensorFlow Datasets' checksums.
    static let antmaze = PublishedDatasets(tasks: mazes.map(\.0), paths: paths, files: files)

    /// The mazes' names in the files of -v0 and of -v1, and how their datasets were filled.
    private static let mazes = [
        ("antmaze-umaze", "u-maze", "umaze", "False", "False"),
        ("antmaze-umaze-diverse", "u-maze", "umaze", "True", "True"),
        ("antmaze-medium-play", "big-maze", "medium", "True", "False"),
        ("antmaze-medium-diverse", "big-maze", "medium", "True", "True"),
        ("antmaze-large-play", "hardest-maze", "large", "True", "False"),
        ("antmaze-large-diverse", "hardest-maze", "large", "True", "True"),
    ]

    private static let paths: [String: String] = {
        var paths: [String: String] = [:]
        for (task, old, new, starts, goals) in mazes {
            let filling = "noisy_multistart_\(starts)_multigoal_\(goals)_sparse"
            paths["\(task)-v0"] = "ant_maze_new/Ant_maze_\(old)_\(filling).hdf5"
            paths["\(task)-v1"] = "ant_maze_v1/Ant_maze_\(new)_\(filling).hdf5"
        }
        return paths
    }()

    private static let files: [String: PublishedFile] = [
        "antmaze-umaze-v2": PublishedFile(
            path: "ant_maze_v2/Ant_maze_u-maze_noisy_multistart_False_multigoal_False_sparse_fixed.hdf5",
            bytes: 232_532_949, sha256: "5ef15257771c50ef4d23c7de001750e96c8bb5d9b6a5e4a821dcfb3065fbd130"),
        "antmaze-umaze-diverse-v2": PublishedFile(
            path: "ant_maze_v2/Ant_maze_u-maze_noisy_multistart_True_multigoal_True_sparse_fixed.hdf5",
            bytes: 230_854_272, sha256: "c771dd63963cd7d9f55f24a6d809064f6b82250a6aeac4c9d13f9a1d06e8c932"),
        "antmaze-medium-play-v2": PublishedFile(
            path: "ant_maze_v2/Ant_maze_big-maze_noisy_multistart_True_multigoal_False_sparse_fixed.hdf5",
            bytes: 231_110_764, sha256: "c9fec1c1daad97c71d61bd47f4ccc9f74faa855b8a2d2e8107d5378018827e5b"),
        "antmaze-medium-diverse-v2": PublishedFile(
            path: "ant_maze_v2/Ant_maze_big-maze_noisy_multistart_True_multigoal_True_sparse_fixed.hdf5",
            bytes: 231_095_166, sha256: "ad9dcbac05d1f8744a7a216083f513662f43f64f28a4a5eb225e9811902dfae7"),
        "antmaze-large-play-v2": PublishedFile(
            path: "ant_maze_v2/Ant_maze_hardest-maze_noisy_multistart_True_multigoal_False_sparse_fixed.hdf5",
            bytes: 230_880_653, sha256: "6d353df2457829925d7f9d4b0215587469908bd57478ea76f16417cfa944f471"),
        "antmaze-large-diverse-v2": PublishedFile(
            path: "ant_maze_v2/Ant_maze_hardest-maze_noisy_multistart_True_multigoal_True_sparse_fixed.hdf5",
            bytes: 231_183_710, sha256: "84f775eb7956ea9cc766704710dc520a8ab357adc7522ade47f556f0e335e284"),
    ]
}
