import Environments
import Numerics
import Testing

@Suite struct AntMazeTests {
    private let stream = RandomStream("tests/antmaze/reset")
    private static let umaze = AntMaze.Task("antmaze-umaze", .umaze, maximumSteps: 700)
    private static let medium = AntMaze.Task("antmaze-medium", .medium, maximumSteps: 1000)

    /// Observations of D4RL's ant agree with those of MuJoCo 2.1.0 and of its Python package (Oracle/antmaze.txt).
    @Test(arguments: try oracleRows("antmaze.txt")) func oracle(_ row: [String]) throws {
        let ant = AntModel.d4rl(legacyInertia: row[1] == "d4rl")
        let environment = try AntMaze(Self.medium, options: .init(), ant: ant)
        try environment.reset(toPositions: atRest, velocities: still, goal: .zero)
        let steps = try #require(Int(row[2]))
        for t in 0..<steps { _ = try environment.step(exactly: oracleAction(t, size: 8)) }
        let expected = numbers(row, from: 3)
        try #require(expected.count == 29)
        for (found, expected) in zip(environment.exactObservation, expected) {
            #expect(abs(found - expected) <= (steps <= 10 ? 5e-9 : 1e-6) * max(1, abs(expected)))
        }
    }

    /// The masses are those of a sphere and of capsules of both lengths by the legacy formula.
    @Test func masses() throws {
        let masses = try AntMaze(Self.medium, options: .init()).simulation.bodyMasses
        #expect(masses.count == 13)
        for (i, mass) in masses.enumerated() {
            let expected = i == 0 ? 0.3272492347 : i % 3 == 0 ? 0.0649113788 : 0.0364769280
            #expect(abs(mass - expected) < 1e-9, "body \(i)")
        }
    }

    @Test func startStates() throws {
        let environment = try AntMaze(Self.medium, options: .init())
        var widest = 0.0
        var sum = 0.0
        for episode in 0..<200 {
            try environment.reset(episode: episode, stream: stream)
            let quaternion = environment.positions[3..<7]
            #expect(abs(quaternion.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12, "mj_forward normalises the quaternion")
            for i in [0, 1, 2] + Array(7..<15) {
                let noise = environment.positions[i] - atRest[i]
                #expect(abs(noise) <= 0.1)
                widest = max(widest, abs(noise))
            }
            sum += environment.velocities.reduce(0) { $0 + $1 * $1 }
        }
        #expect(widest > 0.099)
        #expect(abs(sum / (200 * 14) / 0.01 - 1) < 0.1, "standard deviation 0.1")
    }

    /// v2 draws another goal every episode; each coordinate is the cell's plus U(0, 1) + U(0, 0.5), at least 0.
    @Test func goalOfEveryEpisode() throws {
        let environment = try AntMaze(Self.umaze, options: .init())
        var goals: [[Double]] = []
        for episode in 0..<400 {
            try environment.reset(episode: episode, stream: stream)
            goals.append(environment.goal)
        }
        #expect(Set(goals.map { $0[0] }).count == 400)
        for (mean, low) in [(goals.map { $0[0] }, 0.0), (goals.map { $0[1] }, 8.0)] {
            #expect(mean.min()! >= low && mean.max()! <= low + 1.5)
            #expect(mean.max()! - mean.min()! > 1.2)
            #expect(abs(mean.reduce(0, +) / 400 - low - 0.75) < 4 * (0.3125 / 3 / 400).squareRoot())
        }
    }

    /// v0 and v1 draw one goal for the lifetime of the environment.
    @Test func goalDrawnOnce() throws {
        let name = "antmaze-umaze-diverse-v0"
        let environment = try #require(EnvironmentRegistry.make(forDataset: name, stream: stream) as? AntMaze)
        let goal = environment.goal
        #expect(goal[1] >= 8)
        for episode in 0..<5 {
            try environment.reset(episode: episode, stream: RandomStream("another"))
            #expect(environment.goal == goal)
        }
        let other = try EnvironmentRegistry.make(forDataset: name, stream: RandomStream("case 2")) as? AntMaze
        #expect(other?.goal != goal)
        let two = try EnvironmentRegistry.make(forDataset: "antmaze-umaze-v2", stream: stream) as? AntMaze
        try two?.reset(episode: 0, stream: stream)
        let first = two?.goal
        try two?.reset(episode: 1, stream: stream)
        #expect(two?.goal != first)
    }

    /// Within `radius` of the goal, and only there, the step is rewarded and the episode ends.
    @Test(arguments: [(DynamicsProfile.d4rl, 0.5), (.gymnasium, 0.45)])
    func reachingTheGoal(_ profile: DynamicsProfile, radius: Double) throws {
        let environment = try AntMaze(Self.umaze, options: .init(profile: profile))
        let none = Array(repeating: 0.0, count: 8)
        try environment.reset(toPositions: atRest, velocities: still, goal: .zero)
        let result = try environment.step(exactly: none)
        #expect(result.reward == 1 && result.terminal == (profile == .d4rl) && !result.timeout)
        #expect(environment.completedTasks == ["goal"])
        // The ant falls straight down without moving sideways.
        let place = Maze.Place(environment.positions[0], environment.positions[1])
        for (shift, reward) in [(radius - 1e-9, 1.0), (radius + 1e-9, 0)] {
            try environment.reset(toPositions: atRest, velocities: still, goal: place + Maze.Place(0, shift))
            let result = try environment.step(exactly: none)
            #expect(result.reward == reward)
            #expect(environment.completedTasks == (reward == 1 ? ["goal"] : []))
            #expect(result.terminal == (reward == 1 && profile == .d4rl))
        }
    }

    @Test func timeLimit() throws {
        let environment = try EnvironmentRegistry.make("antmaze-umaze")
        try environment.reset(episode: 0, stream: stream)
        for t in 1...700 {
            let result = try environment.step([Real](repeating: 0, count: 8))
            #expect(result.timeout == (t == 700) && !result.terminal && result.reward == 0)
        }
    }

    /// Gymnasium's episodes start in a free cell, far from the goal, exactly at rest.
    @Test func gymnasiumStarts() throws {
        let environment = try AntMaze(Self.medium, options: .init(profile: .gymnasium))
        let cells = Maze.medium.freeCells.map(Maze.medium.gymnasiumCentre)
        var seen: Set<Int> = []
        for episode in 0..<400 {
            try environment.reset(episode: episode, stream: stream)
            let place = Maze.Place(environment.positions[0], environment.positions[1])
            let cell = try #require(cells.firstIndex { abs($0.x - place.x) <= 1 && abs($0.y - place.y) <= 1 })
            seen.insert(cell)
            let gap = cells[cell] - Maze.Place(environment.goal[0], environment.goal[1])
            #expect((gap * gap).sum() > 4)
            #expect(Array(environment.positions[2...]) == Array(atRest[2...]))
            #expect(environment.velocities == still)
        }
        #expect(seen.count == cells.count)
    }

    /// D4RL's walls stop an ant that is thrown at them.
    @Test func walls() throws {
        let environment = try AntMaze(Self.umaze, options: .init())
        var velocities = still
        velocities[0] = -20
        try environment.reset(toPositions: atRest, velocities: velocities, goal: Maze.Place(8, 8))
        for _ in 0..<20 { _ = try environment.step(exactly: Array(repeating: 0, count: 8)) }
        #expect(environment.positions[0] > -2, "the wall's face is at x = −2")
        #expect(environment.positions[0] < -1)
    }

    private let atRest = [0, 0, 0.75, 1] + Array(repeating: 0.0, count: 11)
    private let still = Array(repeating: 0.0, count: 14)
}
