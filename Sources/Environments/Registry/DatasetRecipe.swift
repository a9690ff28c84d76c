/// How this program makes datasets of a family itself. A recipe's number is their version: "hopper-medium-r1".
package struct DatasetRecipe: Sendable {
    /// A dataset that is made from behaviour policies in this repository.
    package struct Recording: Sendable {
        /// The dataset's whole name.
        package let dataset: String
        /// The environment, by whose name the folder of its policies is called.
        package let environment: String
        /// Rows of the dataset.
        package let transitions: Int
        /// The policies' files in that folder, in the order of their parts of the dataset; a name may have wildcards.
        package let policies: [String]

        package init(dataset: String, environment: String, transitions: Int, policies: [String]) {
            self.dataset = dataset
            self.environment = environment
            self.transitions = transitions
            self.policies = policies
        }
    }

    /// The recipe's number.
    package let number: Int
    /// The algorithm of the behaviour policies, as their files name it.
    package let algorithm: String
    /// Whose dynamics they are run in.
    package let profile: DynamicsProfile
    /// What is made from the policies in this repository, by jobs/make-datasets.sh; other policies may make more.
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
