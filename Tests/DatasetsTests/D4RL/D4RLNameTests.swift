import Datasets
import ScratchFiles
import Suites
import Testing

/// D4RL's datasets outside the paper's table are known, and so are other spellings of all names.
@Suite struct D4RLNameTests {
    let folder = TemporaryFolder()

    /// Names and paths, copied from D4RL's own tables.
    @Test(arguments: [
        ("hopper-random-v2", "gym_mujoco_v2/hopper_random-v2.hdf5"),
        ("walker2d-full-replay-v1", "gym_mujoco_v1/walker2d_full_replay-v1.hdf5"),
        ("halfcheetah-expert-v0", "gym_mujoco/halfcheetah_expert.hdf5"),
        ("hopper-medium-replay-v0", "gym_mujoco/hopper_mixed.hdf5"),
        ("walker2d-medium-replay-v0", "gym_mujoco/walker_mixed.hdf5"),
        ("walker2d-medium-expert-v0", "gym_mujoco/walker2d_medium_expert.hdf5"),
        (
            "antmaze-umaze-v0",
            "ant_maze_new/Ant_maze_u-maze_noisy_multistart_False_multigoal_False_sparse.hdf5"
        ),
        (
            "antmaze-large-diverse-v1",
            "ant_maze_v1/Ant_maze_large_noisy_multistart_True_multigoal_True_sparse.hdf5"
        ),
        ("hopper-medium-v2", "gym_mujoco_v2/hopper_medium-v2.hdf5"),
    ])
    func publishedElsewhere(dataset: String, path: String) {
        #expect(D4RLTasks.path(of: dataset) == path)
        let file = String(path.split(separator: "/").last ?? "")
        #expect(DatasetLocation.fileName(for: dataset) == file)
        #expect(DatasetLocation.dataset(ofFile: file) == dataset)
        #expect(D4RLTasks.isOfUnknownDigest(dataset) == (D4RLCatalogue.entry(of: dataset) == nil))
    }

    @Test func everyFileNameBelongsToOneDataset() {
        let files = D4RLTasks.datasets.compactMap { DatasetLocation.fileName(for: $0) }
        #expect(Set(files).count == files.count && files.count == D4RLTasks.datasets.count)
        for unpublished in ["hopper-full-replay-v0", "kitchen-complete-v1", "hopper-medium-v3", "hopper-medium-r1"] {
            #expect(D4RLTasks.path(of: unpublished) == nil && !D4RLTasks.isOfUnknownDigest(unpublished))
        }
    }

    /// A file is found under the published name and under the naming pattern of D4RL's later files.
    @Test(arguments: ["hopper_mixed.hdf5", "hopper_medium_replay-v0.hdf5"]) func isFound(file: String) throws {
        put([1, 2], at: folder(file))
        let location = DatasetLocation(folders: ["/proc/absent", folder.path])
        #expect(try location.find("hopper-medium-replay-v0") == folder(file))
        let listing = location.listing("hopper-medium-replay-v0")
        #expect(listing.state == .present && listing.file == file && listing.folder == folder.path)
        #expect(listing.publishedSHA256 == nil && listing.url?.hasSuffix("/gym_mujoco/hopper_mixed.hdf5") == true)
        #expect(try location.listings().map(\.dataset) == D4RLCatalogue.names + ["hopper-medium-replay-v0"])
    }

    @Test func absentDatasetsSayWhereTheyArePublished() {
        let error = #expect(throws: DatasetError.self) { try DatasetLocation(folders: ["/a"]).find("hopper-random-v2") }
        #expect(
            error?.description
                == "hopper_random-v2.hdf5: expected the file of hopper-random-v2 in /a, found none; download it from "
                + "http://rail.eecs.berkeley.edu/datasets/offline_rl/gym_mujoco_v2/hopper_random-v2.hdf5 (its digest is "
                + "unknown here, so nothing checks it), or set ACTIVE_BENCH_DATA to its folder")
    }

    @Test(arguments: [
        ("hopper_medium-v2", "hopper-medium-v2"), ("hopper_medium-v2.hdf5", "hopper-medium-v2"),
        ("HOPPER-MEDIUM-V2", "hopper-medium-v2"), ("Hopper-Medium-Replay-v2", "hopper-medium-replay-v2"),
        ("hopper-mixed-v0", "hopper-medium-replay-v0"), ("hopper_mixed.hdf5", "hopper-medium-replay-v0"),
        ("antmaze_large-play-v2", "antmaze-large-play-v2"), ("Kitchen-Mixed-v0", "kitchen-mixed-v0"),
        ("walker2d_medium_expert-r1.hdf5", "walker2d-medium-expert-r1"),
    ])
    func otherSpellings(text: String, dataset: String) {
        #expect(D4RLTasks.canonicalSpelling(text) == dataset)
    }

    @Test(arguments: ["hopper-medium-v2", "hopper", "hoper_medium-v2", "", "notes.hdf5", "kitchen-mixed-v0", "mine"])
    func namesWithoutAnotherSpelling(text: String) {
        #expect(D4RLTasks.canonicalSpelling(text) == nil)
    }

    @Test(arguments: [
        ("locomotion", 0), ("hopper", 1), ("hopper-medium", 2), ("mine", Int.max),
    ])
    func selectorsOfAnOwnDataset(text: String, specificity: Int) {
        #expect(DatasetSelector(text).specificity(to: "mine", class: "hopper-medium") == specificity)
        #expect(DatasetSelector.all(for: "mine", class: "hopper-medium").contains(DatasetSelector(text)))
    }

    @Test(arguments: ["min", "hopper-med", "hopper-medium-replay", "antmaze", ""])
    func wordsThatDoNotSelectIt(text: String) {
        #expect(DatasetSelector(text).specificity(to: "mine", class: "hopper-medium") == nil)
    }
}
