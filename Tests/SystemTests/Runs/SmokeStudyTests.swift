import Algorithms
import Cases
import Datasets
import Environments
import Foundation
import ProgramRuns
import ScratchFiles
import Suites
import Testing

/// Every learner's preset runs on every dataset of the paper and in every environment, from the files to the table.
@Suite struct SmokeStudyTests {
    private let folder = TemporaryFolder()

    @Test func everyLearnerOnEveryDataset() throws {
        let datasets = D4RLCatalogue.names
        for dataset in datasets {
            let file = try #require(DatasetLocation.fileName(for: dataset))
            try StandInDataset(dataset).write(to: folder(file))
        }
        let study = """
            name: smoke
            datasets: [\(datasets.joined(separator: ", "))]
            seeds: [0]
            steps: 30
            evaluate: {every: 30, episodes: 1}
            learners:
            \(LearnerRegistry.standard.learners.map { "  \($0.name): {}" }.joined(separator: "\n"))
            """
        let child = try SystemRun.run(study, in: folder, ranks: 2, data: folder.path, limit: 3600)
        try #require(child.exitCode == 0, "\(child.output)")
        for learner in LearnerRegistry.standard.learners {
            for dataset in datasets { try check(learner.name, dataset) }
        }
        let table = try String(contentsOfFile: folder("out/table.csv"), encoding: .utf8)
        for dataset in datasets { #expect(table.contains(dataset), "\(dataset)") }
        #expect(!table.lowercased().contains("nan"))
    }

    /// Checks a finished case: no divergence, one evaluation of one episode
    /// within the time limit and the range of returns.
    private func check(_ learner: String, _ dataset: String) throws {
        let path = folder("out/cases/\(learner)/\(dataset)/default/seed-0/result.json")
        let result = try JSONDecoder().decode(CaseResult.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        let environment = try EnvironmentRegistry.specification(
            EnvironmentRegistry.environmentName(forDataset: dataset))
        #expect(result.divergence == nil && result.steps == 30, "\(learner) \(dataset)")
        let evaluation = try #require(result.evaluations.last)
        let episode = try #require(evaluation.episodes.first)
        #expect(result.evaluations.count == 1 && evaluation.episodes.count == 1 && evaluation.step == 30)
        #expect((1...environment.maximumSteps).contains(episode.length), "\(learner) \(dataset)")
        #expect(evaluation.score == environment.normalisedScore(return: episode.return))
        if !environment.tasks.isEmpty { #expect((0...4).contains(episode.return), "\(learner) \(dataset)") }
    }
}
