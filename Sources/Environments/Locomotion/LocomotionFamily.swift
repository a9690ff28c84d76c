import Suites

extension EnvironmentFamily {
    /// Gym-MuJoCo's Hopper, HalfCheetah and Walker2d.
    static let locomotion = EnvironmentFamily(
        suite: .locomotion,
        environments: [Hopper.task, HalfCheetah.task, Walker2d.task].map { task in
            EnvironmentDefinition(task.specification) { try PlanarLocomotion(task, profile: $0.profile) }
        })
}
