import Suites

extension EnvironmentFamily {
    /// D4RL's mazes for an ant.
    static let antmaze = EnvironmentFamily(
        suite: .antmaze,
        environments: AntMaze.Task.all.map { task in
            EnvironmentDefinition(task.specification) { try AntMaze(task, options: $0) }
        },
        behaviourEnvironments: EnvironmentDefinition.antmazeBehaviour,
        published: .antmaze,
        recipes: [recipe],
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

    /// D4RL's recipe with a behaviour policy of our own; `MazeCollection.all` says where its episodes start and end.
    private static let recipe = DatasetRecipe(
        number: 2, algorithm: "SAC", profile: .d4rl,
        recordings: MazeCollection.all.map { dataset, _, _ in
            DatasetRecipe.Recording(
                dataset: dataset + "-r2", environment: dataset + "-collection",
                source: .rollouts([.init("ant-goal/r2/expert.safetensors")]), transitions: 1_000_000,
                contents: contents[dataset + "-r2"])
        })

    /// The digests of the contents, as `active-bench data info` prints them.
    private static let contents = [
        "antmaze-umaze-r2": "e1154cde15ffefa963f1c73d46b083c68100f7243a2453d9874aa5b503069130",
        "antmaze-umaze-diverse-r2": "d8c9c6d80c4c8213de5f9e3ae771779cb3d7f934cd54f1b0f6227e123c8367f3",
        "antmaze-medium-play-r2": "e8e71826bfa29db213bbed93c9275b158d962b699c7ebf3a9d348c45979dfe97",
        "antmaze-medium-diverse-r2": "ce3cfebeb9bd5ef3d5ebe996093286d784e33c4e3327682952aac23ffcbb59ef",
        "antmaze-large-play-r2": "05cc914b96a39028efd214d3dbf8f833b134f8aab00fb77510993bde0f1f14bd",
        "antmaze-large-diverse-r2": "c01469ecff88d11f0f6397388f5432092c15d9018b47eb645de90cd192fb2f67",
    ]
}
