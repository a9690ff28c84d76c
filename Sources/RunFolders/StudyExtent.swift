import Failures
import Suites

/// What all cases of a study have in common, for the text above a table of them.
package struct StudyExtent: Sendable, Equatable {
    package let dataset: String
    /// Gradient steps of a case.
    package let steps: Int
    /// The number of seeds.
    package let seeds: Int
    /// Episodes of a case's last evaluation.
    package let episodes: Int

    package init(dataset: String, steps: Int, seeds: Int, episodes: Int) {
        self.dataset = dataset
        self.steps = steps
        self.seeds = seeds
        self.episodes = episodes
    }

    /// Reads it from the manifest of a run folder.
    ///
    /// - Throws: `HarnessError` if there is none, or its cases differ in dataset, steps or episodes.
    package init(_ folder: RunFolder) throws {
        let manifest = try RunManifest.read(folder)
        let seeds = Set(manifest.cases.map(\.seed)).count
        let extents = manifest.cases.map { entry in
            StudyExtent(
                dataset: entry.dataset, steps: entry.steps, seeds: seeds,
                episodes: entry.finalEpisodes ?? entry.episodes ?? manifest.episodes)
        }
        guard let extent = extents.first, extents.allSatisfy({ $0 == extent }) else {
            throw HarnessError.badInput(
                "\(folder.path): expected cases on one dataset, with one number of steps and of final episodes")
        }
        self = extent
    }

    /// Whether the dataset is one of this program's recipes.
    package var isOwnData: Bool { DatasetName(dataset).version?.hasPrefix("r") ?? false }
}
