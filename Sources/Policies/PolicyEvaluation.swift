import Datasets
package import Environments
import Failures
import Foundation
import HDF5
package import MPI
import Networks
import Numerics
import Storage
import Teams

/// Evaluates a policy from a file; the episodes are distributed over the ranks.
///
/// Episode k depends only on the request and k, so any number of ranks gives the same report and recording.
package struct PolicyEvaluation {
    /// What to evaluate.
    package struct Request: Sendable {
        /// The name of an environment, ours or Gymnasium's, or of a dataset, whose version then determines the rules
        /// ("antmaze-umaze-v0").
        package var environment: String
        /// The path of the policy file.
        package var policy: String
        /// The number of episodes, at least 1.
        package var episodes: Int
        /// The seed of all random numbers.
        package var seed = 0
        /// Whether actions are sampled from the policy or are its squashed mean.
        package var mode = Rollout.Mode.deterministic
        /// The profile of dynamics and rewards; nil for the one implied by the environment's name, or D4RL's.
        package var profile: DynamicsProfile?
        /// The path of an HDF5 file for the trajectories in D4RL's layout; nil for none.
        package var recording: String?

        /// A request for deterministic episodes by D4RL's rules, without a recording.
        package init(environment: String, policy: String, episodes: Int) {
            self.environment = environment
            self.policy = policy
            self.episodes = episodes
        }
    }

    private let request: Request
    private let world: Communicator

    /// Stores the request; accesses no file before `run`.
    package init(_ request: Request, world: Communicator) {
        self.request = request
        self.world = world
    }

    /// Runs the episodes; rank 0 calls `onReport` with the report, then writes the recording. Collective.
    ///
    /// - Throws: `AgreedFault` on all ranks if the environment, the policy or the recording's path is invalid, if the
    ///   policy gives a non-finite action, or if the recording cannot be written; otherwise `EnvironmentError`.
    package func run(onReport: (EvaluationReport) throws -> Void) throws {
        let policy = try agreeOnPolicy()
        let evaluated = try EvaluatedEnvironment(request.environment, seed: request.seed, profile: request.profile)
        let specification = evaluated.environment.specification
        let rollout = try Rollout(evaluated.environment, PolicyInference(policy), stream: evaluated.stream)
        let own = try runOwnEpisodes(rollout, specification)
        let (outcomes, recording) = try collect(own, specification)
        if world.rank == 0 {
            try onReport(EvaluationReport(request, evaluated.profile, policy, specification, outcomes))
        }
        guard let path = request.recording else { return }
        try world.agree(that: { try write(recording, policy, evaluated.profile, to: path) })
    }

    /// Reads the policy on rank 0, checks that it can be run, and shares it with all ranks.
    private func agreeOnPolicy() throws -> PolicySnapshot {
        let bytes = try world.agree(sharing: {
            let file = try PolicyFile.bytes(request.policy)
            let snapshot = try PolicyFile.decode(file, path: request.policy).snapshot
            let evaluated = try EvaluatedEnvironment(
                request.environment, seed: request.seed, profile: request.profile)
            try withPolicyErrorContext(request.policy) {
                _ = try Rollout(evaluated.environment, PolicyInference(snapshot), stream: RandomStream("trial"))
            }
            if snapshot.head.isDeterministic, case .stochastic = request.mode {
                throw HarnessError.badInput("\(request.policy): a deterministic policy has no actions to draw")
            }
            if let recording = request.recording {
                try DurableFile.requireOther(than: [request.policy], for: recording)
                try DurableFile.requirePlace(for: recording)
            }
            return Array(file)
        })
        return try PolicyFile.decode(Data(bytes), path: request.policy).snapshot
    }

    /// Runs the episodes rank, rank + size, …; a non-finite action is an error in the policy, reported once for all
    /// ranks.
    private func runOwnEpisodes(
        _ rollout: Rollout, _ specification: EnvironmentSpecification
    ) throws -> [(outcome: EpisodeOutcome, recording: D4RLRecording)] {
        var episodes: [(EpisodeOutcome, D4RLRecording)] = []
        var failure: (episode: Int, sentence: String)?
        for episode in stride(from: world.rank, to: request.episodes, by: world.size) {
            var recording = D4RLRecording(specification)
            do {
                let outcome = try rollout.run(
                    episode: episode, mode: request.mode,
                    record: request.recording == nil ? nil : { recording.append($0) })
                recording.appendGoal(outcome)
                if outcome.diverged { recording.closeEpisode() }
                episodes.append((outcome, recording))
            } catch let error as EnvironmentError where error.isCausedByAction {
                failure = (episode, "\(request.policy): in episode \(episode) \(error)")
                break
            }
        }
        // Report the first failed episode, whichever rank ran it.
        let episodesGoneWrong = try world.allgather(failure?.episode ?? Int.max)
        let lines = try world.gatherLines(
            failure.map { $0.episode == episodesGoneWrong.min() ? [$0.sentence] : [] } ?? [])
        try world.agree(that: { if let line = lines.first { throw HarnessError.badInput(line) } })
        return episodes
    }

    /// Collects the episodes on rank 0 in their order, one per rank at a time, so that messages do not grow with their
    /// number.
    private func collect(
        _ own: [(outcome: EpisodeOutcome, recording: D4RLRecording)], _ specification: EnvironmentSpecification
    ) throws -> (outcomes: [EpisodeOutcome], recording: D4RLRecording) {
        var outcomes: [EpisodeOutcome] = []
        var recording = D4RLRecording(specification)
        for round in 0..<(request.episodes + world.size - 1) / world.size {
            let mine = round < own.count ? own[round] : nil
            outcomes += try world.gather(values: mine.map { [$0.outcome] } ?? [])
            guard request.recording != nil else { continue }
            for bytes in try world.gather(mine?.recording.rowBytes ?? []) ?? [] { recording.append(rowBytes: bytes) }
        }
        return (outcomes, recording)
    }

    private func write(
        _ recording: D4RLRecording, _ policy: PolicySnapshot, _ profile: DynamicsProfile, to path: String
    ) throws {
        var recording = recording
        recording.metadata = [
            "made_by": .text("active-bench evaluate"), "environment": .text(request.environment),
            "simulator": .text("MuJoCo \(EnvironmentRegistry.simulatorVersion), profile \(profile.rawValue)"),
            "actions": .text("\(request.mode)"), "seed": .integer(request.seed),
            "policies": .text((request.policy as NSString).lastPathComponent),
        ]
        recording.describe(policy)
        try D4RLWriter.write(recording, to: path)
    }
}
