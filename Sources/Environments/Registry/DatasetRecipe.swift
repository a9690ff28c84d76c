/// The recipe by which this program makes datasets of a family. Its number is their version: "hopper-medium-r1".
package struct DatasetRecipe: Sendable {
    /// A dataset that is made from behaviour policies in this repository.
    package struct Recording: Sendable {
        /// The dataset's full name.
        package let dataset: String
        /// The environment's name, which is also that of the policies' folder.
        package let environment: String
        /// The number of rows of the dataset.
        package let transitions: Int
        /// The policies' files in that folder, in the order of their parts of the dataset; names may have wildcards.
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
    /// The dynamics profile in which the policies are run.
    package let profile: DynamicsProfile
    /// The datasets that jobs/make-datasets.sh makes from the policies in this repository.
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
