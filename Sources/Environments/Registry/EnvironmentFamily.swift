package import Suites

/// Environments that are of one making and belong to one suite: what the registry has a line for.
package struct EnvironmentFamily: Sendable {
    /// The suite of all its datasets.
    package let suite: TaskSuite
    /// Its environments, in the order in which they are listed. Their names begin with words that no other suite's do.
    package let environments: [EnvironmentDefinition]
    /// What D4RL publishes of its datasets.
    package let published: PublishedDatasets
    /// How this program makes datasets of it; nil where nothing is settled.
    package let recipe: DatasetRecipe?
    /// What Gymnasium's ids of its environments stand for.
    package let gymnasium: GymnasiumIDs
    /// The versions of its datasets by whose rules a goal is drawn once, rather than in every episode.
    package let versionsOfOneGoal: Set<String>

    /// The family of `environments`, of `suite`.
    package init(
        suite: TaskSuite, environments: [EnvironmentDefinition], published: PublishedDatasets = PublishedDatasets(),
        recipe: DatasetRecipe? = nil, gymnasium: GymnasiumIDs = GymnasiumIDs(), versionsOfOneGoal: Set<String> = []
    ) {
        self.suite = suite
        self.environments = environments
        self.published = published
        self.recipe = recipe
        self.gymnasium = gymnasium
        self.versionsOfOneGoal = versionsOfOneGoal
    }
}

/// An environment before it is made.
package struct EnvironmentDefinition: Sendable {
    /// What is known of it by D4RL's rules.
    package let specification: EnvironmentSpecification
    /// The same by Gymnasium's rules; nil where those change nothing about it.
    package let gymnasiumSpecification: EnvironmentSpecification?
    /// Whether it is made of files that do not come with this program; all such need the same ones.
    package let needsAssets: Bool
    /// Makes one, at its noise-free start state.
    let make: @Sendable (EnvironmentOptions) throws -> any Environment

    /// The environment of `specification`, by whose name it is known.
    ///
    /// - Parameter make: makes one at its noise-free start state; throws `EnvironmentError`.
    package init(
        _ specification: EnvironmentSpecification, gymnasium: EnvironmentSpecification? = nil,
        needsAssets: Bool = false, make: @escaping @Sendable (EnvironmentOptions) throws -> any Environment
    ) {
        self.specification = specification
        gymnasiumSpecification = gymnasium
        self.needsAssets = needsAssets
        self.make = make
    }

    /// What it is known by.
    package var name: String { specification.name }
}
