/// The learners that studies can name.
package struct LearnerRegistry: Sendable {
    /// The learners in the order of the paper's table, behaviour cloning first.
    package let learners: [LearnerDefinition]

    /// The learners of this program.
    package static let standard = LearnerRegistry([.bc, .cql, .td3bc, .iql, .sql, .activeI, .activeS])

    /// Traps if two learners have the same name, or one lacks a setting that every learner has.
    package init(_ learners: [LearnerDefinition]) {
        precondition(Set(learners).count == learners.count, "two learners of one name: \(learners)")
        let common = (Setting.shape([], from: "") + Setting.data(clip: false, .raw, from: "")).map(\.key)
        for learner in learners {
            let keys = Set(learner.hyperparameters().settings.map(\.key))
            precondition(keys.isSuperset(of: common), "\(learner) lacks one of the settings \(common)")
        }
        self.learners = learners
    }

    /// Returns a registry with `others` appended.
    package func adding(_ others: LearnerDefinition...) -> LearnerRegistry { LearnerRegistry(learners + others) }

    /// The learner called `name`, if there is one.
    package subscript(name: String) -> LearnerDefinition? { learners.first { $0.name == name } }

    /// The learners' names.
    package var names: [String] { learners.map(\.name) }
}
