import Suites

extension PublishedDatasets {
    /// D4RL's datasets of the kitchens. Sizes and digests: the documentation of
    /// suk063/reachy-retarget, of files downloaded from the same addresses.
    static let kitchen = PublishedDatasets(
        tasks: ["complete", "partial", "mixed"].map { "kitchen-\($0)" }, files: files)

    private static let files: [String: PublishedFile] = [
        "kitchen-complete-v0": PublishedFile(
            path: "kitchen/mini_kitchen_microwave_kettle_light_slider-v0.hdf5",
            bytes: 556_544, sha256: "cd797c38cd52dfbe3f960cef73935cc724847abd189e47a703a7a2315ed60a81"),
        "kitchen-partial-v0": PublishedFile(
            path: "kitchen/kitchen_microwave_kettle_light_slider-v0.hdf5",
            bytes: 19_558_459, sha256: "57bfd9c5fe88a7cf702bbaf8b7cd800d30cd869e7f73416007238d26cd859800"),
        "kitchen-mixed-v0": PublishedFile(
            path: "kitchen/kitchen_microwave_kettle_bottomburner_light-v0.hdf5",
            bytes: 19_560_760, sha256: "a30382a50278fdaea2e2d88e5f2836a95bcf9b581d252617872fd6537302721b"),
    ]
}
