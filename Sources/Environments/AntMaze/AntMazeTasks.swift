extension AntMaze.Task {
    /// D4RL's mazes, with its names and time limits.
    static let umaze = AntMaze.Task("antmaze-umaze", .umaze, maximumSteps: 700)
    static let medium = AntMaze.Task("antmaze-medium", .medium, maximumSteps: 1000)
    static let large = AntMaze.Task("antmaze-large", .large, maximumSteps: 1000)
    static let all = [umaze, medium, large]
}

extension MazeCollection {
    /// How each dataset is collected, by the dataset's name without version. D4RL says of -play only that starts and goals were
    /// picked by hand: these are the evaluation's start, corners and the middle of the maze; and the goals in the maps with which
    /// D4RL collected (maze_env.py, BIG_MAZE and HARDEST_MAZE), with the evaluation's.
    static let all: [(dataset: String, task: AntMaze.Task, collection: MazeCollection)] = [
        ("antmaze-umaze", .umaze, MazeCollection(.umaze, start: .evaluation, goals: [Maze.umaze.goal])),
        ("antmaze-umaze-diverse", .umaze, diverse(.umaze)),
        (
            "antmaze-medium-play", .medium,
            play(.medium, starts: [(1, 1), (1, 6), (3, 3), (6, 1)], goals: [(2, 6), (5, 1), (6, 5), (6, 6)])
        ),
        ("antmaze-medium-diverse", .medium, diverse(.medium)),
        (
            "antmaze-large-play", .large,
            play(
                .large, starts: [(1, 1), (1, 10), (5, 6), (7, 1)],
                goals: [(1, 6), (3, 5), (3, 10), (5, 2), (7, 4), (7, 6), (7, 9)])
        ),
        ("antmaze-large-diverse", .large, diverse(.large)),
    ]

    private static func play(_ maze: Maze, starts: [(Int, Int)], goals: [(Int, Int)]) -> MazeCollection {
        func cells(_ places: [(Int, Int)]) -> [Maze.Cell] { places.map { Maze.Cell(row: $0.0, column: $0.1) } }
        return MazeCollection(maze, start: .cells(cells(starts)), goals: cells(goals))
    }

    /// From anywhere but the evaluation's goal to anywhere.
    private static func diverse(_ maze: Maze) -> MazeCollection {
        MazeCollection(maze, start: .cells(maze.freeCells.filter { $0 != maze.goal }), goals: maze.freeCells)
    }
}

extension EnvironmentDefinition {
    /// The environments of the mazes' behaviour policy: where it is trained, where it is evaluated, and where it collects data.
    static let antmazeBehaviour: [EnvironmentDefinition] =
        [EnvironmentDefinition(GoalReachingAnt.specification) { _ in try GoalReachingAnt() }]
        + AntMaze.Task.all.map { navigation($0.specification.name + "-navigation", $0) }
        + MazeCollection.all.map { navigation($0.dataset + "-collection", $0.task, $0.collection) }

    private static func navigation(
        _ name: String, _ task: AntMaze.Task, _ collection: MazeCollection? = nil
    ) -> EnvironmentDefinition {
        EnvironmentDefinition(
            MazeNavigation.specification(name, task, collection), policies: GoalReachingAnt.specification.name
        ) { _ in try MazeNavigation(name, task, collection: collection) }
    }
}
