package import Numerics

/// A Markov decision process that a policy can be run in.
///
/// It is not thread-safe: one thread at a time may use it. A new one is at its start state without noise.
package protocol Environment: AnyObject {
    /// Sizes, time limit and reference scores.
    var specification: EnvironmentSpecification { get }

    /// Starts an episode.
    ///
    /// The start state's noise is drawn from `stream` at step `episode`. Nothing else is random, so the same episode of
    /// the same stream with the same actions gives the same trajectory, bit for bit.
    /// - Throws: `EnvironmentError.simulator`.
    func reset(episode: Int, stream: RandomStream) throws

    /// Makes one control step with `action`: `actionSize` elements as a policy gives them, which the environment clips.
    ///
    /// It does not check whether the episode has ended: the physics continue if the caller continues.
    /// - Throws: `EnvironmentError.nonFiniteAction`, with the state unchanged; `EnvironmentError.diverged` or
    ///   `EnvironmentError.simulator`, after which only `reset` may be called.
    func step(_ action: UnsafePointer<Real>) throws -> StepResult

    /// Writes the current observation, `observationSize` elements, rounded from float64 to `Real`.
    func observe(into observation: UnsafeMutablePointer<Real>)

    /// Writes the generalised positions, `positionCount` elements (D4RL's `infos/qpos`).
    func copyPositions(into positions: UnsafeMutablePointer<Double>)

    /// Writes the generalised velocities, `velocityCount` elements (D4RL's `infos/qvel`).
    func copyVelocities(into velocities: UnsafeMutablePointer<Double>)

    /// The specification's `tasks` that have been completed since the last reset, in order of completion.
    var completedTasks: [String] { get }

    /// The position that the agent is to reach, in metres; empty in environments without goals.
    var goal: [Double] { get }

    /// Returns the last step as it is recorded: `transition` itself, except where the policy observes and acts through something
    /// that is no part of the data. Its pointers are valid until the next step.
    func recorded(_ transition: Rollout.Transition) -> Rollout.Transition
}

extension Environment {
    /// Empty: most environments have no named tasks.
    package var completedTasks: [String] { [] }

    /// Empty: most environments have no goal.
    package var goal: [Double] { [] }

    /// The transition itself.
    package func recorded(_ transition: Rollout.Transition) -> Rollout.Transition { transition }
}

extension Environment {
    /// The generalised positions [positionCount], as a new array.
    package var positions: [Double] {
        Array(unsafeUninitializedCapacity: specification.positionCount) { buffer, count in
            count = specification.positionCount
            if let start = buffer.baseAddress { copyPositions(into: start) }
        }
    }

    /// The generalised velocities [velocityCount], as a new array.
    package var velocities: [Double] {
        Array(unsafeUninitializedCapacity: specification.velocityCount) { buffer, count in
            count = specification.velocityCount
            if let start = buffer.baseAddress { copyVelocities(into: start) }
        }
    }
}
