/// An environment that can start an episode in any state.
package protocol PlaceableEnvironment: SimulatedEnvironment {
    /// Starts an episode exactly at `positions` (qpos) and `velocities` (qvel), without a warm start of the solver.
    ///
    /// - Throws: `EnvironmentError.simulator`.
    func reset(toPositions positions: [Double], velocities: [Double]) throws
}

extension EnvironmentRegistry {
    /// The names of the placeable environments, in the registry's order. It makes every environment; one whose assets are
    /// missing is left out.
    package static var placeableNames: [String] {
        names.filter { (try? make($0)) is any PlaceableEnvironment }
    }
}
