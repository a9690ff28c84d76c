import Environments
import Networks
import Numerics
import Testing

@Suite struct MazeNavigationTests {
    private let stream = RandomStream("tests/navigation")
    private static let collections = [
        "antmaze-umaze", "antmaze-umaze-diverse", "antmaze-medium-play", "antmaze-medium-diverse", "antmaze-large-play",
        "antmaze-large-diverse",
    ]
    private static let mazes = ["antmaze-umaze": Maze.umaze, "antmaze-medium": .medium, "antmaze-large": .large]

    /// The rows of an episode.
    private struct Row {
        let observation, action, next, state: [Real]
        let result: StepResult
    }

    private func rows(of name: String, episode: Int, mean: Real = 0) throws -> (rows: [Row], outcome: EpisodeOutcome) {
        let environment = try EnvironmentRegistry.make(name)
        var rows: [Row] = []
        let outcome = try Rollout(environment, PolicyInference(policy(mean)), stream: stream).run(
            episode: episode, mode: .deterministic
        ) { transition in
            func numbers(_ start: UnsafePointer<Real>, _ count: Int) -> [Real] { (0..<count).map { start[$0] } }
            rows.append(
                Row(
                    observation: numbers(transition.observation, 29), action: numbers(transition.action, 8),
                    next: numbers(transition.nextObservation, 29),
                    state: (0..<15).map { Real(transition.positions[$0]) }
                        + (0..<14).map { Real(transition.velocities[$0]) },
                    result: transition.result))
        }
        return (rows, outcome)
    }

    /// An evaluation by navigation has the start, goal, rewards and time limit of the maze's own.
    @Test(arguments: mazes.keys.sorted()) func evaluation(_ maze: String) throws {
        let own = try EnvironmentRegistry.make(maze)
        let navigation = try EnvironmentRegistry.make(maze + "-navigation")
        #expect(navigation.specification.maximumSteps == own.specification.maximumSteps)
        #expect(try EnvironmentRegistry.trainingEnvironment(of: maze + "-navigation") == "ant-goal")
        for episode in 0..<3 {
            for environment in [own, navigation] { try environment.reset(episode: episode, stream: stream) }
            #expect(own.goal == navigation.goal && own.positions == navigation.positions)
            for t in 0..<10 {
                let action = oracleAction(t, size: 8).map { Real($0) }
                #expect(try own.step(action) == navigation.step(action))
            }
            #expect(own.positions == navigation.positions && own.velocities == navigation.velocities)
        }
    }

    /// The policy observes the ant without its place, and the direction of the next cell: at first east in the U-maze.
    @Test func whatThePolicyObserves() throws {
        let navigation = try EnvironmentRegistry.make("antmaze-umaze-navigation")
        var first: [Real] = []
        for episode in 0..<5 {
            try navigation.reset(episode: episode, stream: stream)
            var seen = [Real](repeating: 0, count: 29)
            navigation.observe(into: &seen)
            #expect(Array(seen[..<27]) == (navigation.positions[2...] + navigation.velocities).map { Real($0) })
            #expect(abs(seen[27] * seen[27] + seen[28] * seen[28] - 1) < 1e-6)
            #expect(seen[27] > 0.9, "the next cell's centre is 4 m to the east, up to 1 m to the north")
            first.append(seen[28])
        }
        #expect(Set(first).count == 5, "every episode has its own waypoints")
    }

