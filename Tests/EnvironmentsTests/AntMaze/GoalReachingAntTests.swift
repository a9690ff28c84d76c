import Environments
import Numerics
import Testing

@Suite struct GoalReachingAntTests {
    private let stream = RandomStream("tests/ant-goal")
    private static let still = [Double](repeating: 0, count: 8)

    /// It can be trained in by its name, and is no environment of any dataset or study.
    @Test func isNotAmongTheEnvironmentsOfDatasets() throws {
        #expect(EnvironmentRegistry.behaviourNames.contains("ant-goal"))
        #expect(try EnvironmentRegistry.make("ant-goal").specification == GoalReachingAnt.specification)
        #expect(!EnvironmentRegistry.names.contains("ant-goal"))
        #expect(EnvironmentRegistry.suite(ofDataset: "ant-goal") == nil)
        let error = #expect(throws: EnvironmentError.self) { try EnvironmentRegistry.resolve("ant-goal") }
        #expect(error?.description.contains("it is for behaviour policies only") == true)
    }

    /// Where both ants are in the same state, they move in the same way: the plane has the mazes' dynamics.
    @Test func movesLikeTheAntInTheMaze() throws {
        let ant = try GoalReachingAnt()
        try ant.reset(episode: 3, stream: stream)
        let task = AntMaze.Task("antmaze-medium", .medium, maximumSteps: 1000)
        let maze = try AntMaze(task, options: .init())
        try maze.reset(toPositions: ant.positions, velocities: ant.velocities, goal: .zero)
        for t in 0..<5 {
            let action = oracleAction(t, size: 8)
            _ = try ant.step(exactly: action)
            _ = try maze.step(exactly: action)
        }
        for (a, b) in zip(ant.positions + ant.velocities, maze.positions + maze.velocities) {
            #expect(abs(a - b) < 1e-9)
        }
    }

    /// The observation has the ant's own state and the direction of the goal, of length 1, in the world's frame.
    @Test func observation() throws {
        let ant = try GoalReachingAnt()
        for episode in 0..<20 {
            try ant.reset(episode: episode, stream: stream)
            let seen = observation(of: ant)
            #expect(Array(seen[..<13]) == ant.positions[2...].map { Real($0) })
            #expect(Array(seen[13..<27]) == ant.velocities.map { Real($0) })
            let (x, y) = (ant.goal[0] - ant.positions[0], ant.goal[1] - ant.positions[1])
            let distance = (x * x + y * y).squareRoot()
            #expect(distance <= 10)
            #expect(abs(Double(seen[27]) - x / distance) < 1e-6 && abs(Double(seen[28]) - y / distance) < 1e-6)
        }
    }

    /// The rewards of an episode add up to the metres gained, the reward for standing and the control costs; a goal that is
    /// reached is replaced.
    @Test func rewards() throws {
        let ant = try GoalReachingAnt()
        try ant.reset(episode: 0, stream: stream)
        var goals: Set<[Double]> = [ant.goal]
        for t in 0..<40 {
            let (goal, start) = (ant.goal, distance(ant))
            let action = oracleAction(t, size: 8).map { 2 * $0 }
            let result = try ant.step(exactly: action)
            let squares = action.reduce(0) { $0 + min(1, $1 * $1) }
            let (x, y) = (goal[0] - ant.positions[0], goal[1] - ant.positions[1])
            let expected = (start - (x * x + y * y).squareRoot()) / 0.1 + 0.5 - 0.02 * squares
            #expect(abs(result.reward - expected) < 1e-12)
            goals.insert(ant.goal)
        }
        #expect(goals.count == 1)
        let goal = ant.goal
        try moveToGoal(ant)
        #expect(ant.goal != goal)
    }

    /// An ant on its back ends the episode; an ant on its feet goes on to the time limit.
    @Test func ends() throws {
        let ant = try GoalReachingAnt()
        try ant.reset(episode: 0, stream: stream)
        for t in 1...1000 {
            let result = try ant.step(exactly: Self.still)
            #expect(!result.terminal && result.timeout == (t == 1000))
        }
        try ant.reset(episode: 0, stream: stream)
        for (i, value) in [0, 1, 0, 0].enumerated() { ant.simulation.positions[3 + i] = Double(value) }
        #expect(try ant.step(exactly: Self.still).terminal)
    }

    /// The goals of an episode follow from the episode alone.
    @Test func goals() throws {
        let (a, b) = (try GoalReachingAnt(), try GoalReachingAnt())
        func directions(of ant: GoalReachingAnt, _ count: Int) throws -> [Real] {
            try (0..<count).map { _ in
                try moveToGoal(ant)
                let (x, y) = (ant.goal[0] - ant.positions[0], ant.goal[1] - ant.positions[1])
                #expect((x * x + y * y).squareRoot() <= 10)
                return observation(of: ant)[27]
            }
        }
        try a.reset(episode: 5, stream: stream)
        let first = try directions(of: a, 4)
        #expect(Set(first).count == 4)
        _ = try directions(of: b, 3)
        try b.reset(episode: 5, stream: stream)
        #expect(try directions(of: b, 4) == first)
        try b.reset(episode: 6, stream: stream)
        #expect(try directions(of: b, 4) != first)
    }

    /// Puts the ant where its goal is and makes a step.
    private func moveToGoal(_ ant: GoalReachingAnt) throws {
        (ant.simulation.positions[0], ant.simulation.positions[1]) = (ant.goal[0], ant.goal[1])
        _ = try ant.step(exactly: Self.still)
    }

    private func distance(_ ant: GoalReachingAnt) -> Double {
        let (x, y) = (ant.goal[0] - ant.positions[0], ant.goal[1] - ant.positions[1])
        return (x * x + y * y).squareRoot()
    }

    private func observation(of ant: GoalReachingAnt) -> [Real] {
        var elements = [Real](repeating: 0, count: ant.specification.observationSize)
        ant.observe(into: &elements)
        return elements
    }
}
