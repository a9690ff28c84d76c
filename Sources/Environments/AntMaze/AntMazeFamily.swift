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
        },
        trainingEnvironments: [
            EnvironmentDefinition(GoalReachingAnt.specification) { _ in try GoalReachingAnt() }
        ],
        published: .antmaze,
        gymnasium: GymnasiumIDs(
            profiles: [4: .gymnasium],
            // Data of goals in many cells; with "R", from starts in many cells, too.
            waysOfCollecting: ["_Diverse_GR", "_Diverse_G"],
            otherVersion: { name in
                "'\(name)' with --profile gymnasium is Gymnasium-Robotics' v4, without the contact forces that v5 observes; "
                    + "with --profile d4rl it is D4RL's"
            },
            refusal: { id in
                id.hasPrefix("AntMaze_")
                    ? "of Gymnasium-Robotics' mazes this program has AntMaze_UMaze-v4, _Medium-v4 and _Large-v4" : nil
            }),
        versionsOfOneGoal: ["v0", "v1"],
        contactsDependOnSimulator: true)
}
