import Datasets
import Environments
import Failures
import Foundation
import HDF5
package import MPI
import Networks
import Numerics
import Policies
import Storage
import Teams

/// Records stochastic rollouts in D4RL's layout as a dataset, from one policy or several of increasing skill. All ranks run
/// episodes; their number does not change the dataset.
///
/// The metadata of a dataset that follows the recipe which the output's name means (`DatasetRecipe`) name the recipe. In a
/// recipe, rollouts of several snapshots in order replace the replay buffer of a training run.
package struct DatasetRecording: Sendable {
    /// The dataset to record.
    package struct Request: Sendable {
        var environment: String
        /// Policy files, in the order of their parts of the dataset.
        var policies: [String]
        /// The number of rows. Each policy gets an equal share, rounded up to whole episodes; the last episode is cut
        /// off, as in D4RL.
        var transitions: Int
        var seed: Int
        /// The path of the HDF5 file.
        var output: String

        /// A request for `transitions` rows from the policy files in their order, written to the path `output`.
        package init(environment: String, policies: [String], transitions: Int, seed: Int, output: String) {
            self.environment = environment
            self.policies = policies
            self.transitions = transitions
            self.seed = seed
            self.output = output
        }
    }

    private var request: Request
    private var profile = DynamicsProfile.d4rl
    /// Whether the policies were trained in another environment and act here through a navigation, which is not in the data.
    private var isNavigated = false

    /// Stores the request; accesses no file before `run`.
    package init(_ request: Request) { self.request = request }

    /// Runs the policies on all ranks of `world`, or in this process alone, and writes the file on rank 0. Collective.
    ///
    /// - Returns: on rank 0 what was recorded, and a sentence for each policy file with tensors that are not used for acting;
    ///   nil on the others.
    /// - Throws: `HarnessError.badInput` for a policy file that is invalid or does not fit the environment,
    ///   `EnvironmentError`, `DatasetError`, `HarnessError.io`; with `world`, `AgreedFault` on all ranks for these errors of
    ///   rank 0 and of episodes.
    package func run(on world: Communicator? = nil) throws -> (summary: DatasetAssembly.Summary, notes: [String])? {
        var recording = self
        // Every rank finds the same environment, so the error is reported once.
        try world.agree(that: { _ = try EvaluatedEnvironment.environment(request.environment) })
        let named = try EvaluatedEnvironment.environment(request.environment)
        recording.request.environment = named.name
        recording.profile = named.profile ?? .d4rl
        recording.isNavigated = try EnvironmentRegistry.trainingEnvironment(of: named.name) != named.name
        return try recording.record(on: world)
    }

    private func record(on world: Communicator?) throws -> (summary: DatasetAssembly.Summary, notes: [String])? {
        let policies = try agreeOnPolicies(world)
        let environment = try makeEnvironment()
        let rollouts = try makeRollouts(policies, in: environment)
        let assembly = DatasetAssembly(
            environment.specification, transitions: request.transitions, parts: policies.count,
            progress: RecordingProgress(
                of: (request.output as NSString).lastPathComponent, total: request.transitions))
        try OrderedEpisodes(world: world).run(parts: policies.count, into: assembly, episode: rollouts.run)
        try world.agree(that: { try write(assembly, rollouts) })
        return world.map { $0.rank == 0 } ?? true ? (assembly.summary, rollouts.notes) : nil
    }

    /// Reads the policies on rank 0 and shares them with all ranks, after everything that can be refused has been checked.
    private func agreeOnPolicies(_ world: Communicator?) throws -> [[UInt8]] {
        var files: [[UInt8]] = []
        try world.agree(that: {
            files = try request.policies.map { Array(try PolicyFile.bytes($0)) }
            let environment = try makeEnvironment()
            _ = try makeRollouts(files, in: environment)
            try DurableFile.requireOther(than: request.policies, for: request.output)
            try DurableFile.requirePlace(for: request.output)
            try DiskSpace.require(
                D4RLRecording(environment.specification).rowSize(goals: environment.goal.count) * request.transitions,
                for: request.output)
        })
        return try request.policies.indices.map { index in
            try world.agree(sharing: { files[index] })
        }
    }

    private func makeEnvironment() throws -> any Environment {
        try EnvironmentRegistry.make(request.environment, options: EnvironmentOptions(profile: profile))
    }

    private func makeRollouts(_ files: [[UInt8]], in environment: any Environment) throws -> PolicyRollouts {
        try PolicyRollouts(files, at: request.policies, in: environment) { part in
            RandomStream("rollout/\(request.environment)/seed-\(request.seed)/part-\(part)")
        }
    }

    private func write(_ assembly: DatasetAssembly, _ rollouts: PolicyRollouts) throws {
        var recording = assembly.recording
        recording.metadata = metadata(rollouts, partStarts: assembly.partStarts)
        if let policy = rollouts.snapshots.last { recording.describe(policy) }
        if isNavigated {
            // As in D4RL's files. The likelihood would be that of the action before noise was added.
            recording.nextObservations = []
            recording.actionLogProbabilities = []
        }
        try D4RLWriter.write(recording, to: request.output)
    }

    private func metadata(_ rollouts: PolicyRollouts, partStarts: [Int]) -> [String: MetadataValue] {
        let (policies, algorithm) = (rollouts.snapshots.count, rollouts.algorithm)
        var kind =
            policies == 1
            ? "stochastic rollouts of one \(algorithm) policy"
            : "stochastic rollouts of \(policies) \(algorithm) policies in the order given"
        if isNavigated { kind += " between waypoints, with noise on its actions; rewards of one goal" }
        let name = DatasetLocation.dataset(ofFile: (request.output as NSString).lastPathComponent)
        let recipe = name.flatMap { EnvironmentRegistry.recipe(ofDataset: $0) }
        let followed = recipe.flatMap { $0.algorithm == algorithm && $0.profile == profile ? $0 : nil }
        // Several snapshots are of increasing skill.
        let standsIn = policies > 1 && !isNavigated ? "; stands in for a replay buffer" : ""
        return [
            "algorithm": .text(algorithm),
            "recipe": .text(followed.map { "active-bench \($0.version): " + kind + standsIn } ?? kind),
            "made_by": .text("active-bench collect rollout"), "environment": .text(request.environment),
            "simulator": .text(
                "MuJoCo \(EnvironmentRegistry.simulatorVersion), profile \(profile.rawValue)"),
            "seed": .integer(request.seed),
            "policies": .text(request.policies.map { ($0 as NSString).lastPathComponent }.joined(separator: ", ")),
            "part_starts": .array(.init(shape: [partStarts.count], elements: partStarts.map { Float($0) })),
        ]
    }
}
