import Datasets
package import Environments
import Failures
package import Numerics
import Studies
import Suites

/// The environment in which a policy's episodes are evaluated or drawn.
package struct EvaluatedEnvironment {
    /// The environment in its noise-free start state.
    package let environment: any Environment
    /// The stream of all its random numbers.
    package let stream: RandomStream
    /// The profile of dynamics and rewards.
    let profile: DynamicsProfile

    /// Makes the environment named by `text`: one of ours, a Gymnasium id, or a dataset, whose version or metadata then
    /// determine the rules.
    ///
    /// - `profile`: the profile; nil for the one implied by the name, or D4RL's.
    /// - Throws: `EnvironmentError.unknownEnvironment` or `.notOurs` for an unknown name, `.otherProfile` for a name
    ///   that implies another profile; otherwise the errors of `EnvironmentRegistry.make`.
    package init(_ text: String, seed: Int, profile asked: DynamicsProfile?) throws {
        let named: NamedEnvironment
        let dataset = Self.dataset(text)
        if let id = MinariID(name: text) {
            let minari = try DatasetReference(minari: id)
            named = NamedEnvironment(name: minari.environment, profile: minari.profile)
        } else if let expected = MinariID.expectation(for: text) {
            throw HarnessError.badInput("there is no environment '\(printable(text))'; expected \(expected)")
        } else if let dataset {
            named = NamedEnvironment(
                name: try EnvironmentRegistry.environmentName(forDataset: dataset), profile: nil)
        } else {
            do {
                named = try Self.environment(text)
            } catch EnvironmentError.unknownEnvironment where MinariID(text) != nil && text.contains("/") {
                throw HarnessError.badInput(
                    "there is no environment '\(text)'; a dataset of Minari's is written '\(MinariID.prefix)\(text)'")
            }
        }
        profile = try named.profile(asked: asked, as: text)
        stream = RandomStream("evaluate/\(named.name)/seed-\(seed)")
        environment = try EnvironmentRegistry.make(
            named.name,
            options: EnvironmentOptions(
                profile: profile,
                goals: EnvironmentRegistry.goals(ofDataset: dataset ?? text, stream: stream.stream("environment"))))
    }

    /// The environment and profile named by `text`, which may be one of behaviour policies, without making the environment.
    ///
    /// - Throws: the errors of `EnvironmentRegistry.resolve`, with D4RL's tasks among the suggestions.
    package static func environment(_ text: String) throws -> NamedEnvironment {
        if EnvironmentRegistry.behaviourNames.contains(text) { return NamedEnvironment(name: text, profile: .d4rl) }
        let environments = EnvironmentRegistry.names
        return try EnvironmentRegistry.resolve(
            text, others: D4RLTasks.names.filter { !environments.contains($0) })
    }

    /// The dataset named by `text` in any spelling: one of D4RL's versions v0 to v2, of our recipes, or a task without
    /// a version.
    private static func dataset(_ text: String) -> String? {
        [text, D4RLTasks.canonicalSpelling(text)].compactMap { $0 }.first { name in
            let dataset = DatasetName(name)
            guard D4RLTasks.names.contains(dataset.task) else { return false }
            let version = name.dropFirst(dataset.task.count).dropFirst()
            return version.isEmpty || ["v0", "v1", "v2"].contains(version) || version.hasPrefix("r")
        }
    }
}
