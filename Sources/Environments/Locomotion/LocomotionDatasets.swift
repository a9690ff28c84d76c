import Suites

extension PublishedDatasets {
    /// D4RL's datasets of the walkers (d4rl/infos.py, d4rl/gym_mujoco/__init__.py). Sizes and digests, of the paper's
    /// datasets only: TensorFlow Datasets' checksums.
    static let locomotion = PublishedDatasets(
        tasks: walkers.flatMap { walker in kinds.map { "\(walker)-\($0)" } }, paths: paths, files: files)

    private static let walkers = ["halfcheetah", "hopper", "walker2d"]
    private static let kinds = ["random", "medium", "expert", "medium-replay", "medium-expert", "full-replay"]

    private static let paths: [String: String] = {
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
        return paths
    }()

    private static let files: [String: PublishedFile] = [
        "halfcheetah-medium-v2": PublishedFile(
            path: "gym_mujoco_v2/halfcheetah_medium-v2.hdf5",
            bytes: 237_727_262, sha256: "41324e8487a9556d8cfa4538827f8937f4d63dae3030825ebc9f3a726ed08ca0"),
        "halfcheetah-medium-replay-v2": PublishedFile(
            path: "gym_mujoco_v2/halfcheetah_medium_replay-v2.hdf5",
            bytes: 59_448_533, sha256: "48d494a4770c11f48260736dec090b78bdca8375647ed4d24bfa5b6610c7f683"),
        "halfcheetah-medium-expert-v2": PublishedFile(
            path: "gym_mujoco_v2/halfcheetah_medium_expert-v2.hdf5",
            bytes: 474_567_252, sha256: "015db75dae5bbe8e94029b71fa0bafc2073365df0c94744e71031189f3f79c06"),
        "hopper-medium-v2": PublishedFile(
            path: "gym_mujoco_v2/hopper_medium-v2.hdf5",
            bytes: 152_756_557, sha256: "5bdf1bc4a713c82941de44633df669b36c89850b652a25985166796d25cf71a0"),
        "hopper-medium-replay-v2": PublishedFile(
            path: "gym_mujoco_v2/hopper_medium_replay-v2.hdf5",
            bytes: 75_854_457, sha256: "e121c5f7c9857a307baa9edc6a2c3b48e85fedb9ac316ecddd0f48ca7ef4e39b"),
        "hopper-medium-expert-v2": PublishedFile(
            path: "gym_mujoco_v2/hopper_medium_expert-v2.hdf5",
            bytes: 304_537_315, sha256: "9d51ad87f8c905be3880d84c6140bcdb7fbf39a19e046a237f238ba34fec9e26"),
        "walker2d-medium-v2": PublishedFile(
            path: "gym_mujoco_v2/walker2d_medium-v2.hdf5",
            bytes: 232_254_996, sha256: "cf00f43add04c17fdfc2958dd581dea0851b2e5bedbe6fda073758a8f841aeda"),
        "walker2d-medium-replay-v2": PublishedFile(
            path: "gym_mujoco_v2/walker2d_medium_replay-v2.hdf5",
            bytes: 86_323_963, sha256: "e75de96a4f77acf7d4e0d6fdf0d7ccb177c26c44bb4388e4fd99f543ccfa18db"),
        "walker2d-medium-expert-v2": PublishedFile(
            path: "gym_mujoco_v2/walker2d_medium_expert-v2.hdf5",
            bytes: 462_197_079, sha256: "6b8d7f868c45bbaedf460be797fb7271b46dee6ebe45fe7a64319f2005b59a04"),
    ]
}
