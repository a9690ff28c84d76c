import Datasets
import Environments
import Failures
import Foundation
import MPI
import Networks
import Numerics
import Policies
import Teams

/// The policies of a recording, each one a part, as every rank runs them.
struct PolicyRollouts {
    /// The policies in the order of their parts.
    let snapshots: [PolicySnapshot]
    /// The algorithms that the files name, joined by commas.
    let algorithm: String
    private let paths: [String]
    private let rollouts: [Rollout]
    private let specification: EnvironmentSpecification

    /// Makes the policies of `files`, which are the contents of the files at `paths`, runnable in `environment`. Their metadata must
    /// name the environment in which its policies are trained.
    ///
    /// - `stream`: the stream of a part's random numbers.
    /// - Throws: `HarnessError.badInput` that names the file which is invalid, has a deterministic policy, or does not fit.
    init(
        _ files: [[UInt8]], at paths: [String], in environment: any Environment, stream: (_ part: Int) -> RandomStream
    ) throws {
        let name = try EnvironmentRegistry.trainingEnvironment(of: environment.specification.name)
        let read = try zip(paths, files).map { path, file in
            let policy = try PolicyFile.decode(Data(file), path: path)
            let meant = policy.metadata["environment"] ?? name
            guard meant == name else {
                throw HarnessError.badInput("\(path): expected a policy for \(name), found one for \(meant)")
            }
            return policy
        }
        for (path, policy) in zip(paths, read) where policy.snapshot.head.isDeterministic {
            throw HarnessError.badInput("\(path): a deterministic policy has no actions to draw")
        }
        let algorithms = Set(read.map { $0.metadata["algorithm"] ?? "unknown" }).sorted()
        algorithm = algorithms.joined(separator: ", ")
        snapshots = read.map(\.snapshot)
        self.paths = paths
        specification = environment.specification
        rollouts = try read.enumerated().map { part, policy in
            try withPolicyErrorContext(paths[part]) {
                try Rollout(environment, PolicyInference(policy.snapshot), stream: stream(part))
            }
        }
    }

    /// Runs an episode of a part's policy with stochastic actions, as `OrderedEpisodes.Episode`.
    ///
    /// - Throws: `HarnessError.badInput` for actions that are not finite and a simulation that diverges.
    func run(_ place: EpisodePlace, _ betweenSteps: @escaping () throws -> Void) throws -> [UInt8] {
        let path = paths[place.part]
        var rows = D4RLRecording(specification)
        let outcome = try withPolicyErrorContext(path) {
            try rollouts[place.part].run(episode: place.episode, mode: .stochastic) { transition in
                rows.append(transition)
                try betweenSteps()
            }
        }
        rows.appendGoal(outcome)
        guard !outcome.diverged else {
            throw HarnessError.badInput(
                "\(path): the simulation diverges in episode \(place.episode): no dataset can be recorded from this policy"
            )
        }
        return try RecordedEpisode(outcome: outcome, rows: rows).encoded()
    }

    /// A sentence for each policy file with tensors that are not used for acting.
    var notes: [String] { zip(paths, snapshots).compactMap { $1.note(onIgnored: $0) } }
}
