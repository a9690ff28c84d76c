import Datasets
import Environments
import Numerics

/// What the episodes of an evaluation are run in: the same for whoever counts returns and whoever draws.
enum EvaluatedEnvironment {
    /// The environment called `name`, which may be a dataset's, and the stream that everything random in it is drawn from.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment` for a name that is neither, misspelt versions and kinds included;
    ///   else as `EnvironmentRegistry.make`.
    static func make(
        _ name: String, seed: Int, profile: DynamicsProfile
    ) throws -> (environment: any Drawable, stream: RandomStream) {
        let environments = EnvironmentRegistry.names
        guard environments.contains(name) || isDataset(name) else {
            let others = D4RLTasks.names.filter { !environments.contains($0) }
            throw EnvironmentError.unknownEnvironment(
                name: name, nearest: nearestNames(to: name, among: environments + others), known: environments)
        }
        let stream = RandomStream(
            "evaluate/\(try EnvironmentRegistry.environmentName(forDataset: name))/seed-\(seed)")
        let environment = try EnvironmentRegistry.makeDrawable(
            forDataset: name, stream: stream.stream("environment"), profile: profile)
        return (environment, stream)
    }

    /// Whether `name` is a dataset's in one of D4RL's versions, v0 to v2, or a recipe of ours.
    private static func isDataset(_ name: String) -> Bool {
        let dataset = DatasetName(name)
        guard D4RLTasks.names.contains(dataset.task) else { return false }
        let version = name.dropFirst(dataset.task.count).dropFirst()
        return version.isEmpty || ["v0", "v1", "v2"].contains(version) || version.hasPrefix("r")
    }
}
