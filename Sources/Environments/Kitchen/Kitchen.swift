package import Numerics

/// A Franka arm in a kitchen with four tasks (D4RL's kitchen-*-v0; d4rl/kitchen).
///
/// Observation: the arm's 9 and the objects' 21 entries of qpos, with uniform noise drawn after every step, and the
/// goal's 30 entries, zero for objects without a task. Action: velocities; the controls are the arm's *observed* positions
/// plus the velocities times the control step of 0.08 s. Reward: the number of tasks that this observation completes.
/// The episode ends when all tasks are completed. All episodes start in the same state.
///
/// In the `gymnasium` profiles it is FrankaKitchen-v1 of gymnasium-robotics 1.2.4 with the same four tasks: physics,
/// controls and the sizes of rewards are D4RL's; completion is decided by the exact state; the observation is qpos
/// and qvel without the goal, 59 elements, with about a tenth of the noise.
package final class Kitchen: SimulatedEnvironment {
    package let specification: EnvironmentSpecification
    package let simulation: MuJoCoSimulation
    package let frameSkip = 40
    package let action: ActionBuffer
    /// The tasks to be completed.
    package let tasks: [KitchenTask]
    /// The names of the tasks completed in this episode, in order of completion.
    package private(set) var completedTasks: [String] = []
    /// For each task, whether it is not yet completed in this episode.
    package private(set) var isOpen: [Bool]
    /// The robot's last observed positions, from which the next action's controls are computed [9].
    package let controlBase: UnsafeMutableBufferPointer<Double>

    private let profile: DynamicsProfile
    private let senses: KitchenSensors
    private let observation: UnsafeMutableBufferPointer<Double>
    private let assets: KitchenAssets
    /// The duration of a control step in seconds.
    package let controlStep: Double
    private var noise: RandomStream?
    private var episode = 0
    private var elapsedSteps = 0

    /// The velocity of an action of 1, in radians or metres per second.
    private static let fullSpeed = 2.0

    /// Returns the specification of the kitchen called `name`, for which its files are not needed.
    package static func specification(
        _ name: String, _ tasks: [KitchenTask], profile: DynamicsProfile
    ) -> EnvironmentSpecification {
        EnvironmentSpecification(
            name: name, observationSize: profile == .d4rl ? 60 : 59, actionSize: KitchenSensors.robot,
            maximumSteps: 280,
            referenceMinimum: 0, referenceMaximum: 4, positionCount: KitchenSensors.positions,
            velocityCount: KitchenSensors.velocities, tasks: tasks.map(\.name), stepTime: 45)
    }

    /// Makes a kitchen with `tasks`, at its start state, observed without noise until the first `reset`.
    ///
    /// - Throws: `EnvironmentError.missingAssets`, `.damagedAssets` or `.libraryMismatch`.
    package convenience init(
        _ name: String, tasks: [KitchenTask], profile: DynamicsProfile, assets: KitchenAssets = KitchenAssets()
    ) throws {
        try self.init(
            Self.specification(name, tasks, profile: profile), tasks: tasks, profile: profile,
            simulation: assets.simulation(name: name), assets: assets)
    }

    /// Makes a kitchen from a given simulation and specification; the assets are used for drawing only.
    package init(
        _ specification: EnvironmentSpecification, tasks: [KitchenTask], profile: DynamicsProfile,
        simulation: MuJoCoSimulation, assets: KitchenAssets = KitchenAssets()
    ) throws {
        self.assets = assets
        self.specification = specification
        self.tasks = tasks
        self.profile = profile
        self.simulation = simulation
        guard
            simulation.positions.count == specification.positionCount
                && simulation.velocities.count == specification.velocityCount
                && simulation.controls.count == specification.actionSize
        else {
            throw EnvironmentError.simulator(
                environment: specification.name, operation: "load the model", text: "it is not the kitchen's")
        }
        isOpen = tasks.map { _ in true }
        senses = KitchenSensors(profile)
        controlStep = Double(frameSkip) * simulation.timestep
        controlBase = .allocate(capacity: specification.actionSize)
        action = ActionBuffer(specification)
        observation = .allocate(capacity: specification.observationSize)
        controlBase.initialize(repeating: 0)
        observation.initialize(repeating: 0)
        writeGoal()
        try resetWithoutNoise()
    }

    deinit {
        controlBase.deallocate()
        observation.deallocate()
    }

    private func writeGoal() {
        guard profile == .d4rl else { return }
        for task in tasks {
            for i in task.goal.indices { observation[KitchenSensors.positions + task.start + i] = task.goal[i] }
        }
    }
}

// The start of an episode.
extension Kitchen {
    package func reset(episode: Int, stream: RandomStream) throws {
        noise = stream.stream("observation-noise")
        self.episode = episode
        try startEpisode(positions: Self.start, velocities: Self.rest)
    }

