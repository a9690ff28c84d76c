package import Suites

/// Environments that are of one making and belong to one suite: what the registry has a line for.
package struct EnvironmentFamily: Sendable {
    /// The suite of all its datasets.
    package let suite: TaskSuite
    /// Its environments, in the order in which they are listed. Their names begin with words that no other suite's do.
    package let environments: [EnvironmentDefinition]

    /// The family of `environments`, of `suite`.
    package init(suite: TaskSuite, environments: [EnvironmentDefinition]) {
        self.suite = suite
        self.environments = environments
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
    let make: @Sendable (EnvironmentOptions) throws -> any Drawable

    /// The environment of `specification`, by whose name it is known.
    ///
    /// - Parameter make: makes one at its noise-free start state; throws `EnvironmentError`.
    package init(
        _ specification: EnvironmentSpecification, gymnasium: EnvironmentSpecification? = nil,
        needsAssets: Bool = false, make: @escaping @Sendable (EnvironmentOptions) throws -> any Drawable
    ) {
        self.specification = specification
        gymnasiumSpecification = gymnasium
        self.needsAssets = needsAssets
        self.make = make
    }

    /// What it is known by.
    package var name: String { specification.name }
}
