import Datasets
import Environments
import Failures
import Foundation
import HDF5
import Networks
import Numerics
import Policies
import Report
import Storage

/// Records stochastic rollouts in D4RL's layout as a dataset, from one policy or several of increasing skill.
///
/// The metadata of a dataset that follows the recipe of the environment's family (`DatasetRecipe`) name the recipe. In a recipe,
/// rollouts of several snapshots in order replace the replay buffer of a training run.
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

    /// What was recorded. Return and length are averaged over the complete trajectories.
    package struct Summary: Sendable {
        /// The number of rows.
        package var transitions: Int
        /// The number of trajectories, including the truncated last one.
        package var trajectories: Int
        /// Mean undiscounted return.
        package var meanReturn: Double
        /// Population standard deviation of the return.
        package var deviation: Double
        /// Mean number of steps.
        package var meanLength: Double
        /// D4RL's normalised score of the mean return.
        package var score: Double
        /// MuJoCo's last warning; nil if there was none.
        package var warning: String?
        /// A sentence for each policy file with tensors that are not used for acting.
        package var notes: [String]
    }

    private var request: Request
    private var profile = DynamicsProfile.d4rl

    /// Stores the request; accesses no file before `run`.
    package init(_ request: Request) { self.request = request }

    /// Runs the policies and writes the file.
    ///
    /// - Throws: `HarnessError.badInput` for a policy file that is invalid or does not fit the environment,
    ///   `EnvironmentError`, `DatasetError`.
    package func run() throws -> Summary {
        let named = try EvaluatedEnvironment.environment(request.environment)
        var recording = self
        recording.request.environment = named.name
        recording.profile = named.profile ?? .d4rl
        return try recording.record()
    }

    private func record() throws -> Summary {
        let environment = try EnvironmentRegistry.make(
            request.environment, options: EnvironmentOptions(profile: profile))
        let specification = environment.specification
        let (snapshots, algorithm) = try readPolicies()
        for (path, snapshot) in zip(request.policies, snapshots) where snapshot.head.isDeterministic {
            throw HarnessError.badInput("\(path): a deterministic policy has no actions to draw")
        }
        try DurableFile.requireOther(than: request.policies, for: request.output)
        try DurableFile.requirePlace(for: request.output)
        var recording = D4RLRecording(specification)
        var outcomes: [EpisodeOutcome] = []
        var parts: [Float] = []
        for (part, snapshot) in snapshots.enumerated() {
            let stream = RandomStream("rollout/\(request.environment)/seed-\(request.seed)/part-\(part)")
            let rollout = try withPolicyErrorContext(request.policies[part]) {
                try Rollout(environment, PolicyInference(snapshot), stream: stream)
            }
            let end = request.transitions * (part + 1) / snapshots.count
            parts.append(Float(recording.count))
            // Only the last episode may be cut: elsewhere the next row would count as its next state.
            var episode = 0
            while recording.count < end {
                let outcome = try withPolicyErrorContext(request.policies[part]) {
                    try rollout.run(episode: episode, mode: .stochastic) { transition in
                        if recording.count < request.transitions { recording.append(transition) }
                    }
                }
                recording.appendGoal(outcome)
                guard !outcome.diverged else {
                    throw HarnessError.badInput(
                        "\(request.policies[part]): the simulation diverges in episode \(episode): "
                            + "no dataset can be recorded from this policy")
                }
                outcomes.append(outcome)
                episode += 1
            }
        }
        recording.metadata = metadata(snapshots.count, algorithm, parts)
        if let policy = snapshots.last { recording.describe(policy) }
        try D4RLWriter.write(recording, to: request.output)
        let notes = zip(request.policies, snapshots).compactMap { $1.note(onIgnored: $0) }
        return summary(outcomes, recording.count, specification, notes)
    }

    /// Reads the policies and the algorithm named in their files; refuses one made for another environment.
    private func readPolicies() throws -> (snapshots: [PolicySnapshot], algorithm: String) {
        let files = try request.policies.map { try PolicyFile.readWithMetadata($0) }
        for (path, file) in zip(request.policies, files) {
            let environment = file.metadata["environment"] ?? request.environment
            guard environment == request.environment else {
                throw HarnessError.badInput(
                    "\(path): expected a policy for \(request.environment), found one for \(environment)")
            }
        }
        let algorithms = Set(files.map { $0.metadata["algorithm"] ?? "unknown" }).sorted()
        return (files.map(\.snapshot), algorithms.joined(separator: ", "))
    }

    private func metadata(_ policies: Int, _ algorithm: String, _ parts: [Float]) -> [String: MetadataValue] {
        let kind =
            policies == 1
            ? "stochastic rollouts of one \(algorithm) policy"
            : "stochastic rollouts of \(policies) \(algorithm) policies in the order given"
        let recipe = EnvironmentRegistry.recipe(ofDataset: request.environment)
        let followed = recipe.flatMap { $0.algorithm == algorithm && $0.profile == profile ? $0 : nil }
        // Several snapshots are of increasing skill.
        let standsIn = policies > 1 ? "; stands in for a replay buffer" : ""
        return [
            "algorithm": .text(algorithm),
            "recipe": .text(followed.map { "active-bench \($0.version): " + kind + standsIn } ?? kind),
            "made_by": .text("active-bench collect rollout"), "environment": .text(request.environment),
            "simulator": .text(
                "MuJoCo \(EnvironmentRegistry.simulatorVersion), profile \(profile.rawValue)"),
            "seed": .integer(request.seed),
            "policies": .text(request.policies.map { ($0 as NSString).lastPathComponent }.joined(separator: ", ")),
            "part_starts": .array(.init(shape: [parts.count], elements: parts)),
        ]
    }

    private func summary(
        _ outcomes: [EpisodeOutcome], _ transitions: Int, _ specification: EnvironmentSpecification,
        _ notes: [String]
    ) -> Summary {
        // The last trajectory may be truncated.
        let isCut = outcomes.map(\.length).reduce(0, +) > transitions
        let complete = isCut && outcomes.count > 1 ? outcomes.dropLast() : outcomes[...]
        let returns = complete.map(\.totalReward)
        let mean = Statistics.mean(returns)
        return Summary(
            transitions: transitions, trajectories: outcomes.count, meanReturn: mean,
            deviation: Statistics.populationStandardDeviation(returns),
            meanLength: Statistics.mean(complete.map { Double($0.length) }),
            score: specification.normalisedScore(return: mean), warning: outcomes.last { $0.warning != nil }?.warning,
            notes: notes)
    }
}
