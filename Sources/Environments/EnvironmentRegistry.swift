package import Numerics

/// The environments there are. A new one is a line in `entries`.
package enum EnvironmentRegistry {
    private static let entries: [Entry] = [
        .planar(Hopper.task),
        .planar(HalfCheetah.task),
        .planar(Walker2d.task),
        .maze(AntMaze.Task("antmaze-umaze", .umaze, maximumSteps: 700)),
        .maze(AntMaze.Task("antmaze-medium", .medium, maximumSteps: 1000)),
        .maze(AntMaze.Task("antmaze-large", .large, maximumSteps: 1000)),
        .kitchen("kitchen-complete", KitchenTask.complete),
        .kitchen("kitchen-partial", KitchenTask.partial),
        .kitchen("kitchen-mixed", KitchenTask.mixed),
    ]

    private struct Entry: Sendable {
        let specification: EnvironmentSpecification
        /// By Gymnasium's rules; nil where those change nothing about it.
        var gymnasiumSpecification: EnvironmentSpecification?
        /// Whether it is made of files that do not come with this program; all such need the same ones.
        var needsAssets = false
        let make: @Sendable (EnvironmentOptions) throws -> any Drawable

        static func planar(_ task: PlanarLocomotion.Task) -> Entry {
            Entry(specification: task.specification) { try PlanarLocomotion(task, profile: $0.profile) }
        }

        static func maze(_ task: AntMaze.Task) -> Entry {
            Entry(specification: task.specification) { try AntMaze(task, options: $0) }
        }

        static func kitchen(_ name: String, _ tasks: [KitchenTask]) -> Entry {
            Entry(
                specification: Kitchen.specification(name, tasks, profile: .d4rl),
                gymnasiumSpecification: Kitchen.specification(name, tasks, profile: .gymnasium), needsAssets: true
            ) {
                try Kitchen(name, tasks: tasks, profile: $0.profile)
            }
        }
    }

    /// All names, in the registry's order.
    package static var names: [String] { entries.map(\.specification.name) }

    /// A new environment called `name`, at its noise-free start state.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`, `.missingAssets`, `.damagedAssets`,
    ///   `.libraryMismatch` or `.simulator`.
    package static func make(
        _ name: String, options: EnvironmentOptions = EnvironmentOptions()
    ) throws -> any Environment {
        try makeDrawable(name, options: options)
    }

    /// As `make`: every environment can be drawn.
    package static func makeDrawable(
        _ name: String, options: EnvironmentOptions = EnvironmentOptions()
    ) throws -> any Drawable {
        try entry(name).make(options)
    }

    /// A new environment that policies learned from D4RL's `dataset` are judged in, by the rules of the dataset's
    /// version.
    ///
    /// - Throws: `EnvironmentError.unknownDataset` and as `make`.
    package static func make(forDataset dataset: String, stream: RandomStream) throws -> any Environment {
        try makeDrawable(
            environmentName(forDataset: dataset),
            options: EnvironmentOptions(goals: goals(ofDataset: dataset, stream: stream)))
    }

    /// When the environment of D4RL's `dataset` draws its goal: AntMaze-v0 and -v1 once, from `stream`, -v2 in every
    /// episode.
    package static func goals(ofDataset dataset: String, stream: RandomStream) -> EnvironmentOptions.Goals {
        dataset.hasSuffix("-v0") || dataset.hasSuffix("-v1") ? .once(stream) : .everyEpisode
    }

    /// Refuses names of environments whose files are not there; one that needs files is made, to see whether they are
    /// whole.
    ///
    /// - Throws: `EnvironmentError.missingAssets` or `.damagedAssets`.
    package static func requireAssets(of names: [String]) throws {
        let madeOfFiles = entries.first { $0.needsAssets && names.contains($0.specification.name) }
        _ = try madeOfFiles.map { try make($0.specification.name) }
    }

    /// The specification of the environment called `name`, by the rules of `profile`.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`.
    package static func specification(
        _ name: String, profile: DynamicsProfile = .d4rl
    ) throws -> EnvironmentSpecification {
        let entry = try entry(name)
        return profile == .d4rl ? entry.specification : entry.gymnasiumSpecification ?? entry.specification
    }

    /// The time limit that all environments with observations of `states` and actions of `actions` elements share.
    ///
    /// - Returns: nil where there is no such environment, or their limits differ.
    package static func maximumSteps(states: Int, actions: Int) -> Int? {
        let limits = Set(
            entries.map(\.specification).filter { $0.observationSize == states && $0.actionSize == actions }
                .map(\.maximumSteps))
        return limits.count == 1 ? limits.first : nil
    }

    /// The environment a dataset was collected in: "hopper-medium-replay-r1" → "hopper".
    ///
    /// - Throws: `EnvironmentError.unknownDataset`.
    package static func environmentName(forDataset dataset: String) throws -> String {
        // The longest match, so that a name may begin another ("ant" and "ant-maze").
        let matches = names.filter { dataset == $0 || dataset.hasPrefix($0 + "-") }
        if let name = matches.max(by: { $0.count < $1.count }) { return name }
        let nearest = names.filter { name in
            let words = dataset.split(separator: "-").prefix(name.split(separator: "-").count)
            return !nearestNames(to: words.joined(separator: "-"), among: [name]).isEmpty
        }
        throw EnvironmentError.unknownDataset(name: dataset, nearest: nearest, known: names)
    }

    private static func entry(_ name: String) throws -> Entry {
        if let entry = entries.first(where: { $0.specification.name == name }) { return entry }
        throw EnvironmentError.unknownEnvironment(
            name: name, nearest: nearestNames(to: name, among: names), known: names)
    }
}
