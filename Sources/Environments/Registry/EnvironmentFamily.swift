package import Suites

/// A family of environments of one suite: one line of the registry.
package struct EnvironmentFamily: Sendable {
    /// The suite of all its datasets.
    package let suite: TaskSuite
    /// Its environments, in the order in which they are listed. The first word of their names is unique to the suite.
    package let environments: [EnvironmentDefinition]
    /// Further environments, of behaviour policies: in which they are trained, or collect data. No study can name them.
    package let behaviourEnvironments: [EnvironmentDefinition]
    /// The datasets of the family that D4RL publishes.
    package let published: PublishedDatasets
    /// How this program makes datasets of the family: recipes with different numbers.
    package let recipes: [DatasetRecipe]
    /// The meaning of Gymnasium's ids of its environments.
    package let gymnasium: GymnasiumIDs
    /// The versions of its datasets whose rules draw a goal once instead of in every episode.
    package let versionsOfOneGoal: Set<String>
    /// Whether contacts in its environments differ between versions of MuJoCo, as those with a maze's walls and with meshes do.
    package let contactsDependOnSimulator: Bool

    /// Makes the family of `environments`, of `suite`.
    package init(
        suite: TaskSuite, environments: [EnvironmentDefinition], behaviourEnvironments: [EnvironmentDefinition] = [],
        published: PublishedDatasets = PublishedDatasets(), recipes: [DatasetRecipe] = [],
        gymnasium: GymnasiumIDs = GymnasiumIDs(), versionsOfOneGoal: Set<String> = [],
        contactsDependOnSimulator: Bool = false
    ) {
        self.suite = suite
        self.environments = environments
        self.behaviourEnvironments = behaviourEnvironments
        self.published = published
        self.recipes = recipes
        self.gymnasium = gymnasium
        self.versionsOfOneGoal = versionsOfOneGoal
        self.contactsDependOnSimulator = contactsDependOnSimulator
    }
}

/// An environment before it is made.
package struct EnvironmentDefinition: Sendable {
    /// The specification by D4RL's rules.
    package let specification: EnvironmentSpecification
    /// The specification by Gymnasium's rules; nil if it is the same.
    package let gymnasiumSpecification: EnvironmentSpecification?
    /// The environment in which policies for this one are trained; nil if it is this one.
    package let policies: String?
    /// Whether it needs files that do not come with this program; all such environments need the same files.
    package let needsAssets: Bool
    /// Makes the environment, at its start state without noise.
    let make: @Sendable (EnvironmentOptions) throws -> any Environment

    /// Makes the definition of an environment with the name of its specification.
    ///
    /// - `make`: makes the environment at its start state without noise; throws `EnvironmentError`.
    package init(
        _ specification: EnvironmentSpecification, gymnasium: EnvironmentSpecification? = nil,
        policies: String? = nil, needsAssets: Bool = false,
        make: @escaping @Sendable (EnvironmentOptions) throws -> any Environment
    ) {
        self.specification = specification
        gymnasiumSpecification = gymnasium
        self.policies = policies
        self.needsAssets = needsAssets
        self.make = make
    }

    /// The environment's name.
    package var name: String { specification.name }
}
