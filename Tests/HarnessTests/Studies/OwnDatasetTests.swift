import Algorithms
import Cases
import Datasets
import DatasetTools
import Environments
import Failures
import Foundation
import RunFolders
import ScratchFiles
import Studies
import Testing

/// Datasets of a study may be the user's own files.
@Suite struct OwnDatasetTests {
    private let folder = TemporaryFolder()

    private func study(_ datasets: String, learners: String = "IQL: {}", evaluate: String = "") throws -> Study {
        let text = """
            name: own
            datasets: [\(datasets)]
            seeds: [0]
            steps: 20
            evaluate: {every: 20, episodes: 1\(evaluate)}
            learners:
              \(learners)
            """
        return try StudyFile.parse(text, path: folder("studies/own.yaml"))
    }

    @Test(arguments: [
        ("environment: hopper", "hopper", DynamicsProfile.d4rl, "hopper"),
        ("environment: hopper, profile: gymnasium-v5", "hopper", .gymnasiumV5, "hopper"),
        ("environment: Hopper-v4, presets: hopper-medium", "hopper", .gymnasium, "hopper-medium"),
        (
            "environment: antmaze-umaze, presets: antmaze-umaze-diverse-v2", "antmaze-umaze", .d4rl,
            "antmaze-umaze-diverse"
        ),
        ("environment: kitchen-mixed, profile: gymnasium", "kitchen-mixed", .gymnasium, "kitchen-mixed"),
    ])
    func environmentProfileAndPresets(
        keys: String, environment: String, profile: DynamicsProfile, presets: String
    ) throws {
        let reference = try study("{name: mine, file: data/mine.hdf5, \(keys)}").datasets[0]
        #expect(reference.name == "mine" && reference.folderName == "mine")
        #expect(reference.environment == environment && reference.profile == profile && reference.presets == presets)
        #expect(reference.source == .file(folder("studies/data/mine.hdf5")))
    }

    @Test func pathsAreRelativeToTheStudysFolder() throws {
        func source(_ path: String) throws -> DatasetReference.Source {
            try study("{name: mine, file: \(path), environment: hopper}").datasets[0].source
        }
        #expect(try source("/data/a.hdf5") == .file("/data/a.hdf5"))
        #expect(try source("'../a b.hdf5'") == .file(folder("studies/../a b.hdf5")))
        #expect(try source("'~/a.hdf5'") == .file(NSHomeDirectory() + "/a.hdf5"))
    }

