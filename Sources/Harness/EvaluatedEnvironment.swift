import Environments
import Numerics

/// What the episodes of an evaluation are run in: the same for whoever counts returns and whoever draws.
enum EvaluatedEnvironment {
    /// The environment called `name`, which may be a dataset's, and the stream that everything random in it is drawn from.
    ///
    /// - Throws: as `EnvironmentRegistry.make`.
    static func make(
        _ name: String, seed: Int, profile: DynamicsProfile
    ) throws -> (environment: any Drawable, stream: RandomStream) {
        let stream = RandomStream("evaluate/\(name)/seed-\(seed)")
        do {
            let environment = try EnvironmentRegistry.makeDrawable(
                forDataset: name, stream: stream.stream("environment"), profile: profile)
            return (environment, stream)
        } catch EnvironmentError.unknownDataset(let name, let nearest, let known) {
            throw EnvironmentError.unknownEnvironment(name: name, nearest: nearest, known: known)
        }
    }
}
