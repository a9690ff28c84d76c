/// The tasks D4RL has datasets of, in the suites of the paper's table.
public enum D4RLTasks {
    /// Names without a version: "hopper-medium-replay".
    public static let names: [String] =
        ["halfcheetah", "hopper", "walker2d"].flatMap { environment in
            ["random", "medium", "expert", "medium-replay", "medium-expert", "full-replay"]
                .map { "\(environment)-\($0)" }
        }
        + ["umaze", "umaze-diverse", "medium-play", "medium-diverse", "large-play", "large-diverse"]
        .map { "antmaze-\($0)" } + ["complete", "partial", "mixed"].map { "kitchen-\($0)" }

    /// Whether `dataset` may be meant: "-v2" and the like are D4RL's own, any other version is somebody else's affair.
    public static func allows(_ dataset: String) -> Bool {
        dataset.split(separator: "-").last?.first != "v" || names.contains(DatasetName(dataset).task)
    }
}
