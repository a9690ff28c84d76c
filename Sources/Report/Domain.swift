/// The benchmark's families of tasks; scores are summed within one.
package enum Domain: String, CaseIterable, Sendable {
    /// Gym-MuJoCo: HalfCheetah, Hopper, Walker2d, Ant.
    case locomotion
    /// Mazes for the ant, with a sparse reward.
    case antmaze
    /// Franka Kitchen.
    case kitchen

    /// The domain of a D4RL dataset by its name, "hopper-medium-replay-v2"; nil for other families.
    package init?(dataset: String) {
        switch dataset.prefix(while: { $0 != "-" }) {
        case "halfcheetah", "hopper", "walker2d", "ant": self = .locomotion
        case "antmaze": self = .antmaze
        case "kitchen": self = .kitchen
        default: return nil
        }
    }
}
