package import Networks
package import Numerics

/// The outcome of one episode.
package struct EpisodeOutcome: Codable, Sendable, Equatable {
    /// Sum of the environment's rewards, undiscounted and untransformed.
    package var totalReward = 0.0
    /// The number of control steps.
    package var length = 0
    /// Whether the episode ended in a terminal state (a fall, a goal) and not at the time limit.
    package var terminal = false
    /// Whether the physics became non-finite in the step after `length`, which ended the episode; `terminal` is then set.
    package var diverged = false
    /// The environment's tasks that were completed, in order of completion.
    package var completedTasks: [String] = []
    /// The goal position in metres; empty in environments without goals.
    package var goal: [Double] = []
    /// MuJoCo's last warning during the episode, such as a full contact buffer; nil if there was none.
    package var warning: String?
}

/// Runs episodes of a policy in an environment.
///
/// All random numbers of episode k are drawn at counters that depend on k, so episodes may run in any order, on any rank.
package final class Rollout {
    /// How an action is chosen from the policy's distribution.
    package enum Mode: Sendable {
        /// The squashed mean, as the papers evaluate.
        case deterministic
        /// A sample of the distribution, as D4RL collected its data.
        case stochastic
    }

    /// One transition; its pointers are valid during the call of `record` only.
    package struct Transition {
        /// s, `observationSize` elements.
        package let observation: UnsafePointer<Real>
        /// a, `actionSize` elements.
        package let action: UnsafePointer<Real>
        /// s', `observationSize` elements, also in a terminal state.
        package let nextObservation: UnsafePointer<Real>
        /// qpos in s, `positionCount` elements.
        package let positions: UnsafePointer<Double>
        /// qvel in s, `velocityCount` elements.
        package let velocities: UnsafePointer<Double>
        /// r, and whether the episode ended with this step.
        package let result: StepResult
        /// log π(a|s); 0 in deterministic mode.
        package let logLikelihood: Double
    }

    private let environment: any Environment
    private let inference: PolicyInference
    private let resets: RandomStream
    private let actionNoise: RandomStream
    private let observation: Matrix
    private let nextObservation: Matrix
    private let action: Matrix
    private let noise: Matrix
    private let positions: UnsafeMutablePointer<Double>
    private let velocities: UnsafeMutablePointer<Double>

    /// - Throws: `PolicyError.sizes` when the policy was made for another environment.
    package init(_ environment: any Environment, _ inference: PolicyInference, stream: RandomStream) throws {
        let specification = environment.specification
        guard
            inference.observationSize == specification.observationSize
                && inference.actionSize == specification.actionSize
        else {
            throw PolicyError.sizes(
                environment: specification.name,
                expected: [specification.observationSize, specification.actionSize],
                found: [inference.observationSize, inference.actionSize])
        }
        self.environment = environment
        self.inference = inference
        resets = stream.stream("reset")
        actionNoise = stream.stream("action-noise")
        observation = Matrix(vector: specification.observationSize)
        nextObservation = Matrix(vector: specification.observationSize)
        action = Matrix(vector: specification.actionSize)
        noise = Matrix(vector: specification.actionSize)
        positions = .allocate(capacity: specification.positionCount)
        velocities = .allocate(capacity: specification.velocityCount)
    }

    deinit {
        positions.deallocate()
        velocities.deallocate()
    }

    /// Runs episode `episode` to its end or time limit.
    ///
    /// A simulation that diverges ends the episode and is not an error: a bad policy can cause that.
    ///
    /// - `record`: called with every transition, as the environment records it, before the next step is taken.
    /// - Throws: `EnvironmentError` when the simulator fails or the policy's action is not finite.
    @discardableResult
    package func run(
        episode: Int, mode: Mode, record: ((Transition) throws -> Void)? = nil
    ) throws -> EpisodeOutcome {
        let warnings = MuJoCoSimulation.warningCount  // before the reset, as the start state may raise a warning too
        try environment.reset(episode: episode, stream: resets)
        var outcome = try play(episode, mode, record)
        if MuJoCoSimulation.warningCount > warnings { outcome.warning = MuJoCoSimulation.lastWarning }
        outcome.completedTasks = environment.completedTasks
        outcome.goal = environment.goal
        return outcome
    }

    private func play(
        _ episode: Int, _ mode: Mode, _ record: ((Transition) throws -> Void)?
    ) throws -> EpisodeOutcome {
        var outcome = EpisodeOutcome()
        environment.observe(into: observation.pointer)
        while true {
            let logLikelihood = chooseAction(
                mode, draw: episode * environment.specification.maximumSteps + outcome.length)
            environment.copyPositions(into: positions)
            environment.copyVelocities(into: velocities)
            let result: StepResult
            do {
                result = try environment.step(action.pointer)
            } catch EnvironmentError.diverged {
                outcome.terminal = true
                outcome.diverged = true
                return outcome
            }
            environment.observe(into: nextObservation.pointer)
            outcome.totalReward += result.reward
            outcome.length += 1
            try record?(
                environment.recorded(
                    Transition(
                        observation: observation.pointer, action: action.pointer,
                        nextObservation: nextObservation.pointer, positions: positions, velocities: velocities,
                        result: result, logLikelihood: logLikelihood)))
            if result.terminal || result.timeout {
                outcome.terminal = result.terminal
                return outcome
            }
            observation.pointer.update(from: nextObservation.pointer, count: observation.count)
        }
    }

    private func chooseAction(_ mode: Mode, draw: Int) -> Double {
        switch mode {
        case .deterministic:
            inference.act(observation.pointer, into: action.pointer)
            return 0
        case .stochastic:
            actionNoise.normals(step: draw, into: noise.pointer, count: noise.count)
            return inference.sample(observation.pointer, noise: noise.pointer, into: action.pointer)
        }
    }
}
