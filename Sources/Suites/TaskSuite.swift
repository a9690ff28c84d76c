/// A suite of tasks: learners have settings for one, and a table sums the scores over one.
///
/// Not an enumeration, so that a family of environments can define a suite of its own. A learner without settings for a suite
/// uses its defaults.
package struct TaskSuite: Sendable, Hashable {
    /// The name, by which studies select it and which the table shows for its sum: "locomotion".
    package let name: String
    /// How large a critic's values can become without having diverged.
    package let valueBound: ValueBound

    /// A suite called `name`.
    package init(_ name: String, valueBound: ValueBound = .tenfoldReturn) {
        self.name = name
        self.valueBound = valueBound
    }

    /// The bound that mean |Q| must not exceed.
    package enum ValueBound: Sendable, Hashable {
        /// Ten times the largest discounted return in the data.
        case tenfoldReturn
        /// |r|/(1 − γ), with the largest |r| in the data: for rewards that are paid at every step until success, so that a
        /// trajectory in the data may return far less than the worst policy.
        case endlessReward
    }
}

/// The suites of the ACTIVE paper's table.
extension TaskSuite {
    /// Gym-MuJoCo.
    package static let locomotion = TaskSuite("locomotion")
    /// Mazes for an ant, with a sparse reward (most presets subtract 1 from it).
    package static let antmaze = TaskSuite("antmaze", valueBound: .endlessReward)
    /// Franka Kitchen.
    package static let kitchen = TaskSuite("kitchen")
}
