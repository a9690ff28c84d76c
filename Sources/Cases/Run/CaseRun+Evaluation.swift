import Algorithms
import Datasets
import DatasetTools
import Environments
import Foundation
import MPI
import Networks
import Numerics
import Studies
import Supervision
import Teams

/// Evaluations: the owner broadcasts the policy to all ranks of the team, which share the episodes. Episode k depends
/// only on the case and k.
extension CaseRun {
    /// An episode in a message to the leader.
    private struct Episode: Codable {
        let index: Int
        /// The outcome; nil if the policy's output was not finite.
        let outcome: EpisodeOutcome?
    }

    /// Thrown when training is to stop during an evaluation.
    private struct Interruption: Error {}

    /// Environment steps between two checks for a stop.
    private static let stepsBetweenLooks = 50

    /// Runs deterministic episodes of the current policy; returns false if it was interrupted and its episodes
    /// discarded.
    func evaluate(onProgress: @escaping () throws -> Void) throws -> Bool {
        Supervision.enter("evaluation")
        try sharePolicy()
        var own: [Episode] = []
        var isInterrupted = false
        do {
            own = try runOwnEpisodes(onProgress: onProgress)
        } catch is Interruption {
            isInterrupted = true
        }
        // Other ranks may have longer episodes; a rank that hangs is ended by its own watchdog.
        Supervision.disarm()
        defer { Supervision.arm() }
        // If one rank was interrupted, all discard their episodes.
        guard try team.maximum(isInterrupted ? 1 : 0) == 0 else { return false }
        try concludeEvaluation(own)
        Supervision.enter("training")
        return true
    }

    /// Copies the policy's parameters from its owner to every rank.
    private func sharePolicy() throws {
        guard let communicator = team.communicator,
            let block = learner.networks.first(where: { $0.name == "policy" })?.parameters
        else { return }
        let owner = placement.owner(.policy, 0)
        let own = team.rank == owner ? block.elements.withUnsafeBytes { Array($0) } : []
        let bytes = try communicator.broadcast(own, from: owner)
        bytes.withUnsafeBytes { source in
            block.mutate {
                UnsafeMutableRawBufferPointer(start: $0, count: block.count * MemoryLayout<Real>.stride)
                    .copyMemory(from: source)
            }
        }
    }

    /// Runs every `team.size`-th episode, until one in which the policy's output is not finite.
    private func runOwnEpisodes(onProgress: @escaping () throws -> Void) throws -> [Episode] {
        var episodes: [Episode] = []
        do {
            let stream = studyCase.stream.stream("evaluation-\(step)")
            let rollout = try Rollout(environment, PolicyInference(policy), stream: stream)
            var steps = 0
            for index in stride(from: team.rank, to: studyCase.episodes(after: step), by: team.size) {
                let outcome = try rollout.run(episode: index, mode: .deterministic) { _ in
                    steps += 1
                    guard steps % CaseRun.stepsBetweenLooks == 0 else { return }
                    Supervision.beat()
                    try onProgress()
                    if Supervision.isStopRequested { throw Interruption() }
                }
                episodes.append(Episode(index: index, outcome: outcome))
            }
        } catch PolicyError.notFinite, EnvironmentError.nonFiniteAction {
            episodes.append(Episode(index: team.rank + episodes.count * team.size, outcome: nil))
        }
        return episodes
    }

    /// Merges the ranks' episodes in their order, on every rank.
    private func concludeEvaluation(_ own: [Episode]) throws {
        var episodes: [EvaluationResult.Episode] = []
        for episode in try team.allgather(values: own).sorted(by: { $0.index < $1.index }) {
            guard let outcome = episode.outcome else {
                // Divergence is a result, not a failure: throwing here would end this rank alone.
                episodes.append(.init(return: .nan, length: 0))
                break
            }
            if let warning = outcome.warning { note(warning, episode.index) }
            episodes.append(.init(return: outcome.totalReward, length: outcome.length))
        }
        let mean = episodes.map(\.return).reduce(0, +) / Double(episodes.count)
        let specification = environment.specification
        let evaluation = EvaluationResult(
            step: step, episodes: episodes, meanReturn: mean, score: specification.normalisedScore(return: mean))
        progress.evaluations.append(evaluation)
        try output?.add(evaluation) { specification.normalisedScore(return: $0) }
    }

    private func note(_ warning: String, _ episode: Int) {
        let first = CaseProgress.SimulatorWarning(
            step: step, text: "episode \(episode): MuJoCo warned: \(warning)", episodes: 0)
        progress.simulatorWarning = progress.simulatorWarning ?? first
        progress.simulatorWarning?.episodes += 1
    }

    /// The current policy in the form used by files and inference.
    var policy: PolicySnapshot {
        var snapshot = learner.policy
        if let normalisation = data.summary.normalisation {
            snapshot.observationMean = normalisation.mean.map { Float($0) }
            snapshot.observationDeviation = normalisation.scale.map { Float($0) }
        }
        return snapshot
    }
}
