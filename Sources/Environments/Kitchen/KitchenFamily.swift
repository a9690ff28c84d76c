import Suites

extension EnvironmentFamily {
    /// D4RL's kitchens, which differ in their tasks.
    static let kitchen = EnvironmentFamily(
        suite: .kitchen,
        environments: [
            ("kitchen-complete", KitchenTask.complete), ("kitchen-partial", KitchenTask.partial),
            ("kitchen-mixed", KitchenTask.mixed),
        ].map { name, tasks in
            EnvironmentDefinition(
                Kitchen.specification(name, tasks, profile: .d4rl),
                gymnasium: Kitchen.specification(name, tasks, profile: .gymnasium), needsAssets: true
            ) { try Kitchen(name, tasks: tasks, profile: $0.profile) }
        },
        published: .kitchen,
        gymnasium: GymnasiumIDs(
            toldByTasks: "FrankaKitchen",
            otherVersion: { _ in
                "FrankaKitchen-v1 does not name its tasks: it is 'kitchen-complete', 'kitchen-partial' or "
                    + "'kitchen-mixed' with --profile gymnasium"
            }),
        contactsDependOnSimulator: true)
}
