import Environments
import Foundation

/// How far one step of ours lies from the peer's, over all states of a trace.
package struct PeerComparison: Sendable {
    /// Largest absolute difference of an entry of the observation after the step, for each state.
    package private(set) var observation: [Double] = []
    /// The same for qpos and qvel, of which an observation may show a part only.
    package private(set) var state: [Double] = []
    /// Absolute difference of the reward, for each state.
    package private(set) var reward: [Double] = []
    /// Whether one says that the episode has ended in a terminal state and the other does not, for each state.
    package private(set) var terminalDiffers: [Bool] = []

    /// Steps our environment from every state of `trace`.
    ///
    /// - Throws: `PeerTraceError`; `EnvironmentError`, a divergence included: the peer's did not diverge.
    package init(_ trace: PeerTrace) throws {
        let world = try trace.makeWorld()
        for i in 0..<trace.count {
            try world.begin(at: i, of: trace)
            let result = try world.step(exactly: trace.actions[i])
            observation.append(Self.largestDifference(world.exactObservation, trace.observations[i]))
            state.append(
                Self.largestDifference(
                    world.positions + world.velocities, trace.nextPositions[i] + trace.nextVelocities[i]))
            reward.append(abs(result.reward - trace.rewards[i]))
            terminalDiffers.append(result.terminal != trace.terminals[i])
        }
    }

    /// The share of states from which observation, state and reward agree to `tolerance` and the termination is equal.
    package func agreement(within tolerance: Double) -> Double {
        let agreeing = state.indices.count { i in
            // A NaN is not within anything.
            observation[i] <= tolerance && state[i] <= tolerance && reward[i] <= tolerance && !terminalDiffers[i]
        }
        return Double(agreeing) / Double(state.count)
    }

    private static func largestDifference(_ ours: [Double], _ theirs: [Double]) -> Double {
        guard ours.count == theirs.count else { return .infinity }
        // A NaN must not get lost in a maximum.
        return zip(ours, theirs).reduce(0) { largest, pair in
            let difference = abs(pair.0 - pair.1)
            return difference <= largest ? largest : difference.isNaN ? .infinity : difference
        }
    }
}

/// Median, 99th percentile and maximum of `differences`, as "1.2e-15, 3.4e-14, 5.6e-13".
package func spread(_ differences: [Double]) -> String {
    let sorted = differences.sorted()
    guard let largest = sorted.last else { return "nothing" }
    return [sorted[sorted.count / 2], sorted[sorted.count * 99 / 100], largest]
        .map { String(format: "%.1e", $0) }.joined(separator: ", ")
}