    /// Every dataset's episodes start and end where it says: D4RL's cells, with its noise.
    @Test(arguments: collections) func startsAndGoals(_ dataset: String) throws {
        let (_, maze) = try #require(Self.mazes.first { dataset.hasPrefix($0.key) })
        let environment = try EnvironmentRegistry.make(dataset + "-collection")
        #expect(environment.specification.maximumSteps == 1001)
        var (starts, goals): (Set<[Int]>, Set<[Int]>) = ([], [])
        for episode in 0..<250 {
            try environment.reset(episode: episode, stream: stream)
            func cell(_ place: [Double]) -> [Int] {
                let cell = maze.navigationCell(at: Maze.Place(place[0], place[1]))
                #expect(maze.isFree(cell), "\(place)")
                return [cell.row, cell.column]
            }
            starts.insert(cell(environment.positions))
            goals.insert(cell(environment.goal))
        }
        let free = maze.freeCells.count
        let expected: (Int, Int) =
            switch dataset {
            case "antmaze-umaze": (1, 1)
            case "antmaze-medium-play": (4, 4)
            case "antmaze-large-play": (4, 7)
            default: (free - 1, free)
            }
        #expect((starts.count, goals.count) == expected)
        #expect(goals.contains([maze.goal.row, maze.goal.column]))
    }

    /// An episode of a dataset runs to its time limit. Its rows are the maze's: its states, the actions with their noise.
    @Test func collection() throws {
        let (rows, outcome) = try self.rows(of: "antmaze-medium-play-collection", episode: 0)
        #expect(rows.count == 1001 && outcome.length == 1001 && !outcome.terminal)
        #expect(rows.indices.allSatisfy { rows[$0].result.timeout == ($0 == 1000) })
        for row in rows { #expect(row.observation == row.state) }
        for (row, next) in zip(rows, rows.dropFirst()) { #expect(row.next == next.observation) }
        let noise = rows.flatMap(\.action)
        let deviation = (noise.reduce(0) { $0 + $1 * $1 } / Real(noise.count)).squareRoot()
        #expect(abs(deviation - 0.2) < 0.01 && noise.allSatisfy { abs($0) <= 1 })
        let again = try self.rows(of: "antmaze-medium-play-collection", episode: 0).rows
        #expect(again.map(\.observation) == rows.map(\.observation))
        // The actions of a policy at its limits are clipped on one side only.
        let high = try self.rows(of: "antmaze-umaze-collection", episode: 0, mean: 5).rows.flatMap(\.action)
        #expect(high.allSatisfy { $0 <= 1 } && high.filter { $0 == 1 }.count > high.count / 3)
    }

    /// The rewards of all episodes are those of one goal, wherever they are sent: 1 within 0.5 m, a terminal state of the data.
    @Test(arguments: mazes.keys.sorted()) func rewardsOfOneGoal(_ name: String) throws {
        let maze = try #require(Self.mazes[name])
        let collection = MazeCollection(maze, start: .evaluation, goals: maze.freeCells)
        let goal = collection.evaluationGoal
        #expect(goal == maze.d4rlCentre(maze.goal) + Maze.Place(0.75, 0.75))
        for (shift, reward) in [(0.0, 1.0), (0.5, 1), (0.5 + 1e-9, 0), (.nan, 0)] {
            #expect(collection.reward(at: goal + Maze.Place(0, shift)) == reward, "\(shift) m")
        }
    }

    /// Our own datasets of the mazes follow the rule of D4RL's -v2: the goal is drawn in every episode.
    @Test(arguments: collections) func goalsOfOurDatasets(_ dataset: String) throws {
        let environment = try EnvironmentRegistry.make(forDataset: dataset + "-r2", stream: stream)
        let goals = try (0..<3).map {
            try environment.reset(episode: $0, stream: stream)
            return environment.goal
        }
        #expect(Set(goals).count == 3)
    }

    /// A deterministic policy that does the same everywhere.
    private func policy(_ mean: Real) -> PolicySnapshot {
        PolicySnapshot(
            head: .deterministicTanh,
            tensors: [
                NamedTensor(name: "fc0.weight", shape: [1, 29], values: [Float](repeating: 0, count: 29)),
                NamedTensor(name: "fc0.bias", shape: [1], values: [0]),
                NamedTensor(name: "mean.weight", shape: [8, 1], values: [Float](repeating: 0, count: 8)),
                NamedTensor(name: "mean.bias", shape: [8], values: [Float](repeating: Float(mean), count: 8)),
            ])
    }
}
