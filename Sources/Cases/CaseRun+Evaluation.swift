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

/// Evaluations: the policy goes from its owner to all ranks of the team, which share out the episodes. Episode k depends on
/// the case and on k alone.
extension CaseRun {
    /// One episode on its way to the leader.
    private struct Episode: Codable {
        let index: Int
        /// nil where the policy gave no number.
        let outcome: EpisodeOutcome?
    }

    /// That training is to stop in the middle of an evaluation.
    private struct Interruption: Error {}

    /// Environment steps between two looks at whether to go on.
    private static let stepsBetweenLooks = 50

    /// Deterministic episodes of the policy as it stands; false if it was interrupted, which leaves nothing of it.
    func evaluate(_ alive: @escaping () throws -> Void) throws -> Bool {
        Supervision.enter("evaluation")
        try sharePolicy()
        var own: [Episode] = []
        var isInterrupted = false
        do {
            own = try runOwnEpisodes(alive)
        } catch is Interruption {
            isInterrupted = true
        }
        // Others may have longer episodes; a rank that hangs in one has a watchdog of its own.
        Supervision.disarm()
        defer { Supervision.arm() }
        // Whoever was not interrupted forgets its episodes with the others.
        guard try team.maximum(isInterrupted ? 1 : 0) == 0 else { return false }
        try concludeEvaluation(own)
        Supervision.enter("training")
        return true
    }

    /// Makes the policy's parameters on every rank what they are on its owner.
    private func sharePolicy() throws {
        guard let communicator = team.communicator,
            let block = learner.networks.first(where: { $0.name == "policy" })?.parameters
        else { return }
        let own = UnsafeRawBufferPointer(start: block.values, count: block.count * MemoryLayout<Real>.stride)
        let owner = placement.owner(.policy, 0)
        let bytes = try communicator.broadcast(team.rank == owner ? Array(own) : [], from: owner)
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(mutating: own).copyMemory(from: $0) }
    }

    /// Every `team.size`-th episode, up to one at which the policy gives no number.
    private func runOwnEpisodes(_ alive: @escaping () throws -> Void) throws -> [Episode] {
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
                    try alive()
                    if Supervision.isStopRequested { throw Interruption() }
                }
                episodes.append(Episode(index: index, outcome: outcome))
            }
        } catch PolicyError.notFinite, EnvironmentError.nonFiniteAction {
            episodes.append(Episode(index: team.rank + episodes.count * team.size, outcome: nil))
        }
        return episodes
    }

    /// Puts the ranks' episodes together in their order, on every rank.
    private func concludeEvaluation(_ own: [Episode]) throws {
        let texts = try team.gather(String(decoding: try JSONEncoder().encode(own), as: UTF8.self))
        var text = ""
        if team.isLeader {
            let all = try texts.flatMap { try JSONDecoder().decode([Episode].self, from: Data($0.utf8)) }
            text = String(decoding: try JSONEncoder().encode(all.sorted { $0.index < $1.index }), as: UTF8.self)
        }
        let known = Data(try team.broadcast(text).utf8)
        var episodes: [EvaluationResult.Episode] = []
        for episode in try JSONDecoder().decode([Episode].self, from: known) {
            guard let outcome = episode.outcome else {
                // A diverged case is a result, not a failure of the run; one rank alone would have ended here.
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
        let first =
            progress.simulatorWarning?.first ?? "step \(step), episode \(episode): MuJoCo warned: \(warning)"
        progress.simulatorWarning = .init(
            first: first, episodes: (progress.simulatorWarning?.episodes ?? 0) + 1)
    }

    /// As a file and an actor want it.
    var policy: PolicySnapshot {
        var snapshot = learner.policy
        if let normalisation = data.summary.normalisation {
            snapshot.observationMean = normalisation.mean.map { Float($0) }
            snapshot.observationDeviation = normalisation.scale.map { Float($0) }
        }
        return snapshot
    }
}
