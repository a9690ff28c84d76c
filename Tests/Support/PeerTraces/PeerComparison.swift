import Environments
import Foundation

/// Differences between one step of ours and the peer's, over all states of a trace.
package struct PeerComparison: Sendable {
    /// The largest absolute difference of an element of the observation after the step, for each state.
    package private(set) var observation: [Double] = []
    /// The largest absolute difference of qpos and qvel, which an observation may show only in part, for each state.
    package private(set) var state: [Double] = []
    /// The absolute difference of the reward, for each state.
    package private(set) var reward: [Double] = []
    /// Whether only one of the two reports a terminal state, for each state.
    package private(set) var terminalDiffers: [Bool] = []

    /// Steps our environment from every state of `trace`.
    ///
    /// - Throws: `PeerTraceError`; `EnvironmentError`, also if our simulation diverges, because the peer's did not.
    package init(_ trace: PeerTrace) throws {
        let world = try trace.makeWorld()
        for i in 0..<trace.count {
            try world.reset(toState: i, of: trace)
            let result = try world.step(exactly: trace.actions[i])
            observation.append(Self.largestDifference(world.exactObservation, trace.observations[i]))
            state.append(
                Self.largestDifference(
                    world.positions + world.velocities, trace.nextPositions[i] + trace.nextVelocities[i]))
            reward.append(abs(result.reward - trace.rewards[i]))
            terminalDiffers.append(result.terminal != trace.terminals[i])
        }
    }

    /// The share of states from which observation, state and reward agree to `tolerance` and both report the same end.
    package func agreement(within tolerance: Double) -> Double {
        let agreeing = state.indices.count { i in
            // NaN is within no tolerance.
            observation[i] <= tolerance && state[i] <= tolerance && reward[i] <= tolerance && !terminalDiffers[i]
        }
        return Double(agreeing) / Double(state.count)
    }

    private static func largestDifference(_ ours: [Double], _ theirs: [Double]) -> Double {
        guard ours.count == theirs.count else { return .infinity }
        // NaN must not get lost in a maximum.
        return zip(ours, theirs).reduce(0) { largest, pair in
            let difference = abs(pair.0 - pair.1)
            return difference <= largest ? largest : difference.isNaN ? .infinity : difference
        }
    }
}

/// The median, 99th percentile and maximum of `differences`, as "1.2e-15, 3.4e-14, 5.6e-13".
package func spread(_ differences: [Double]) -> String {
    let sorted = differences.sorted()
    guard let largest = sorted.last else { return "nothing" }
    return [sorted[sorted.count / 2], sorted[sorted.count * 99 / 100], largest]
        .map { String(format: "%.1e", $0) }.joined(separator: ", ")
}
