package import Networks
package import Suites

/// A learner as the rest of the program knows it. Each learner's file declares its own, and `LearnerRegistry.standard` lists
/// them: nothing else in the program has a list of learners.
package struct LearnerDefinition: Sendable {
    /// What studies, tables and folders call it: "TD3+BC".
    package let name: String
    /// The algorithm's full name.
    package let title: String
    /// Who has published it, and where.
    package let source: String
    /// Whether every gradient step depends on how many are planned: the rate of an `AdvantageWeightedPolicy` falls along a cosine
    /// which reaches 0 at the last. Only other learners can train for longer than was planned.
    package let followsHorizon: Bool

    private let settings: @Sendable (TaskClass) -> [Setting]
    private let networks: @Sendable (Hyperparameters, _ states: Int, _ actions: Int) -> [NetworkWork]
    private let steps: @Sendable (Hyperparameters) -> Int
    private let draws: @Sendable (Hyperparameters) -> [NoiseDraw]
    private let refuse: @Sendable (Hyperparameters, _ actions: Int) -> SettingsConflict?
    private let create: @Sendable (Hyperparameters, Problem) -> any Learner

    /// A learner called `name`.
    ///
    /// - Parameters:
    ///   - settings: every setting with its default for a class of tasks, its range and where the default comes from. Keys and
    ///     their order are the same for all tasks; among them are those of `Setting.shape` and `Setting.data`.
    ///   - work: what a gradient step computes with each network. Times are predicted from it, and networks placed on ranks.
    ///   - period: gradient steps after which every network has been trained once: more than 1 where some are delayed.
    ///   - noise: the random numbers that a gradient step draws.
    ///   - conflict: what the learner cannot make of settings that are each within their range.
    ///   - make: the learner with its first weights.
    package init(
        _ name: String, title: String, source: String, followsHorizon: Bool,
        settings: @escaping @Sendable (TaskClass) -> [Setting],
        work: @escaping @Sendable (Hyperparameters, _ states: Int, _ actions: Int) -> [NetworkWork],
        period: @escaping @Sendable (Hyperparameters) -> Int = { _ in 1 },
        noise: @escaping @Sendable (Hyperparameters) -> [NoiseDraw] = { _ in [] },
        conflict: @escaping @Sendable (Hyperparameters, _ actions: Int) -> SettingsConflict? = { (_, _) in nil },
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
        create = make
    }
}

extension LearnerDefinition {
    /// The preset for a task. Without one it is what the learner has where its settings do not differ.
    package func hyperparameters(for task: TaskClass = .unspecified) -> Hyperparameters {
        Hyperparameters(settings(task))
    }

    /// A fresh learner.
    ///
    /// - Parameter hyperparameters: a preset of this learner, possibly with other values.
    package func make(_ hyperparameters: Hyperparameters, problem: Problem) -> any Learner {
        create(hyperparameters, problem)
    }

    /// Every network of a case with what a gradient step computes with it.
    package func work(_ hyperparameters: Hyperparameters, states: Int, actions: Int) -> [NetworkWork] {
        networks(hyperparameters, states, actions).map { network in
            var network = network
            network.precision = hyperparameters.precision
            return network
        }
    }

    /// Exact multiply-adds of one gradient step, the minimum the algorithm needs, from the shapes alone.
    package func multiplyAdds(_ hyperparameters: Hyperparameters, states: Int, actions: Int) -> Double {
        let perSample = work(hyperparameters, states: states, actions: actions).map(\.multiplyAdds).reduce(0, +)
        return Double(hyperparameters.batchSize) * perSample
    }

    /// Gradient steps after which every network has been trained once.
    package func period(_ hyperparameters: Hyperparameters) -> Int { steps(hyperparameters) }

    /// The random numbers that a gradient step draws.
    package func noise(_ hyperparameters: Hyperparameters) -> [NoiseDraw] { draws(hyperparameters) }

    /// What settings that are each within their range cannot be together, or not for actions of `actions` dimensions; nil
    /// for nothing. A learner is made of no others.
    package func conflict(_ hyperparameters: Hyperparameters, actions: Int) -> SettingsConflict? {
        refuse(hyperparameters, actions)
    }
}

/// Learners are told apart by their names, which a registry holds once.
extension LearnerDefinition: Hashable, CustomStringConvertible {
    package static func == (a: LearnerDefinition, b: LearnerDefinition) -> Bool { a.name == b.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// The name.
    package var description: String { name }
}

/// Settings that exclude each other: what was expected of them, and what was found.
package struct SettingsConflict: Sendable, Equatable {
    package let expected: String
    package let found: String

    package init(expected: String, found: String) {
        self.expected = expected
        self.found = found
    }
}
