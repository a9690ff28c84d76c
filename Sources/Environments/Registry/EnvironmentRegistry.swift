package import Numerics
package import Suites

/// The environments there are.
package enum EnvironmentRegistry {
    /// The families: a new one is a folder beside this file and a line here.
    ///
    /// A task-local value rather than a global variable: a test adds a family for the length of a closure, and no test that
    /// runs beside it sees that. Names are looked up from the command line down to the names of files; the program itself
    /// never changes this.
    ///
    ///     EnvironmentRegistry.$families.withValue(EnvironmentRegistry.families + [mine]) { … }
    @TaskLocal package static var families: [EnvironmentFamily] = [.locomotion, .antmaze, .kitchen]

    private static var definitions: [EnvironmentDefinition] { families.flatMap(\.environments) }

    /// All names, in the registry's order.
    package static var names: [String] { definitions.map(\.name) }

    /// A new environment called `name`, at its noise-free start state.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`, `.missingAssets`, `.damagedAssets`,
    ///   `.libraryMismatch` or `.simulator`.
    package static func make(
        _ name: String, options: EnvironmentOptions = EnvironmentOptions()
    ) throws -> any Environment {
        try definition(name).make(options)
    }

    /// A new environment that policies learned from D4RL's `dataset` are judged in, by the rules of the dataset's
    /// version.
    ///
    /// - Throws: `EnvironmentError.unknownDataset` and as `make`.
    package static func make(forDataset dataset: String, stream: RandomStream) throws -> any Environment {
        try make(
            environmentName(forDataset: dataset),
            options: EnvironmentOptions(goals: goals(ofDataset: dataset, stream: stream)))
    }

    /// When the environment of D4RL's `dataset` draws its goal: by the rules of the dataset's version once, from `stream`, or
    /// in every episode.
    package static func goals(ofDataset dataset: String, stream: RandomStream) -> EnvironmentOptions.Goals {
        let version = DatasetName(dataset).version ?? ""
        let isOne = family(ofDataset: dataset)?.versionsOfOneGoal.contains(version) ?? false
        return isOne ? .once(stream) : .everyEpisode
    }

    /// Refuses names of environments whose files are not there; one that needs files is made, to see whether they are
    /// whole.
    ///
    /// - Throws: `EnvironmentError.missingAssets` or `.damagedAssets`.
    package static func requireAssets(of names: [String]) throws {
        let madeOfFiles = definitions.first { $0.needsAssets && names.contains($0.name) }
        _ = try madeOfFiles.map { try make($0.name) }
    }

    /// The specification of the environment called `name`, by the rules of `profile`.
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

    /// The time limit that all environments with observations of `states` and actions of `actions` elements share.
    ///
    /// - Returns: nil where there is no such environment, or their limits differ.
    package static func maximumSteps(states: Int, actions: Int) -> Int? {
        let limits = Set(
            definitions.map(\.specification).filter { $0.observationSize == states && $0.actionSize == actions }
                .map(\.maximumSteps))
        return limits.count == 1 ? limits.first : nil
    }

    /// The environment a dataset was collected in: "hopper-medium-replay-r1" → "hopper".
    ///
    /// - Throws: `EnvironmentError.unknownDataset`.
    package static func environmentName(forDataset dataset: String) throws(EnvironmentError) -> String {
        // The longest match, so that a name may begin another ("ant" and "ant-maze").
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

    /// The family of `dataset`, by the first word of its name; nil where no environment's name begins so.
    private static func family(ofDataset dataset: String) -> EnvironmentFamily? {
        let word = DatasetName.family(of: dataset)
        return families.first { family in
            family.environments.contains { DatasetName.family(of: $0.name) == word }
        }
    }

    /// The suite of `dataset`, by the first word of its name; nil where no environment's name begins so.
    package static func suite(ofDataset dataset: String) -> TaskSuite? { family(ofDataset: dataset)?.suite }

    /// How this program makes datasets of `dataset`'s family; nil where nothing is settled.
    package static func recipe(ofDataset dataset: String) -> DatasetRecipe? { family(ofDataset: dataset)?.recipe }

    /// The recordings of all recipes, in the families' order.
    package static var recordings: [DatasetRecipe.Recording] { families.flatMap { $0.recipe?.recordings ?? [] } }

    /// The suite of the environment called `name`.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`.
    package static func suite(of name: String) throws(EnvironmentError) -> TaskSuite {
        let family = families.first { $0.environments.contains { $0.name == name } }
        guard let family else { throw unknown(name) }
        return family.suite
    }

    /// What the learners' settings for `dataset` are chosen by.
    ///
    /// - Parameter dataset: a dataset's name with or without its version, or an environment's.
    /// - Throws: `EnvironmentError.unknownDataset`.
    package static func taskClass(ofDataset dataset: String) throws(EnvironmentError) -> TaskClass {
        let name = try environmentName(forDataset: dataset)
        return TaskClass(
            task: DatasetName(dataset).task, suite: try suite(of: name), actionSize: try specification(name).actionSize)
    }

    private static func definition(_ name: String) throws(EnvironmentError) -> EnvironmentDefinition {
        if let definition = definitions.first(where: { $0.name == name }) { return definition }
        throw unknown(name)
    }

    private static func unknown(_ name: String) -> EnvironmentError {
        .unknownEnvironment(name: name, nearest: nearestNames(to: name, among: names), known: names)
    }
}
