package import Numerics
package import Suites

/// The registry of environments.
package enum EnvironmentRegistry {
    /// The families: a new one is a folder below Sources/Environments and an element here.
    ///
    /// It is a task-local value and not a global variable, so that a test can add a family for the length of a closure without
    /// affecting tests that run at the same time. The program itself never changes it.
    ///
    ///     EnvironmentRegistry.$families.withValue(EnvironmentRegistry.families + [mine]) { … }
    @TaskLocal package static var families: [EnvironmentFamily] = [.locomotion, .antmaze, .kitchen]

    private static var definitions: [EnvironmentDefinition] { families.flatMap(\.environments) }

    /// All names, in the registry's order.
    package static var names: [String] { definitions.map(\.name) }

    /// The names of the environments that only behaviour policies act in.
    package static var behaviourNames: [String] { families.flatMap(\.behaviourEnvironments).map(\.name) }

    /// Makes an environment called `name`, one of behaviour policies' included, at its start state without noise.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`, `.missingAssets`, `.damagedAssets`,
    ///   `.libraryMismatch` or `.simulator`.
    package static func make(
        _ name: String, options: EnvironmentOptions = EnvironmentOptions()
    ) throws -> any Environment {
        try definition(name).make(options)
    }

    /// Makes the environment in which policies learned from D4RL's `dataset` are evaluated, by the rules of the dataset's
    /// version.
    ///
    /// - Throws: `EnvironmentError.unknownDataset`, and the errors of `make`.
    package static func make(forDataset dataset: String, stream: RandomStream) throws -> any Environment {
        try make(
            environmentName(forDataset: dataset),
            options: EnvironmentOptions(goals: goals(ofDataset: dataset, stream: stream)))
    }

    /// Returns when the environment of D4RL's `dataset` draws its goal, by the rules of the dataset's version: once, from `stream`, or
    /// in every episode.
    package static func goals(ofDataset dataset: String, stream: RandomStream) -> EnvironmentOptions.Goals {
        let version = DatasetName(dataset).version ?? ""
        let isOne = family(ofDataset: dataset)?.versionsOfOneGoal.contains(version) ?? false
        return isOne ? .once(stream) : .everyEpisode
    }

    /// Returns the environment in which the policies that act in the one called `name` are trained.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`.
    package static func trainingEnvironment(of name: String) throws(EnvironmentError) -> String {
        try definition(name).policies ?? name
    }

    /// Refuses names of environments whose files are missing; one that needs files is made, to check that they are
    /// complete.
    ///
    /// - Throws: `EnvironmentError.missingAssets` or `.damagedAssets`.
    package static func requireAssets(of names: [String]) throws {
        let madeOfFiles = definitions.first { $0.needsAssets && names.contains($0.name) }
        _ = try madeOfFiles.map { try make($0.name) }
    }

    /// Returns the specification of the environment called `name`, by the rules of `profile`.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`.
    package static func specification(
        _ name: String, profile: DynamicsProfile = .d4rl
    ) throws(EnvironmentError) -> EnvironmentSpecification {
        let definition = try definition(name)
        return profile == .d4rl
            ? definition.specification
            : definition.gymnasiumSpecification ?? definition.specification
    }

    /// Returns the common time limit of all environments with observations of `states` and actions of `actions` elements.
    ///
    /// - Returns: nil if there is no such environment, or their limits differ.
    package static func maximumSteps(states: Int, actions: Int) -> Int? {
        let limits = Set(
            definitions.map(\.specification).filter { $0.observationSize == states && $0.actionSize == actions }
                .map(\.maximumSteps))
        return limits.count == 1 ? limits.first : nil
    }

    /// Returns the environment in which a dataset was collected: "hopper-medium-replay-r1" → "hopper".
    ///
    /// - Throws: `EnvironmentError.unknownDataset`.
    package static func environmentName(forDataset dataset: String) throws(EnvironmentError) -> String {
        // The longest match, as one name may be the beginning of another ("ant" and "ant-maze").
        let matches = names.filter { dataset == $0 || dataset.hasPrefix($0 + "-") }
        if let name = matches.max(by: { $0.count < $1.count }) { return name }
        let nearest = names.filter { name in
            let words = dataset.split(separator: "-").prefix(name.split(separator: "-").count)
            return !nearestNames(to: words.joined(separator: "-"), among: [name]).isEmpty
        }
        throw EnvironmentError.unknownDataset(name: dataset, nearest: nearest, known: names)
    }

    /// The suites, each once, in the order of their first families.
    package static var suites: [TaskSuite] {
        families.map(\.suite).reduce(into: []) { suites, suite in
            if !suites.contains(suite) { suites.append(suite) }
        }
    }

    /// Returns the family of `dataset`, by the first word of its name; nil if no environment's name begins with it.
    private static func family(ofDataset dataset: String) -> EnvironmentFamily? {
        let word = DatasetName.family(of: dataset)
        return families.first { family in
            family.environments.contains { DatasetName.family(of: $0.name) == word }
        }
    }

    /// Returns the suite of `dataset`, by the first word of its name; nil if no environment's name begins with it.
    package static func suite(ofDataset dataset: String) -> TaskSuite? { family(ofDataset: dataset)?.suite }

    /// Returns the recipe that the version of `dataset` names ("hopper-mine-r1": Hopper's recipe 1); nil if there is none.
    package static func recipe(ofDataset dataset: String) -> DatasetRecipe? {
        family(ofDataset: dataset)?.recipes.first { $0.version == DatasetName(dataset).version }
    }

    /// The recordings of all recipes, in the families' order.
    package static var recordings: [DatasetRecipe.Recording] { families.flatMap(\.recipes).flatMap(\.recordings) }

    /// Returns the suite of the environment called `name`.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`.
    package static func suite(of name: String) throws(EnvironmentError) -> TaskSuite {
        let family = families.first { $0.environments.contains { $0.name == name } }
        guard let family else { throw unknown(name) }
        return family.suite
    }

    /// Returns the task class of `dataset`, by which the learners' settings are chosen.
    ///
    /// - Parameter dataset: a dataset's name with or without its version, or an environment's.
    /// - Throws: `EnvironmentError.unknownDataset`.
    package static func taskClass(ofDataset dataset: String) throws(EnvironmentError) -> TaskClass {
        let name = try environmentName(forDataset: dataset)
        return TaskClass(
            task: DatasetName(dataset).task, suite: try suite(of: name), actionSize: try specification(name).actionSize)
    }

    private static func definition(_ name: String) throws(EnvironmentError) -> EnvironmentDefinition {
        let all = definitions + families.flatMap(\.behaviourEnvironments)
        if let definition = all.first(where: { $0.name == name }) { return definition }
        throw unknown(name)
    }

    private static func unknown(_ name: String) -> EnvironmentError {
        .unknownEnvironment(name: name, nearest: nearestNames(to: name, among: names), known: names)
    }
}