    @Test(arguments: [
        ("{name: mine, environment: hopper}", "2: datasets: expected the key 'file', found only environment, name"),
        ("{name: mine, file: a.hdf5}", "2: datasets: expected the key 'environment', found only file, name"),
        ("{name: mine, fil: a.hdf5}", "2: datasets: expected 'file', found the key 'fil'"),
        ("{name: a/b, file: a.hdf5, environment: hopper}", "2: datasets.name: expected a name of at most 60 letters"),
        ("{name: .., file: a.hdf5, environment: hopper}", "2: datasets.name: expected a name of at most 60 letters"),
        ("{name: 'é', file: a.hdf5, environment: hopper}", "2: datasets.name: expected a name of at most 60 letters"),
        (
            "{name: hopper-medium-v2, file: a.hdf5, environment: hopper}",
            "2: datasets.name: expected a name of your own, found 'hopper-medium-v2', which is a dataset of D4RL's"
        ),
        (
            "{name: mine, file: a.hdf5, environment: hoper}",
            "2: datasets.environment: expected 'hopper', found 'hoper': there is no environment"
        ),
        (
            "{name: mine, file: a.hdf5, environment: humanoid}",
            "2: datasets.environment: expected one of hopper, "
        ),
        (
            "{name: mine, file: a.hdf5, environment: hopper, profile: gym}",
            "2: datasets.profile: expected one of d4rl, gymnasium, gymnasium-v5, found 'gym'"
        ),
        (
            "{name: mine, file: a.hdf5, environment: Hopper-v5, profile: d4rl}",
            "2: datasets.profile: expected gymnasium-v5, which the environment 'Hopper-v5' stands for, or 'hopper' for it, "
                + "found 'd4rl'"
        ),
        (
            "{name: mine, file: a.hdf5, environment: hopper, presets: walker2d-medium}",
            "2: datasets.presets: expected one of hopper, hopper-random, hopper-medium, "
        ),
        (
            "{name: mine, file: a.hdf5, environment: hopper, presets: hopper-meduim}",
            "2: datasets.presets: expected 'hopper-medium'"
        ),
        (
            "{name: mine, file: a.hdf5, environment: hopper}, {name: mine, file: b.hdf5, environment: hopper}",
            "2: datasets: expected every value once, found 'mine' twice"
        ),
        ("hopper_medium-v2", "2: datasets: expected 'hopper-medium-v2', found 'hopper_medium-v2'"),
        (
            "mine",
            "2: datasets: expected a name such as hopper-medium-v2 that begins with hopper, halfcheetah, walker2d, "
                + "antmaze-umaze, antmaze-medium, antmaze-large, kitchen-complete, kitchen-partial, kitchen-mixed, or "
                + "{name: mine, file: PATH, environment: hopper} for a file of your own, found 'mine'"
        ),
        (
            "data/a.hdf5",
            "2: datasets: expected a name, or {name: mine, file: data/a.hdf5, environment: hopper} for a file of your own, "
                + "found 'data/a.hdf5'"
        ),
        (
            "pen-human-v1",
            "2: datasets: expected a dataset of a known environment (it belongs to D4RL's Adroit"
        ),
    ])
    func refusals(datasets: String, sentence: String) {
        let error = #expect(throws: HarnessError.self) { try study(datasets) }
        #expect(
            error?.description.hasPrefix(folder("studies/own.yaml:") + sentence) == true, "\(error?.description ?? "")")
    }

    /// On the command line a D4RL file's name gives what a study's keys give.
    @Test(arguments: [
        (OwnFile("/data/mine.hdf5", "hopper"), "mine", "hopper", DynamicsProfile.d4rl, "hopper"),
        (OwnFile("a b/größe.h5", "Hopper-v4"), "gr--e.h5", "hopper", .gymnasium, "hopper"),
        (
            OwnFile("./mine.hdf5", "hopper", .gymnasiumV5, "hopper-medium-v2"), "mine", "hopper", .gymnasiumV5,
            "hopper-medium"
        ),
        (
            OwnFile("d/antmaze_umaze_diverse-r1.hdf5"), "antmaze_umaze_diverse-r1", "antmaze-umaze", .d4rl,
            "antmaze-umaze-diverse"
        ),
        (OwnFile("d/hopper_medium-v2.hdf5", "walker2d"), "hopper_medium-v2", "walker2d", .d4rl, "walker2d"),
    ])
    func onTheCommandLine(
        own: OwnFile, name: String, environment: String, profile: DynamicsProfile, presets: String
    ) throws {
        let reference = try DatasetReference(own)
        #expect(
            reference.name == name && reference.environment == environment && reference.profile == profile
                && reference.presets == presets)
        #expect(reference.source == .file(own.path))
    }

    @Test(arguments: [
        (OwnFile("mine.hdf5"), "mine.hdf5: expected its environment, as in --environment hopper, found none: "),
        (OwnFile("mine.hdf5", "hoper"), "there is no environment 'hoper'; did you mean 'hopper'?"),
        (OwnFile("mine.hdf5", "Hopper-v4", .d4rl), "'Hopper-v4'"),
        (OwnFile("mine.hdf5", "hopper", nil, "walker2d-medium"), "--presets: expected one of hopper, hopper-random, "),
    ])
    func refusedOnTheCommandLine(own: OwnFile, sentence: String) {
        let error = #expect(throws: (any Error).self) { try DatasetReference(own) }
        #expect(error.map { "\($0)".hasPrefix(sentence) } == true, "\(error.map { "\($0)" } ?? "")")
    }

    /// A selector names the user's own dataset by its name, its preset class or its suite.
    @Test func selectorsAndSweeps() throws {
        let own = "{name: mine, file: a.hdf5, environment: hopper, presets: hopper-medium}"
        let found = try study(
            own + ", antmaze-umaze-v2",
            learners: """
                ACTIVE-S:
                    sweep: {m: [1, 2]}
                    datasets: {locomotion: {batch: 1}, hopper-medium: {discount: 0.5}, mine: {batch: 8}}
                """, evaluate: ", datasets: {hopper: {episodes: 3}}")
        let plan = StudyPlan(found)
        #expect(
            plan.cases.map(\.identifier).prefix(2) == [
                "ACTIVE-S/mine/m=1,discount=0.5,batch=8/seed-0", "ACTIVE-S/mine/m=2,discount=0.5,batch=8/seed-0",
            ])
        #expect(plan.cases.map(\.episodes) == [3, 3, 1, 1])
        let preset = presetSettings(of: .activeS, on: "hopper-medium-v2")
        #expect(plan.cases[0].hyperparameters["target_log_likelihood"] == preset["target_log_likelihood"])
        #expect(
            plan.cases[0].configuration.contains(
                "dataset: mine\nenvironment: hopper\nprofile: d4rl\npresets: hopper-medium\n"))
        #expect(plan.cases[2].configuration.contains("dataset: antmaze-umaze-v2\nvariant: "))
        let error = #expect(throws: HarnessError.self) {
            try study(own, learners: "IQL: {datasets: {mien: {batch: 8}}}")
        }
        #expect(error?.description.contains("expected 'mine', found the key 'mien'") == true)
    }

    /// A dataset of the user's own trains as its file does, whatever its name.
    @Test func trainsAsTheSameFileUnderAnotherName() throws {
        let data = SmallRun.data
        let study = try study(
            "{name: mine, file: \(data("hopper_random-r1.hdf5")), environment: hopper, profile: gymnasium}",
            learners: "IQL: {\(SmallRun.small)}")
        let studyCase = StudyPlan(study).cases[0]
        let result = try SmallRun.run(studyCase, in: RunFolder(folder("run")))
        #expect(result.dataset == "mine")
        let named = StudyPlan(try SmallRun.plan("IQL: {\(SmallRun.small)}").study).cases[0]
        #expect(
            try DataPreparation().data(for: studyCase).file.sha256 == DataPreparation().data(for: named).file.sha256)
        #expect(result.transitions == (try DataPreparation().data(for: named)).file.transitions)
    }

    @Test func aFileOfOtherWidthsIsRefusedBeforeTraining() throws {
        let path = SmallRun.data("hopper_random-r1.hdf5")
        let studyCase = StudyPlan(try study("{name: mine, file: \(path), environment: walker2d}")).cases[0]
        let error = #expect(throws: HarnessError.self) { try DataPreparation().data(for: studyCase) }
        #expect(
            error?.description == "\(path): fields 'observations' and 'actions': expected widths 17 and 6 of walker2d, "
                + "found 11 and 3")
        let absent = StudyPlan(try study("{name: mine, file: a.hdf5, environment: hopper}")).cases[0]
        let missing = #expect(throws: DatasetError.self) { try DataPreparation().data(for: absent) }
        #expect(missing?.description.hasPrefix(folder("studies/a.hdf5: expected a readable file")) == true)
    }
}

extension OwnFile {
    fileprivate init(
        _ path: String, _ environment: String?, _ profile: DynamicsProfile? = nil, _ presets: String? = nil
    ) {
        self.init(path)
        (self.environment, self.profile, self.presets) = (environment, profile, presets)
    }
}