    /// Starts an episode that is observed without noise.
    package func resetWithoutNoise() throws { try reset(toPositions: Self.start, velocities: Self.rest) }

    /// Starts an episode in exactly this state, observed without noise, with no task completed. The engine normalises the
    /// kettle's quaternion.
    ///
    /// - Parameters:
    ///   - positions: qpos [30].
    ///   - velocities: qvel [29].
    /// - Throws: `EnvironmentError.simulator`.
    package func reset(toPositions positions: [Double], velocities: [Double]) throws {
        noise = nil
        try startEpisode(positions: positions, velocities: velocities)
    }

    private func startEpisode(positions: [Double], velocities: [Double]) throws {
        try simulation.reset()
        simulation.place(positions: positions, velocities: velocities)
        try simulation.forward()
        for i in isOpen.indices { isOpen[i] = true }
        completedTasks.removeAll(keepingCapacity: true)
        elapsedSteps = 0
        perceive()
    }

    /// The start state: qpos of D4RL's `reset_model`.
    package static let start: [Double] = [
        1.48388023e-01, -1.76848573, 1.84390296, -2.47685760, 2.60252026e-01, 7.12533105e-01, 1.59515394,
        4.79267505e-02,
        3.71350919e-02, -2.66279850e-04, -5.18043486e-05, 3.12877220e-05, -4.51199853e-05, -3.90842156e-06,
        -4.22629655e-05, 6.28065475e-05, 4.04984708e-05, 4.62730939e-04, -2.26906415e-04, -4.65501369e-04,
        -6.44129196e-03, -1.77048263e-03, 1.08009684e-03, -2.69397440e-01, 3.50383255e-01, 1.61944683, 1.00618764,
        4.06395120e-03, -6.62095997e-03, -2.68278933e-04,
    ]
    private static let rest = [Double](repeating: 0, count: KitchenSensors.velocities)
}

// One control step.
extension Kitchen {
    package func stepWithAction() throws -> StepResult {
        command()
        try simulation.step(frameSkip)
        elapsedSteps += 1
        perceive()
        let completions = closeTasks()
        return StepResult(
            reward: Double(completions), terminal: !isOpen.contains(true),
            atTimeLimit: elapsedSteps >= specification.maximumSteps)
    }

    /// Sets the arm's position controllers to the targets for the end of the step.
    private func command() {
        for i in action.indices {
            let velocity = Self.fullSpeed * action.clipped(i)
            let (low, high) = Self.bounds[i]
            simulation.controls[i] = min(max(controlBase[i] + velocity * controlStep, low), high)
        }
    }

    /// Marks the tasks that are now completed, and returns how many they are.
    private func closeTasks() -> Int {
        // D4RL's observation begins with the noisy positions, in qpos's order.
        let checked = profile == .d4rl ? observation : simulation.positions
        var completions = 0
        for i in tasks.indices where isOpen[i] && tasks[i].isDone(at: checked) {
            isOpen[i] = false
            completedTasks.append(tasks[i].name)
            completions += 1
        }
        return completions
    }

    /// The bounds of the controls: `pos_bound` of D4RL's franka_config.xml, within the actuators' ranges except for joint 6.
    private static let bounds: [(Double, Double)] = [
        (-2.9, 2.9), (-1.8, 1.8), (-2.9, 2.9), (-3.1, 0), (-2.9, 2.9), (0, 3.8), (-2.9, 2.9), (0, 0.04), (0, 0.04),
    ]
}

// The observation.
extension Kitchen {
    /// Computes the observation, once at the start and once after every step. The noise of element i at step t is number
    /// (episode, t, i) of the episode's stream, so it does not depend on how often `observe` is called.
    private func perceive() {
        let count = senses.sources.count
        for i in 0..<count {
            let source = senses.sources[i]
            let value =
                source < KitchenSensors.positions
                ? simulation.positions[source] : simulation.velocities[source - KitchenSensors.positions]
            let draw = noise.map { 2 * $0.uniform(step: episode, index: elapsedSteps * count + i) - 1 } ?? 0
            observation[i] = value + senses.widths[i] * draw
        }
        for i in controlBase.indices { controlBase[i] = observation[i] }
    }

    package func observe(into observation: UnsafeMutablePointer<Real>) {
        for i in self.observation.indices { observation[i] = Real(self.observation[i]) }
    }

    /// The current observation before it is rounded to `Real`.
    package var exactObservation: [Double] { Array(observation) }
}

extension Kitchen: Drawable {
    /// The viewpoint of D4RL's kitchen.
    package var viewpoint: Viewpoint {
        Viewpoint(.point(Vector(-0.2, 0.5, 2)), distance: 2.2, azimuth: 70, elevation: -35)
    }

    package func makeDrawing() throws -> MuJoCoSimulation {
        try assets.simulation(name: specification.name, visuals: true)
    }
}
