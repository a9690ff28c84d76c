import Datasets
import Environments
import HDF5
import Numerics
import Suites

/// A file with the layout and conventions of one of D4RL's, made of some hundred rows of a random policy in our own
/// simulation, so that a study can run from end to end without D4RL's files.
struct StandInDataset {
    private var observations: [Float] = []
    private var nextObservations: [Float] = []
    private var actions: [Float] = []
    private var rewards: [Float] = []
    private var terminals: [Bool] = []
    private var timeouts: [Bool] = []
    private var positions: [Float] = []
    private var velocities: [Float] = []
    private let specification: EnvironmentSpecification
    private let layout: StandInLayout
    private let goal: [Float]

    /// Records steps of consecutive episodes, as many and with such rewards as the layout of `dataset`'s suite says.
    init(_ dataset: String) throws {
        layout = StandInLayout.of(try EnvironmentRegistry.taskClass(ofDataset: dataset).suite)
        let rows = layout.rows
        let stream = RandomStream("stand-in/\(dataset)")
        let environment = try EnvironmentRegistry.make(forDataset: dataset, stream: stream)
        specification = environment.specification
        goal = [Float](repeating: 8, count: environment.goal.count)
        var (episode, observation) = (0, try begin(environment, 0, stream))
        for row in 0..<rows {
            let action = (0..<specification.actionSize).map { Real(1.8 * stream.uniform(step: row, index: $0) - 0.9) }
            observations += observation
            actions += action.map { Float($0) }
            positions += environment.positions.map { Float($0) }
            velocities += environment.velocities.map { Float($0) }
            let result = try environment.step(action)
            observation = observe(environment)
            nextObservations += observation
            rewards.append(Float(result.reward))
            terminals.append(result.terminal)
            timeouts.append(result.timeout || row == rows - 1 && !result.terminal)
            if result.ended {
                episode += 1
                observation = try begin(environment, episode, stream)
            }
        }
        switch layout.rewards {
        case .simulation: break
        case .oneGoal: relabelByGoal()
        case .completedTasks: relabelByTasks()
        }
    }

    private func begin(_ environment: any Environment, _ episode: Int, _ stream: RandomStream) throws -> [Float] {
        try environment.reset(episode: episode, stream: stream)
        return observe(environment)
    }

    private func observe(_ environment: any Environment) -> [Float] {
        var observation = [Real](repeating: 0, count: specification.observationSize)
        environment.observe(into: &observation)
        return observation.map { Float($0) }
    }

    /// D4RL relabels all of a maze's data with one goal: reward 1 and a terminal where the step came within 0.5 m of
    /// it. Here the goal is the ant's position after two thirds of the data.
    private mutating func relabelByGoal() {
        let s = specification.observationSize
        let goal = rewards.count * 2 / 3 * s
        for row in rewards.indices {
            let (x, y) = (nextObservations[row * s], nextObservations[row * s + 1])
            let (dx, dy) = (x - observations[goal], y - observations[goal + 1])
            let isThere = dx * dx + dy * dy <= 0.25
            rewards[row] = isThere ? 1 : 0
            terminals[row] = isThere
        }
    }

    /// A kitchen's reward is the number of completed tasks at each step; the demonstrations here complete one more at
    /// regular intervals, and the last row of each is terminal.
    private mutating func relabelByTasks() {
        for row in rewards.indices {
            rewards[row] = Float(row * 5 / rewards.count)
            terminals[row] = (row + 1) % 100 == 0 || row == rewards.count - 1
        }
    }

    /// Writes exactly the fields that D4RL's files of the suite have.
    func write(to path: String) throws {
        let n = rewards.count
        try HDF5Writer.write(to: path) { file in
            try file.write(observations, shape: [n, specification.observationSize], to: "observations")
            try file.write(actions, shape: [n, specification.actionSize], to: "actions")
            try file.write(rewards, shape: [n], to: "rewards")
            try file.write(terminals, shape: [n], to: "terminals")
            if layout.hasTimeoutsAndStates {
                try file.write(timeouts, shape: [n], to: "timeouts")
                try file.write(positions, shape: [n, specification.positionCount], to: "infos/qpos")
                try file.write(velocities, shape: [n, specification.velocityCount], to: "infos/qvel")
            }
            if layout.hasNextObservationsAndLikelihoods {
                try file.write(nextObservations, shape: [n, specification.observationSize], to: "next_observations")
                let logProbabilities = [Float](repeating: -1, count: n)
                try file.write(logProbabilities, shape: [n], to: "infos/action_log_probs")
            }
            if !goal.isEmpty {
                let goals = (0..<n).flatMap { _ in goal }
                try file.write(goals, shape: [n, goal.count], to: "infos/goal")
            }
        }
    }
}

/// What differs between D4RL's files of the suites.
private struct StandInLayout {
    /// The origin of the rewards and terminals.
    enum Rewards { case simulation, oneGoal, completedTasks }

    /// Rows to record. A cheetah never falls: two of its trajectories take two thousand steps, which cost next to
    /// nothing.
    var rows = 2_100
    var rewards = Rewards.simulation
    var hasTimeoutsAndStates = true
    var hasNextObservationsAndLikelihoods = false

    private static let layouts: [TaskSuite: StandInLayout] = [
        .locomotion: StandInLayout(hasNextObservationsAndLikelihoods: true),
        .antmaze: StandInLayout(rows: 600, rewards: .oneGoal),
        // 200 steps a second
        .kitchen: StandInLayout(rows: 300, rewards: .completedTasks, hasTimeoutsAndStates: false),
    ]

    /// The layout of a suite; of one that D4RL does not have, that of a plain simulation.
    static func of(_ suite: TaskSuite?) -> StandInLayout { suite.flatMap { layouts[$0] } ?? StandInLayout() }
}
