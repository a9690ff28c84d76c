package import Networks
package import Numerics

/// How one episode went.
package struct EpisodeOutcome: Codable, Sendable, Equatable {
    /// Sum of the environment's rewards, undiscounted and untransformed.
    package var totalReward = 0.0
    /// Steps made.
    package var length = 0
    /// Whether it ended in a terminal state (a fall, a goal) and not at the time limit.
    package var terminal = false
    /// Whether the physics left the finite numbers in the step after `length`, which ended it; counts as a terminal.
    package var diverged = false
    /// What was done of the environment's tasks, in the order it was done.
    package var completedTasks: [String] = []
    /// Where the agent was to go, in metres; empty where the environment has no such place.
    package var goal: [Double] = []
    /// The last of what MuJoCo warned of during the episode, such as a full contact buffer; nil for nothing.
    package var warning: String?
}

/// Runs episodes of a policy in an environment.
///
/// Everything random in episode k is drawn at counters named by k, so episodes may be run in any order, anywhere.
package final class Rollout {
    /// What the policy does with its distribution.
    package enum Mode: Sendable {
        /// The squashed mean, as the papers evaluate.
        case deterministic
        /// A draw from the policy, as D4RL collected its data.
        case stochastic
    }

    /// What is seen at one step, valid during the call only.
    package struct Transition {
        /// s, `observationSize` elements.
        package let observation: UnsafePointer<Real>
        /// a, `actionSize` elements.
        package let action: UnsafePointer<Real>
        /// s', `observationSize` elements, of the terminal state too.
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
    /// A simulation that diverges ends its episode and is no error: a policy may do that to a model.
    ///
    /// - Parameter record: called with every transition before the next step is taken.
    /// - Throws: `EnvironmentError` when the simulator fails or the policy's action is not finite.
    @discardableResult
    package func run(
        episode: Int, mode: Mode, record: ((Transition) throws -> Void)? = nil
    ) throws -> EpisodeOutcome {
        let warnings = MuJoCoSimulation.warningCount  // before the start state, which may be warned of only once
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
                Transition(
                    observation: observation.pointer, action: action.pointer,
                    nextObservation: nextObservation.pointer, positions: positions, velocities: velocities,
                    result: result, logLikelihood: logLikelihood))
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
