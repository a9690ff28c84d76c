/// What Gymnasium's ids of a family's environments stand for: "Hopper-v4" is our hopper by Gymnasium's rules.
package struct GymnasiumIDs: Sendable {
    /// The profile that an id's version stands for.
    package let profiles: [Int: DynamicsProfile]
    /// An id, without its version, that leaves open which of the family is meant: the environment's tasks say it.
    package let toldByTasks: String?
    /// Why an id of another version names nothing here, and one that leaves open what is meant: a clause, of the
    /// environment's name here or of that id.
    let otherVersion: @Sendable (_ name: String) -> String
    /// Why an id, given without its version, that spells none of the family's names is nevertheless one of its kind and names
    /// nothing here: a clause; nil for other ids.
    let refusal: @Sendable (_ id: String) -> String?

    /// Ids whose versions stand for `profiles`; without any, no id names an environment of the family.
    package init(
        profiles: [Int: DynamicsProfile] = [:], toldByTasks: String? = nil,
        otherVersion: @escaping @Sendable (_ name: String) -> String = { "Gymnasium's ids do not stand for '\($0)'" },
        refusal: @escaping @Sendable (_ id: String) -> String? = { _ in nil }
    ) {
        self.profiles = profiles
        self.toldByTasks = toldByTasks
        self.otherVersion = otherVersion
        self.refusal = refusal
    }

    /// Whether `id`, with its version, leaves to the tasks which of the family is meant.
    package func isOfTasks(_ id: String) -> Bool { toldByTasks.map { id.hasPrefix($0 + "-v") } ?? false }
}
