import Suites

extension EnvironmentFamily {
    /// Gym-MuJoCo's Hopper, HalfCheetah and Walker2d.
    static let locomotion = EnvironmentFamily(
        suite: .locomotion,
        environments: [Hopper.task, HalfCheetah.task, Walker2d.task].map { task in
            EnvironmentDefinition(task.specification) { try PlanarLocomotion(task, profile: $0.profile) }
        },
        published: .locomotion,
        recipe: recipe,
        gymnasium: GymnasiumIDs(
            // Gym's v2 and v3 ran on the MuJoCo with which D4RL's data were made.
            profiles: [2: .d4rl, 3: .d4rl, 4: .gymnasium, 5: .gymnasiumV5],
            otherVersion: { name in
                "'\(name)' is Gymnasium's v4 with --profile gymnasium, its v5 with --profile gymnasium-v5, and gym's v2 and "
                    + "v3, from which D4RL's data come, with --profile d4rl"
            }))

    /// D4RL's recipe with our behaviour policies: a medium dataset has rollouts of one early-stopped SAC policy; a replay
    /// dataset has rollouts of the training's snapshots in order, instead of its replay buffer. The numbers of rows are D4RL's
    /// (half of them for Hopper's replay).
    private static let recipe = DatasetRecipe(
        number: 1, algorithm: "SAC", profile: .d4rl,
        recordings: [("hopper", 200_000), ("halfcheetah", 200_000), ("walker2d", 300_000)].flatMap { name, replayed in
            [
                DatasetRecipe.Recording(
                    dataset: "\(name)-medium-r1", environment: name, transitions: 1_000_000,
                    policies: ["medium.safetensors"]),
                DatasetRecipe.Recording(
                    dataset: "\(name)-medium-replay-r1", environment: name, transitions: replayed,
                    policies: ["snapshot-*.safetensors", "medium.safetensors"]),
            ]
        })
}
