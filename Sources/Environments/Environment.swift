package import Numerics

/// A Markov decision process that a policy can be run in.
///
/// An environment belongs to one thread at a time. A new one stands at its noise-free start state.
package protocol Environment: AnyObject {
    /// Sizes, time limit and reference scores.
    var specification: EnvironmentSpecification { get }

    /// Starts an episode.
    ///
    /// The start state's noise is drawn from `stream` at step `episode`; nothing else is random, so the same episode of
    /// the same stream with the same actions is the same trajectory, bit for bit.
    /// - Throws: `EnvironmentError.simulator`.
    func reset(episode: Int, stream: RandomStream) throws

    /// One control step with `action`: `actionSize` elements as a policy gives them, which the environment clips.
    ///
    /// Whether to go on after a step that ended the episode is the caller's affair; the physics do go on.
    /// - Throws: `EnvironmentError.nonFiniteAction`, leaving the state as it was; `EnvironmentError.diverged` or
    ///   `EnvironmentError.simulator`, after which only `reset` makes sense.
    func step(_ action: UnsafePointer<Real>) throws -> StepResult

    /// Writes the current observation, `observationSize` elements: the physics' float64 rounded to `Real`.
    func observe(into observation: UnsafeMutablePointer<Real>)

    /// Writes the generalised positions, `positionCount` elements (D4RL's `infos/qpos`).
    func copyPositions(into positions: UnsafeMutablePointer<Double>)

    /// Writes the generalised velocities, `velocityCount` elements (D4RL's `infos/qvel`).
    func copyVelocities(into velocities: UnsafeMutablePointer<Double>)

    /// What has been done of the specification's `tasks` since the last reset, in the order it was done.
    var completedTasks: [String] { get }

    /// Where the agent is to go, in metres; empty where there is no such place.
    var goal: [Double] { get }
}

extension Environment {
    /// None: the reward is all there is.
    package var completedTasks: [String] { [] }

    /// None.
    package var goal: [Double] { [] }
}

extension Environment {
    /// The generalised positions [positionCount], in a new array.
    package var positions: [Double] {
        Array(unsafeUninitializedCapacity: specification.positionCount) { buffer, count in
            count = specification.positionCount
            if let start = buffer.baseAddress { copyPositions(into: start) }
        }
    }

    /// The generalised velocities [velocityCount], in a new array.
    package var velocities: [Double] {
        Array(unsafeUninitializedCapacity: specification.velocityCount) { buffer, count in
            count = specification.velocityCount
            if let start = buffer.baseAddress { copyVelocities(into: start) }
        }
    }
}
