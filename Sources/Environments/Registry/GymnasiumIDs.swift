/// The meaning of Gymnasium's ids of a family's environments: "Hopper-v4" is our hopper by Gymnasium's rules.
package struct GymnasiumIDs: Sendable {
    /// The profile of each version of an id.
    package let profiles: [Int: DynamicsProfile]
    /// An id, without its version, that does not determine the environment: its tasks do.
    package let toldByTasks: String?
    /// Parts of an id in a dataset's metadata that say how the data were collected, and not in which environment.
    let waysOfCollecting: [String]
    /// The reason, a clause, why an id of another version, or one that does not determine the environment, is refused; takes
    /// the environment's name here or that id.
    let otherVersion: @Sendable (_ name: String) -> String
    /// The reason, a clause, why an id (without its version) that belongs to the family's kind but to none of its names is
    /// refused; nil for other ids.
    let refusal: @Sendable (_ id: String) -> String?

    /// Makes ids whose versions mean `profiles`; without profiles, no id names an environment of the family.
    package init(
        profiles: [Int: DynamicsProfile] = [:], toldByTasks: String? = nil, waysOfCollecting: [String] = [],
        otherVersion: @escaping @Sendable (_ name: String) -> String = { "Gymnasium's ids do not stand for '\($0)'" },
        refusal: @escaping @Sendable (_ id: String) -> String? = { _ in nil }
    ) {
        self.profiles = profiles
        self.toldByTasks = toldByTasks
        self.waysOfCollecting = waysOfCollecting
        self.otherVersion = otherVersion
        self.refusal = refusal
    }

    /// Returns whether the environment that `id`, with its version, means depends on the tasks.
    package func isOfTasks(_ id: String) -> Bool { toldByTasks.map { id.hasPrefix($0 + "-v") } ?? false }

    /// Returns `id` without the parts that say how data were collected: "AntMaze_Large-v4" of "AntMaze_Large_Diverse_G-v4".
    package func environment(_ id: String) -> String {
        waysOfCollecting.reduce(id) { $0.replacing($1, with: "") }
    }
}
