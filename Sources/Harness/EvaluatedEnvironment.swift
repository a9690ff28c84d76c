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
        guard environments.contains(name) || D4RLTasks.names.contains(DatasetName(name).task) else {
            throw EnvironmentError.unknownEnvironment(
                name: name, nearest: nearestNames(to: name, among: environments + D4RLTasks.names), known: environments)
        }
        let stream = RandomStream("evaluate/\(name)/seed-\(seed)")
        let environment = try EnvironmentRegistry.makeDrawable(
            forDataset: name, stream: stream.stream("environment"), profile: profile)
        return (environment, stream)
    }
}
