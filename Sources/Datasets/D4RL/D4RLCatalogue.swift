import Glibc

/// The files that D4RL publishes for the datasets of the paper's table.
///
/// Sizes and digests: TensorFlow Datasets' checksums for locomotion and AntMaze, third-party documentation for kitchen.
package enum D4RLCatalogue {
    /// One published file.
    package struct Entry: Equatable, Sendable {
        /// The path below `address`.
        package let path: String
        /// The size of the file in bytes.
        package let bytes: Int
        /// The SHA-256 digest, 64 hexadecimal digits.
        package let sha256: String

        package init(path: String, bytes: Int, sha256: String) {
            self.path = path
            self.bytes = bytes
            self.sha256 = sha256
        }

        /// The file's name on disk.
        package var fileName: String { path.split(separator: "/").last.map { String($0) } ?? path }
        /// The address of the published file.
        package var url: String { D4RLCatalogue.address + path }
    }

    /// Where the files are published; ACTIVE_BENCH_D4RL_URL names a mirror with the same paths below it.
    package static let address: String = {
        let mirror = getenv("ACTIVE_BENCH_D4RL_URL").map { String(cString: $0) } ?? ""
        if mirror.isEmpty { return "http://rail.eecs.berkeley.edu/datasets/offline_rl/" }
        return mirror.hasSuffix("/") ? mirror : mirror + "/"
    }()

    /// The names of the datasets, in alphabetical order.
    package static let names = entries.keys.sorted()

    /// Returns the entry whose file has the name of the file at `path`, if there is one.
    package static func entry(ofFile path: String) -> (dataset: String, entry: Entry)? {
        let name = path.split(separator: "/").last.map { String($0) } ?? path
        return entries.first { $0.value.fileName == name }.map { ($0.key, $0.value) }
    }

    /// Returns a note if the file at `path` has the name of a published file but another digest; else nil. The data may
    /// still be the same, so the file is not refused.
    package static func note(onFile path: String, sha256: String) -> String? {
        guard let (dataset, entry) = entry(ofFile: path), entry.sha256 != sha256 else { return nil }
        return "\(path) is not D4RL's published \(dataset): its SHA-256 is another, as that of re-compressed data is"
    }

    /// The entries by dataset name ("hopper-medium-v2").
    package static let entries: [String: Entry] = [
        "halfcheetah-medium-v2": Entry(
            path: "gym_mujoco_v2/halfcheetah_medium-v2.hdf5",
            bytes: 237_727_262, sha256: "41324e8487a9556d8cfa4538827f8937f4d63dae3030825ebc9f3a726ed08ca0"),
        "halfcheetah-medium-replay-v2": Entry(
            path: "gym_mujoco_v2/halfcheetah_medium_replay-v2.hdf5",
            bytes: 59_448_533, sha256: "48d494a4770c11f48260736dec090b78bdca8375647ed4d24bfa5b6610c7f683"),
        "halfcheetah-medium-expert-v2": Entry(
            path: "gym_mujoco_v2/halfcheetah_medium_expert-v2.hdf5",
            bytes: 474_567_252, sha256: "015db75dae5bbe8e94029b71fa0bafc2073365df0c94744e71031189f3f79c06"),
        "hopper-medium-v2": Entry(
            path: "gym_mujoco_v2/hopper_medium-v2.hdf5",
            bytes: 152_756_557, sha256: "5bdf1bc4a713c82941de44633df669b36c89850b652a25985166796d25cf71a0"),
        "hopper-medium-replay-v2": Entry(
            path: "gym_mujoco_v2/hopper_medium_replay-v2.hdf5",
            bytes: 75_854_457, sha256: "e121c5f7c9857a307baa9edc6a2c3b48e85fedb9ac316ecddd0f48ca7ef4e39b"),
        "hopper-medium-expert-v2": Entry(
            path: "gym_mujoco_v2/hopper_medium_expert-v2.hdf5",
            bytes: 304_537_315, sha256: "9d51ad87f8c905be3880d84c6140bcdb7fbf39a19e046a237f238ba34fec9e26"),
        "walker2d-medium-v2": Entry(
            path: "gym_mujoco_v2/walker2d_medium-v2.hdf5",
            bytes: 232_254_996, sha256: "cf00f43add04c17fdfc2958dd581dea0851b2e5bedbe6fda073758a8f841aeda"),
        "walker2d-medium-replay-v2": Entry(
            path: "gym_mujoco_v2/walker2d_medium_replay-v2.hdf5",
            bytes: 86_323_963, sha256: "e75de96a4f77acf7d4e0d6fdf0d7ccb177c26c44bb4388e4fd99f543ccfa18db"),
        "walker2d-medium-expert-v2": Entry(
            path: "gym_mujoco_v2/walker2d_medium_expert-v2.hdf5",
            bytes: 462_197_079, sha256: "6b8d7f868c45bbaedf460be797fb7271b46dee6ebe45fe7a64319f2005b59a04"),
        "antmaze-umaze-v2": Entry(
            path: "ant_maze_v2/Ant_maze_u-maze_noisy_multistart_False_multigoal_False_sparse_fixed.hdf5",
            bytes: 232_532_949, sha256: "5ef15257771c50ef4d23c7de001750e96c8bb5d9b6a5e4a821dcfb3065fbd130"),
        "antmaze-umaze-diverse-v2": Entry(
            path: "ant_maze_v2/Ant_maze_u-maze_noisy_multistart_True_multigoal_True_sparse_fixed.hdf5",
            bytes: 230_854_272, sha256: "c771dd63963cd7d9f55f24a6d809064f6b82250a6aeac4c9d13f9a1d06e8c932"),
        "antmaze-medium-play-v2": Entry(
            path: "ant_maze_v2/Ant_maze_big-maze_noisy_multistart_True_multigoal_False_sparse_fixed.hdf5",
            bytes: 231_110_764, sha256: "c9fec1c1daad97c71d61bd47f4ccc9f74faa855b8a2d2e8107d5378018827e5b"),
        "antmaze-medium-diverse-v2": Entry(
            path: "ant_maze_v2/Ant_maze_big-maze_noisy_multistart_True_multigoal_True_sparse_fixed.hdf5",
            bytes: 231_095_166, sha256: "ad9dcbac05d1f8744a7a216083f513662f43f64f28a4a5eb225e9811902dfae7"),
        "antmaze-large-play-v2": Entry(
            path: "ant_maze_v2/Ant_maze_hardest-maze_noisy_multistart_True_multigoal_False_sparse_fixed.hdf5",
            bytes: 230_880_653, sha256: "6d353df2457829925d7f9d4b0215587469908bd57478ea76f16417cfa944f471"),
        "antmaze-large-diverse-v2": Entry(
            path: "ant_maze_v2/Ant_maze_hardest-maze_noisy_multistart_True_multigoal_True_sparse_fixed.hdf5",
            bytes: 231_183_710, sha256: "84f775eb7956ea9cc766704710dc520a8ab357adc7522ade47f556f0e335e284"),
        "kitchen-complete-v0": Entry(
            path: "kitchen/mini_kitchen_microwave_kettle_light_slider-v0.hdf5",
            bytes: 556_544, sha256: "cd797c38cd52dfbe3f960cef73935cc724847abd189e47a703a7a2315ed60a81"),
        "kitchen-partial-v0": Entry(
            path: "kitchen/kitchen_microwave_kettle_light_slider-v0.hdf5",
            bytes: 19_558_459, sha256: "57bfd9c5fe88a7cf702bbaf8b7cd800d30cd869e7f73416007238d26cd859800"),
        "kitchen-mixed-v0": Entry(
            path: "kitchen/kitchen_microwave_kettle_bottomburner_light-v0.hdf5",
            bytes: 19_560_760, sha256: "a30382a50278fdaea2e2d88e5f2836a95bcf9b581d252617872fd6537302721b"),
    ]
}
