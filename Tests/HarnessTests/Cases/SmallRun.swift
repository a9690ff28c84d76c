import Algorithms
import Cases
import DatasetTools
import Environments
import ExampleInputs
import Foundation
import Policies
import RunFolders
import ScratchFiles
import Studies
import Suites

/// The settings of `learner` on the dataset of this name.
func presetSettings(of learner: LearnerDefinition, on dataset: String) -> Hyperparameters {
    learner.hyperparameters(for: (try? EnvironmentRegistry.taskClass(ofDataset: dataset)) ?? .unspecified)
}

/// A dataset of a thousand steps of a random policy, recorded once for all tests of this process, and runs on it.
enum SmallRun {
    static let dataset = "hopper-random-r1"

    /// The folder of the dataset; reading this property sets ACTIVE_BENCH_DATA to it.
    static let data: TemporaryFolder = {
        let folder = TemporaryFolder()
        do {
            try PolicyFile.write(.example("behaviour"), to: folder("policy.safetensors"))
            _ = try DatasetRecording(
                .init(
                    environment: "hopper", policies: [folder("policy.safetensors")], transitions: 1_000, seed: 0,
                    output: folder("hopper_random-r1.hdf5"))
            ).run()
        } catch {
            fatalError("the small dataset cannot be made: \(error)")
        }
        setenv("ACTIVE_BENCH_DATA", folder.path, 1)
        return folder
    }()

    /// The cases of a study on that dataset with small networks and 60 steps.
    static func plan(_ learners: String, seeds: String = "[0]", steps: Int = 60, dataset: String = dataset) throws
        -> StudyPlan
    {
        _ = data
        let text = """
            name: small
            datasets: [\(dataset)]
            seeds: \(seeds)
            steps: \(steps)
            evaluate: {every: 25, episodes: 2}
            learners:
              \(learners)
            """
        return StudyPlan(try StudyFile.parse(text, path: "small.yaml"))
    }

    /// The settings that make a case small.
    static let small = "hidden: [16, 16], batch: 32"

    /// A learner of a study with all the settings that make its networks and ensembles small, and with `more`.
    static func entry(_ learner: LearnerDefinition, _ more: String? = nil) -> String {
        let preset = learner.hyperparameters()
        let own = ["critic_hidden": "[16, 16]", "sampled_actions": "3", "m": "3"].filter { preset[$0.key] != nil }
        let settings =
            [small] + own.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" } + (more.map { [$0] } ?? [])
        return "\(learner.name): {\(settings.joined(separator: ", "))}"
    }

    /// The provenance of this process, without the parts that take time to find out.
    static let provenance = Provenance.ofThisProcess(
        .init(source: "a test", executableSHA256: "", compiler: ""), rank: 0, ranks: 1)

    /// Trains `studyCase` into `folder` to its end.
    @discardableResult
    static func run(
        _ studyCase: StudyCase, in folder: RunFolder, rule: CheckpointRule = CheckpointRule(),
        onStep: (Int) throws -> Void = { _ in }
    ) throws -> CaseResult {
        let run = try CaseRun(
            studyCase, data: DataPreparation().data(for: studyCase), folder: folder.folder(of: studyCase), rule: rule)
        guard case .done(let result) = try run.run(provenance: provenance, onStep: onStep) else {
            throw StoppedEarly()
        }
        return result
    }

    /// A case stopped although no stop was requested.
    struct StoppedEarly: Error {}

    /// The text of a `result.json` with the given evaluations: (step, score); a NaN or infinite score is text.
    static func result(
        _ studyCase: StudyCase, scores: [(step: Int, score: String)], divergedAfter: Int? = nil, sha256: String = "ab"
    ) -> String {
        let evaluations = scores.map { step, score in
            #"{"step": \#(step), "episodes": [{"return": \#(score), "length": 7}], "meanReturn": \#(score), "score": \#(score)}"#
        }
        let diverged =
            divergedAfter.map {
                "\"divergence\": {\"step\": \($0), \"reason\": \"critic_loss is nan\", \"isFinal\": true}, "
            } ?? ""
        return """
            {"format": 1, "learner": "\(studyCase.learner.name)", "dataset": "\(studyCase.dataset)", "variant": "\(studyCase.variant)",
             "seed": \(studyCase.seed), "steps": \(studyCase.steps), "datasetSHA256": "\(sha256)", "transitions": 9, \(diverged)
             "data": {"returns": {"minimum": 1, "maximum": 2.5, "trajectories": 3}, "rewardScale": 4, "rewardShift": 0,
                      "clippedActions": 0},
             "evaluations": [\(evaluations.joined(separator: ", "))]}
            """
    }
}
