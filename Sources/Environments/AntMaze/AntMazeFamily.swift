import Suites

extension EnvironmentFamily {
    /// D4RL's mazes for an ant.
    static let antmaze = EnvironmentFamily(
        suite: .antmaze,
        environments: [
            AntMaze.Task("antmaze-umaze", .umaze, maximumSteps: 700),
            AntMaze.Task("antmaze-medium", .medium, maximumSteps: 1000),
            AntMaze.Task("antmaze-large", .large, maximumSteps: 1000),
        ].map { task in
            EnvironmentDefinition(task.specification) { try AntMaze(task, options: $0) }
        })
}
