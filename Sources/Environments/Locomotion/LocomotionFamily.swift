import Suites

extension EnvironmentFamily {
    /// Gym-MuJoCo's Hopper, HalfCheetah and Walker2d.
    static let locomotion = EnvironmentFamily(
        suite: .locomotion,
        environments: [Hopper.task, HalfCheetah.task, Walker2d.task].map { task in
            EnvironmentDefinition(task.specification) { try PlanarLocomotion(task, profile: $0.profile) }
        },
        published: .locomotion,
        recipes: [LocomotionRecipes.first, LocomotionRecipes.second],
        gymnasium: GymnasiumIDs(
            // Gym's v2 and v3 ran on the MuJoCo with which D4RL's data were made.
            profiles: [2: .d4rl, 3: .d4rl, 4: .gymnasium, 5: .gymnasiumV5],
            otherVersion: { name in
                "'\(name)' is Gymnasium's v4 with --profile gymnasium, its v5 with --profile gymnasium-v5, and gym's v2 and "
                    + "v3, from which D4RL's data come, with --profile d4rl"
            }))
}
