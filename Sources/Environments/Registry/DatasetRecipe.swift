/// A recipe by which this program makes datasets of a family. Its number is their version: "hopper-medium-r1".
package struct DatasetRecipe: Sendable {
    /// The recipe's number.
    package let number: Int
    /// The algorithm of the behaviour policies, as their files name it.
    package let algorithm: String
    /// The dynamics profile in which the policies are run.
    package let profile: DynamicsProfile
    /// The datasets that jobs/make-datasets.sh makes; one that consists of others comes after these.
    package let recordings: [Recording]

    package init(number: Int, algorithm: String, profile: DynamicsProfile, recordings: [Recording] = []) {
        self.number = number
        self.algorithm = algorithm
        self.profile = profile
        self.recordings = recordings
    }

    /// The version of its datasets: "r1".
    package var version: String { "r\(number)" }
}

extension DatasetRecipe {
    /// A dataset that the recipe makes.
    package struct Recording: Sendable {
        /// The dataset's full name.
        package let dataset: String
        /// The name of the environment in which the policies are run.
        package let environment: String
        /// Where the rows come from.
        package let source: Source
        /// The number of rows; of rows of other datasets, the largest.
        package let transitions: Int
        /// The seed of all random numbers.
        package let seed: Int
        /// The `ContentsDigest` of the dataset, 64 hexadecimal digits; nil as long as nobody has made it.
        package let contents: String?

        package init(
            dataset: String, environment: String, source: Source, transitions: Int, seed: Int = 0,
            contents: String? = nil
        ) {
            self.dataset = dataset
            self.environment = environment
            self.source = source
            self.transitions = transitions
            self.seed = seed
            self.contents = contents
        }
    }

    /// Where the rows of a dataset come from.
    package enum Source: Sendable, Equatable {
        /// Stochastic rollouts of policies, which get equal shares of the rows, in the order of their files.
        case rollouts([PolicyFiles])
        /// The rows of other datasets of the recipe, in this order, each but the last up to its last finished trajectory.
        case datasets([String])
    }

    /// Files of policies.
    package struct PolicyFiles: Sendable, Equatable {
        /// The path below results/behaviour; an asterisk in it stands for a step.
        package let pattern: String
        /// The number of files that there must be, at least.
        package let count: Int

        package init(_ pattern: String, atLeast count: Int = 1) {
            self.pattern = pattern
            self.count = count
        }
    }
}
