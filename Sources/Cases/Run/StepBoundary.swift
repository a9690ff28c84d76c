import Foundation
package import Numerics
import Supervision
package import Teams

/// When a case's checkpoints are written.
package struct CheckpointRule: Sendable, Equatable {
    /// Seconds between checkpoints; nil for none by time.
    package var seconds: Double? = 600
    /// Gradient steps between checkpoints; nil for none by steps.
    package var steps: Int?
    /// Whether a finished case keeps a checkpoint of the state after the last step.
    package var keepsLast = false

    /// A checkpoint every ten minutes, and none of a finished case.
    package init() {}
}

/// Decides after a gradient step, for all ranks of a team alike, whether to continue, write a checkpoint, or stop.
///
/// A single rank checks at every step. A team agrees a few times a second, by two small collective calls at steps that
/// the leader announces in advance.
package final class StepBoundary {
    package enum Decision: BitwiseCopyable {
        case goOn
        case checkpoint
        case stop
        /// Another job has taken over the case: write nothing more into its folder.
        case abandon
    }

    /// What the leader of a team has decided.
    private struct Agreement: BitwiseCopyable {
        let decision: Decision
        /// The step after which the team agrees again.
        let nextStep: Int
    }

    /// Seconds between two agreements of a team.
    private static let pollSeconds = 0.2

    private let team: Team
    private let rule: CheckpointRule
    private let isStillHeld: () -> Bool
    private let clock: MonotonicClock
    private var lastCheckpoint: DispatchTime
    private var lastCheckpointStep: Int
    private var lastPoll: DispatchTime
    private var lastPollStep: Int
    private var nextPollStep: Int

    /// - `step`: the number of gradient steps made before.
    /// - `isStillHeld`: called on the leader when a checkpoint or a stop is due, and at the end of training: whether no
    ///   other job has taken over the case.
    package init(
        _ team: Team, _ rule: CheckpointRule, after step: Int, clock: MonotonicClock = .system,
        isStillHeld: @escaping () -> Bool
    ) {
        self.team = team
        self.clock = clock
        (lastCheckpoint, lastPoll) = (clock.now(), clock.now())
        self.isStillHeld = isStillHeld
        self.rule = rule
        lastCheckpointStep = step
        lastPollStep = step
        nextPollStep = step + 1
    }

    /// Decides what to do after `step`.
    ///
    /// - `isPause`: whether all ranks pause here anyway (for an evaluation), in which case a team also agrees.
    package func decide(after step: Int, isPause: Bool = false) throws -> Decision {
        guard team.communicator != nil else { return ownDecision(step, isStopRequested: Supervision.isStopRequested) }
        let isByNumber = rule.steps.map { step - lastCheckpointStep >= $0 } ?? false
        guard step >= nextPollStep || isPause || isByNumber else { return .goOn }
        let isStopRequested = try team.maximum(Supervision.isStopRequested ? 1 : 0) > 0
        let rate = Double(step - lastPollStep) / max(1e-6, clock.seconds(since: lastPoll))
        let next = step + max(1, min(10_000, Int(rate * Self.pollSeconds)))
        let agreed = try team.broadcast(
            value: Agreement(decision: ownDecision(step, isStopRequested: isStopRequested), nextStep: next))
        (lastPoll, lastPollStep, nextPollStep) = (clock.now(), step, agreed.nextStep)
        return agreed.decision
    }

    /// Whether another job has taken over the case. Collective over the team.
    package func isTakenOver() throws -> Bool { try team.maximum(team.isLeader && !isStillHeld() ? 1 : 0) > 0 }

    /// Notes that a checkpoint of `step` was written.
    package func checkpointWritten(_ step: Int) {
        lastCheckpoint = clock.now()
        lastCheckpointStep = step
    }

    private func ownDecision(_ step: Int, isStopRequested: Bool) -> Decision {
        let decision = wish(step, isStopRequested: isStopRequested)
        return decision == .goOn || !team.isLeader || isStillHeld() ? decision : .abandon
    }

    private func wish(_ step: Int, isStopRequested: Bool) -> Decision {
        if isStopRequested { return .stop }
        if let steps = rule.steps, step - lastCheckpointStep >= steps { return .checkpoint }
        if let seconds = rule.seconds, step > lastCheckpointStep, clock.seconds(since: lastCheckpoint) >= seconds {
            return .checkpoint
        }
        return .goOn
    }
}
