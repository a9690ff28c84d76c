package import Networks
package import Suites

/// A learner's definition for the rest of the program. Each learner's file declares one, and `LearnerRegistry.standard` lists
/// them; there is no other list of learners.
package struct LearnerDefinition: Sendable {
    /// The name in studies, tables and folders: "TD3+BC".
    package let name: String
    /// The algorithm's full name.
    package let title: String
    /// The publication: authors and venue.
    package let source: String
    /// Whether every gradient step depends on the planned number of steps: the rate of an `AdvantageWeightedPolicy` follows a
    /// cosine that reaches 0 at the last step. Only learners for which this is false can train for longer than was planned.
    package let followsHorizon: Bool

    private let settings: @Sendable (TaskClass) -> [Setting]
    private let networks: @Sendable (Hyperparameters, _ states: Int, _ actions: Int) -> [NetworkWork]
    private let steps: @Sendable (Hyperparameters) -> Int
    private let draws: @Sendable (Hyperparameters) -> [NoiseDraw]
    private let refuse: @Sendable (Hyperparameters, _ actions: Int) -> SettingsConflict?
    private let tell: @Sendable (Hyperparameters) -> String?
    private let create: @Sendable (Hyperparameters, Problem) -> any Learner

    /// Makes the definition of a learner called `name`.
    ///
    /// - Parameters:
    ///   - settings: every setting with its default for a class of tasks, its range and the default's origin. Keys and
    ///     their order are the same for all tasks; among them are those of `Setting.shape` and `Setting.data`.
    ///   - work: what a gradient step computes with each network; used to predict times and to place networks on ranks.
    ///   - period: the number of gradient steps in which every network is trained at least once; above 1 if some are delayed.
    ///   - noise: the random numbers that a gradient step draws.
    ///   - conflict: returns a conflict between settings that are each within their range.
    ///   - remark: returns a sentence on settings that a user should choose before relying on a run, with their keys.
    ///   - make: makes the learner with its first weights.
    package init(
        _ name: String, title: String, source: String, followsHorizon: Bool,
        settings: @escaping @Sendable (TaskClass) -> [Setting],
        work: @escaping @Sendable (Hyperparameters, _ states: Int, _ actions: Int) -> [NetworkWork],
        period: @escaping @Sendable (Hyperparameters) -> Int = { _ in 1 },
        noise: @escaping @Sendable (Hyperparameters) -> [NoiseDraw] = { _ in [] },
        conflict: @escaping @Sendable (Hyperparameters, _ actions: Int) -> SettingsConflict? = { (_, _) in nil },
        remark: @escaping @Sendable (Hyperparameters) -> String? = { _ in nil },
        make: @escaping @Sendable (Hyperparameters, Problem) -> any Learner
    ) {
        self.name = name
        self.title = title
        self.source = source
        self.followsHorizon = followsHorizon
        self.settings = settings
        networks = work
        steps = period
        draws = noise
        refuse = conflict
        tell = remark
        create = make
    }
}

extension LearnerDefinition {
    /// Returns the preset for a task; without a task, the standard preset, which is locomotion's.
    package func hyperparameters(for task: TaskClass = .unspecified) -> Hyperparameters {
        Hyperparameters(settings(task))
    }

    /// Makes a learner with its first weights.
    ///
    /// - `hyperparameters`: a preset of this learner, possibly with changed values.
    package func make(_ hyperparameters: Hyperparameters, problem: Problem) -> any Learner {
        create(hyperparameters, problem)
    }

    /// Returns every network of a case with the work of a gradient step on it.
    package func work(_ hyperparameters: Hyperparameters, states: Int, actions: Int) -> [NetworkWork] {
        networks(hyperparameters, states, actions).map { network in
            var network = network
            network.precision = hyperparameters.precision
            return network
        }
    }

    /// Returns the exact multiply-adds of one gradient step, the minimum that the algorithm needs, from the shapes alone.
    package func multiplyAdds(_ hyperparameters: Hyperparameters, states: Int, actions: Int) -> Double {
        let perSample = work(hyperparameters, states: states, actions: actions).map(\.multiplyAdds).reduce(0, +)
        return Double(hyperparameters.batchSize) * perSample
    }

    /// Returns the number of gradient steps in which every network is trained at least once.
    package func period(_ hyperparameters: Hyperparameters) -> Int { steps(hyperparameters) }

    /// Returns the random numbers that a gradient step draws.
    package func noise(_ hyperparameters: Hyperparameters) -> [NoiseDraw] { draws(hyperparameters) }

    /// Returns a conflict between settings that are each within their range, or with actions of `actions` dimensions; nil
    /// for none. `make` may be called only without a conflict.
    package func conflict(_ hyperparameters: Hyperparameters, actions: Int) -> SettingsConflict? {
        refuse(hyperparameters, actions)
    }

    /// Returns a sentence on settings that a user should choose before relying on a run, such as a guess; nil for none.
    package func remark(on hyperparameters: Hyperparameters) -> String? { tell(hyperparameters) }
}

/// Definitions are equal if their names are, which are unique in a registry.
extension LearnerDefinition: Hashable, CustomStringConvertible {
    package static func == (a: LearnerDefinition, b: LearnerDefinition) -> Bool { a.name == b.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// The name.
    package var description: String { name }
}

/// A conflict of settings: what was expected of them, and what was found.
package struct SettingsConflict: Sendable, Equatable {
    package let expected: String
    package let found: String

    package init(expected: String, found: String) {
        self.expected = expected
        self.found = found
    }
}
