/// Which of the published dynamics an environment follows.
package enum DynamicsProfile: String, Sendable, CaseIterable {
    /// The one D4RL's data come from: capsules weigh what MuJoCo before 2.1.1 made them weigh, and the control cost is
    /// that of the clipped action.
    case d4rl
    /// Gymnasium's v4: exact capsule inertia, and the control cost of the action as the policy gave it.
    case gymnasium
    /// Gymnasium's v5: as v4, but a fall earns no healthy reward, and Walker2d's feet are alike.
    case gymnasiumV5 = "gymnasium-v5"
}
