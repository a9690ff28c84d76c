/// The environments there are. A new one is a line in `entries`.
public enum EnvironmentRegistry {
    private static let entries: [Entry] = [
        .planar(Hopper.task)
    ]

    private struct Entry: Sendable {
        let specification: EnvironmentSpecification
        let make: @Sendable (DynamicsProfile) throws -> any Environment

        static func planar(_ task: PlanarLocomotion.Task) -> Entry {
            Entry(specification: task.specification) { try PlanarLocomotion(task, profile: $0) }
        }
    }

    /// All names, in the registry's order.
    public static var names: [String] { entries.map(\.specification.name) }

    /// A new environment called `name`, at its noise-free start state.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`, `.libraryMismatch` or `.simulator`.
    public static func make(_ name: String, profile: DynamicsProfile = .d4rl) throws -> any Environment {
        try entry(name).make(profile)
    }

    /// The specification of the environment called `name`.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`.
    public static func specification(_ name: String) throws -> EnvironmentSpecification {
        try entry(name).specification
    }

    /// The environment a dataset was collected in: "hopper-medium-replay-r1" → "hopper".
    ///
    /// - Throws: `EnvironmentError.unknownDataset`.
    public static func environmentName(forDataset dataset: String) throws -> String {
        // The longest match, so that a name may begin another ("ant" and "ant-maze").
        let matches = names.filter { dataset == $0 || dataset.hasPrefix($0 + "-") }
        if let name = matches.max(by: { $0.count < $1.count }) { return name }
        let beginning = String(dataset.prefix { $0 != "-" })
        throw EnvironmentError.unknownDataset(
            name: dataset, nearest: nearestNames(to: beginning, among: names), known: names)
    }

    private static func entry(_ name: String) throws -> Entry {
        if let entry = entries.first(where: { $0.specification.name == name }) { return entry }
        throw EnvironmentError.unknownEnvironment(
            name: name, nearest: nearestNames(to: name, among: names), known: names)
    }
}
