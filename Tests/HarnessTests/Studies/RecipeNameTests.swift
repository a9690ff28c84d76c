import Algorithms
import Datasets
import Environments
import Numerics
import Studies
import Suites
import Testing

/// The datasets of our recipes are accepted wherever D4RL's datasets of the same task are.
@Suite struct RecipeNameTests {
    private static let recordings = EnvironmentRegistry.recordings
    private static let paper = ["medium", "medium-replay", "medium-expert"]

    @Test func theRecipesCoverThePapersWalkers() {
        let names = Self.recordings.map(\.dataset)
        #expect(Set(names).count == names.count)
        for walker in ["hopper", "halfcheetah", "walker2d"] {
            for kind in Self.paper + ["expert"] { #expect(names.contains("\(walker)-\(kind)-r2")) }
        }
    }

    @Test(arguments: recordings.map(\.dataset)) func namesAreAccepted(dataset: String) throws {
        let recording = try #require(RecipeCatalogue.recording(of: dataset))
        #expect(StudyFile.isDataset(dataset))
        let file = try #require(DatasetLocation.fileName(for: dataset))
        #expect(DatasetLocation.dataset(ofFile: file) == dataset)
        #expect(RecipeCatalogue.recording(ofFile: "/data/" + file)?.dataset == dataset)
        let environment = try EnvironmentRegistry.environmentName(forDataset: dataset)
        // In a maze the policies run in an environment that leads them to many goals.
        #expect(recording.environment == environment || recording.environment.hasPrefix(environment + "-"))
        let recipe = try #require(EnvironmentRegistry.recipe(ofDataset: dataset))
        #expect(recipe.recordings.contains { $0.dataset == dataset } && DatasetName(dataset).version == recipe.version)
        let reference = try DatasetReference(published: dataset)
        #expect(reference.environment == environment && reference.profile == recipe.profile)
    }

    /// Presets, and the rules of evaluation, are those of D4RL's -v2.
    @Test(arguments: recordings.map(\.dataset)) func presetsAreThoseOfTheNamesake(dataset: String) throws {
        let namesake = DatasetName(dataset).task + "-v2"
        #expect(D4RLTasks.path(of: namesake) != nil)
        let (own, published) = (
            try EnvironmentRegistry.taskClass(ofDataset: dataset),
            try EnvironmentRegistry.taskClass(ofDataset: namesake)
        )
        for learner in LearnerRegistry.standard.learners {
            #expect(learner.hyperparameters(for: own) == learner.hyperparameters(for: published), "\(learner.name)")
        }
        let stream = RandomStream("test")
        let goals = [dataset, namesake].map { "\(EnvironmentRegistry.goals(ofDataset: $0, stream: stream))" }
        #expect(goals[0] == goals[1])
    }

    /// A digest has 64 hexadecimal digits; the datasets of which another consists come before it and have its environment.
    @Test(arguments: recordings.map(\.dataset)) func recordingsAreConsistent(dataset: String) throws {
        let recording = try #require(RecipeCatalogue.recording(of: dataset))
        if let contents = recording.contents {
            #expect(contents.count == 64 && contents.allSatisfy { "0123456789abcdef".contains($0) })
        }
        switch recording.source {
        case .rollouts(let policies):
            #expect(!policies.isEmpty && policies.allSatisfy { $0.count > 0 })
        case .datasets(let others):
            let before = Self.recordings.prefix { $0.dataset != dataset }
            let parts = others.compactMap { other in before.first { $0.dataset == other } }
            #expect(parts.count == others.count && parts.allSatisfy { $0.environment == recording.environment })
            #expect(parts.map(\.transitions).reduce(0, +) == recording.transitions)
        }
    }
}
