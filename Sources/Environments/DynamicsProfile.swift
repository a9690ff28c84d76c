/// The published dynamics and rewards that an environment follows.
package enum DynamicsProfile: String, Sendable, CaseIterable {
    /// The dynamics of D4RL's data: capsules have the masses that MuJoCo before 2.1.1 gave them, and the control cost is
    /// computed from the clipped action.
    case d4rl
    /// Gymnasium's v4: exact capsule inertia, and the control cost is computed from the unclipped action.
    case gymnasium
    /// Gymnasium's v5: as v4, but a fall earns no healthy reward, and both of Walker2d's feet have the same friction.
    case gymnasiumV5 = "gymnasium-v5"
}
