import Algorithms
import Cases
import DatasetTools
import Datasets
import Environments
import ExampleInputs
import Failures
import Glibc
import HDF5
import Policies
import Report
import RunFolders
import ScratchFiles
import Studies
import Suites
import Testing

/// A family of environments needs only its definition and one line of
/// the registry; nothing else in the program names it.
@Suite struct EnvironmentExtensionTests {
    private let folder = TemporaryFolder()

    /// Calls `body` with the point mass among the families.
    private func extended<Result>(_ body: () throws -> Result) rethrows -> Result {
        try EnvironmentRegistry.$families.withValue(
            EnvironmentRegistry.families + [PointMass.family], operation: body)
    }

    @Test func namesOfTheFamilyAreKnown() throws {
        try extended {
            #expect(EnvironmentRegistry.names.last == "pointmass" && EnvironmentRegistry.suites.last == PointMass.suite)
            #expect(try EnvironmentRegistry.resolve("Point-Mass").name == "pointmass")
            let task = try EnvironmentRegistry.taskClass(ofDataset: "pointmass-random-v0")
            #expect(task == TaskClass(task: "pointmass-random", suite: PointMass.suite, actionSize: 1))
            #expect(DatasetSelector("reaching").specificity(to: "pointmass-random-v0") == 0)
            #expect(D4RLTasks.allows("pointmass-random-v0") && !D4RLTasks.allows("pointmass-expert-v0"))
            #expect(D4RLTasks.isOfUnknownDigest("pointmass-random-v0"))
            #expect(DatasetLocation.fileName(for: "pointmass-random-v0") == "point_mass_at_random.hdf5")
            #expect(DatasetLocation.dataset(ofFile: "point_mass_at_random.hdf5") == "pointmass-random-v0")
        }
    }

    /// Outside `extended` the family is unknown, also to tests that run at the same time.
    @Test func withoutItsLineTheDatasetIsRefused() {
        _ = extended { EnvironmentRegistry.names }
        let error = #expect(throws: HarnessError.self) {
            try StudyFile.parse(study(["pointmass-random-v0"]), path: "toy.yaml")
        }
        #expect(error?.exitStatus == .badInput && error?.description.contains("pointmass-random-v0") == true)
        #expect(EnvironmentRegistry.suite(ofDataset: "pointmass-random-v0") == nil)
    }

    @Test func idsOfGymnasiumAreRefused() {
        extended {
            let error = #expect(throws: EnvironmentError.self) { try EnvironmentRegistry.resolve("PointMass-v4") }
            #expect(error?.description.contains("Gymnasium's ids do not stand for 'pointmass'") == true)
        }
    }

    @Test func anEnvironmentWithoutAModelCannotBeDrawn() throws {
        try extended {
            let point = try EnvironmentRegistry.make("pointmass")
            let error = #expect(throws: DrawingError.self) { try point.drawable }
            #expect(error == .noDrawing(environment: "pointmass"))
        }
    }

    /// The number of a recipe belongs to its family.
    @Test(arguments: [
        ("pointmass_mine-r7.hdf5", "thumb", "active-bench r7: stochastic"),
        ("pointmass_mine-r7.hdf5", "SAC", "stochastic"), ("pointmass_mine-r1.hdf5", "thumb", "stochastic"),
        ("a.hdf5", "thumb", "stochastic"),
    ])
    func recordingsAreLabelledByTheFamilysRecipe(name: String, algorithm: String, label: String) throws {
        try extended {
            try record(name, algorithm: algorithm)
            let file = try D4RLFile(path: folder(name))
            guard case .text(let recipe)? = file.metadata["recipe"] else {
                Issue.record("no recipe: \(file.metadata)")
                return
            }
            #expect(recipe.hasPrefix(label))
        }
    }

    /// From a study file to the table, with a published dataset of the family and one of its recipe: a learner of the
    /// program, and `SquaredCloning`, which the program does not know either.
    @Test(arguments: [("IQL", "expectile", "0.8"), ("SquaredBC", "largest_error", "0.75")])
    func aLearnerTrainsOnIt(learner: String, key: String, value: String) throws {
        try extended {
            try record("point_mass_at_random.hdf5")
            try record("pointmass_pushed-r7.hdf5", seed: 1)
            let datasets = ["pointmass-random-v0", "pointmass-pushed-r7"]
            let text = study(
                datasets,
                learner: "\(learner): {hidden: [8, 8], batch: 16, datasets: {reaching: {\(key): \(value)}}}")
            let learners = LearnerRegistry.standard.adding(.squaredCloning)
            let plan = try StudyPlan(StudyFile.parse(text, path: "toy.yaml", learners: learners))
            #expect(plan.cases.map(\.dataset) == datasets)
            #expect(plan.cases.allSatisfy { $0.variant.contains("\(key)=\(value)") }, "set for the suite")
            try withDatasets(in: folder.path) {
                let run = RunFolder(folder("out"))
                for studyCase in plan.cases {
                    let folder = run.folder(of: studyCase)
                    let training = try CaseRun(
                        studyCase, data: DataPreparation().data(for: studyCase), folder: folder)
                    let outcome = try training.run(provenance: Self.provenance) { _ in }
                    guard case .done(let result) = outcome else {
                        Issue.record("\(studyCase.identifier) has stopped")
                        continue
                    }
                    #expect(result.evaluations.map(\.step) == [20, 40] && result.divergence == nil)
                    #expect(result.evaluations.allSatisfy { $0.episodes.allSatisfy { $0.length == 25 } })
                }
                let table = try Aggregation(plan, folder: run).table(.last)
                #expect(table.cells.allSatisfy { $0.isComplete && $0.suite == PointMass.suite })
                #expect(table.suiteSums.map(\.suite) == [PointMass.suite])
                #expect(table.columns == [learner] && table.markdown().contains("\n| reaching sum (2) "))
            }
        }
    }

    // MARK: Helpers

    private static let provenance = Provenance.ofThisProcess(
        .init(source: "a test", executableSHA256: "", compiler: ""), rank: 0, ranks: 1)

    private func study(_ datasets: [String], learner: String = "IQL: {}") -> String {
        """
        name: toy
        datasets: [\(datasets.joined(separator: ", "))]
        seeds: [0]
        steps: 40
        evaluate: {every: 20, episodes: 2}
        learners:
          \(learner)
        """
    }

    /// Records 200 steps of a random policy.
    private func record(_ name: String, algorithm: String = "thumb", seed: Int = 0) throws {
        let policy = folder("policy.safetensors")
        try PolicyFile.write(
            .example("pushes", observations: 2, actions: 1), to: policy,
            metadata: ["algorithm": algorithm, "environment": "pointmass"])
        _ = try DatasetRecording(
            .init(environment: "pointmass", policies: [policy], transitions: 200, seed: seed, output: folder(name))
        ).run()
    }

    /// Calls `body` while datasets are also searched in `folder`; ACTIVE_BENCH_DATA names other suites' data first.
    private func withDatasets(in folder: String, _ body: () throws -> Void) rethrows {
        let before = getenv("D4RL_DATASET_DIR").map { String(cString: $0) }
        setenv("D4RL_DATASET_DIR", folder, 1)
        defer {
            if let before { setenv("D4RL_DATASET_DIR", before, 1) } else { unsetenv("D4RL_DATASET_DIR") }
        }
        try body()
    }
}
