package import Numerics

/// Running forward in the vertical plane: what Hopper, HalfCheetah and Walker2d have in common.
///
/// Observation: qpos[1…] ++ qvel, velocities clipped. Reward: v + healthyReward − controlCost·|a|², with v the forward
/// velocity over the control step. Gym's v2, v3 by default and v4 agree on both (openai/gym, gym/envs/mujoco).
package final class PlanarLocomotion: PlaceableEnvironment {
    /// One task of the family.
    package struct Task: Sendable {
        package var specification: EnvironmentSpecification
        package let model: @Sendable (DynamicsProfile) -> PlanarModel
        /// The number of physics steps in a control step.
        package let frameSkip: Int
        package let positionNoise: InitialNoise
        package let velocityNoise: InitialNoise
        /// The limit to which observed velocities are clipped.
        package let velocityLimit: Double
        /// The reward of every step for not having fallen; also that of the terminal step, except in Gymnasium's v5.
        package let healthyReward: Double
        package let controlCost: Double
        /// Whether a state is not terminal; must be false if an element is NaN.
        package let isHealthy: @Sendable (_ positions: Coordinates, _ velocities: Coordinates) -> Bool
        /// The camera's viewpoint: from the side, moving with the torso.
        package let viewpoint: Viewpoint
    }

    /// A view of qpos or qvel.
    package typealias Coordinates = UnsafeMutableBufferPointer<Double>

    package var specification: EnvironmentSpecification { task.specification }
    package var frameSkip: Int { task.frameSkip }
    package let simulation: MuJoCoSimulation
    package let action: ActionBuffer
    private let task: Task
    private let profile: DynamicsProfile
    /// The duration of a control step in seconds.
    package let controlStep: Double
    private var elapsedSteps = 0

    /// - Throws: `EnvironmentError.libraryMismatch` or `.simulator`.
    package init(_ task: Task, profile: DynamicsProfile) throws {
        self.task = task
        simulation = try MuJoCoSimulation(name: task.specification.name, model: task.model(profile).mjcf(profile))
        let specification = task.specification
        precondition(
            simulation.positions.count == specification.positionCount
                && simulation.velocities.count == specification.velocityCount
                && simulation.controls.count == specification.actionSize
                && specification.observationSize == specification.positionCount - 1 + specification.velocityCount,
            "the model of \(specification.name) does not have the sizes of its specification")
        self.profile = profile
        controlStep = Double(task.frameSkip) * simulation.timestep
        action = ActionBuffer(specification)
    }

    package func reset(episode: Int, stream: RandomStream) throws {
        try startEpisode { positions, velocities in
            for i in positions.indices {
                positions[i] += task.positionNoise.draw(from: stream, episode: episode, index: i)
            }
            for i in velocities.indices {
                velocities[i] += task.velocityNoise.draw(from: stream, episode: episode, index: positions.count + i)
            }
        }
    }

    /// Starts an episode exactly at qpos0 and zero velocity.
    package func resetWithoutNoise() throws { try startEpisode { _, _ in } }

    package func reset(toPositions positions: [Double], velocities: [Double]) throws {
        try startEpisode { _, _ in simulation.place(positions: positions, velocities: velocities) }
    }

    /// Starts an episode at qpos0 changed by `disturb`(qpos, qvel).
    private func startEpisode(disturb: (Coordinates, Coordinates) -> Void) throws {
        try simulation.reset()
        disturb(simulation.positions, simulation.velocities)
        try simulation.forward()
        elapsedSteps = 0
    }

    package func stepWithAction() throws -> StepResult {
        let cost = applyAction()
        let start = simulation.positions[0]
        try simulation.step(task.frameSkip)
        elapsedSteps += 1
        let velocity = (simulation.positions[0] - start) / controlStep
        let isHealthy = task.isHealthy(simulation.positions, simulation.velocities)
        let healthyReward = isHealthy || profile != .gymnasiumV5 ? task.healthyReward : 0
        return StepResult(
            reward: velocity + healthyReward - task.controlCost * cost,
            terminal: !isHealthy,
            atTimeLimit: elapsedSteps >= specification.maximumSteps)
    }

    /// Applies the clipped action to the motors; returns Σa² for the control cost (of the clipped action in `d4rl`).
    private func applyAction() -> Double {
        var cost = 0.0
        for i in action.indices {
            simulation.controls[i] = action.clipped(i)
            let charged = profile == .d4rl ? action.clipped(i) : action[i]
            cost += charged * charged
        }
        return cost
    }

    package func observe(into observation: UnsafeMutablePointer<Real>) {
        for i in 0..<specification.observationSize { observation[i] = Real(observed(i)) }
    }

    /// The current observation before it is rounded to `Real`.
    package var exactObservation: [Double] { (0..<specification.observationSize).map(observed) }

    /// Element `i` of the observation.
    private func observed(_ i: Int) -> Double {
        let coordinates = simulation.positions.count - 1  // qpos[0], the distance run, is not observed
        if i < coordinates { return simulation.positions[i + 1] }
        return min(max(simulation.velocities[i - coordinates], -task.velocityLimit), task.velocityLimit)
    }
}

extension PlanarLocomotion: Drawable {
    package var viewpoint: Viewpoint { task.viewpoint }

    package func makeDrawing() throws -> MuJoCoSimulation {
        try MuJoCoSimulation(
            name: specification.name, model: task.model(profile).mjcf(profile, scenery: .studio(extent: 3)))
    }
}
