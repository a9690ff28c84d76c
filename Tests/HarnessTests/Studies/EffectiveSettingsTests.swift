import Algorithms
import Datasets
import Environments
import Failures
import Studies
import Testing

@Suite struct EffectiveSettingsTests {
    private func settings(_ learner: String, _ dataset: String, _ assignments: String...) throws -> EffectiveSettings {
        try EffectiveSettings(learner: learner, dataset: .named(dataset), assignments: assignments)
    }

    @Test func everySettingWithItsOrigin() throws {
        let found = try settings(
            "ACTIVE-S", "antmaze-large-play-v2", "m=17", "hidden=[32, 16]", "value_layer_norm=false")
        #expect(found.hyperparameters["m"]?.value == .integer(17))
        let lines = found.yaml.split(separator: "\n")
        #expect(lines[0].hasPrefix("# antmaze-large-play-v2, variant m=17,"))
        #expect(lines[1...2] == ["learners:", "  ACTIVE-S:"])
        #expect(lines.contains("    m: 17  # command line") && lines.contains("    hidden: [32, 16]  # command line"))
        let preset = presetSettings(of: .activeS, on: "antmaze-large-play-v2")
        #expect(
            lines.dropFirst(3).map { $0.split(separator: ":")[0].dropFirst(4) } == preset.settings.map { $0.key[...] })
        for setting in preset.settings where !["m", "hidden", "value_layer_norm"].contains(setting.key) {
            #expect(lines.contains("    \(setting.key): \(setting.value)  # \(setting.origin)"))
        }
    }

    /// The printed text can end a study and gives exactly these settings.
    @Test(
        arguments: LearnerRegistry.standard.learners,
        ["hopper-medium-v2", "antmaze-umaze-diverse-v2", "kitchen-mixed-v0"])
    func canBePastedIntoAStudy(learner: LearnerDefinition, dataset: String) throws {
        let found = try settings(learner.name, dataset, "batch=64")
        let study = """
            {name}: x
            datasets: [\(dataset)]
            seeds: [0]
            steps: 10
            evaluate: {every: 5, episodes: 1}

            """.replacing("{name}", with: "name")
        let cases = StudyPlan(try StudyFile.parse(study + found.yaml, path: "s.yaml")).cases
        #expect(cases.count == 1)
        #expect(cases[0].hyperparameters.settings.map(\.value) == found.hyperparameters.settings.map(\.value))
        #expect(cases[0].variant == "batch=64")
    }

    @Test(arguments: [
        (["ACTIVE-X", "hopper-medium-v2"], "learner: expected 'ACTIVE-I' or 'ACTIVE-S', found 'ACTIVE-X'"),
        (["IQL", "hopper-medium-v2", "batsh=3"], "IQL: expected 'batch', found the key 'batsh'"),
        (["IQL", "hopper-medium-v2", "batch"], "settings: expected words such as m=10, found 'batch'"),
        (["IQL", "hopper-medium-v2", "batch=1", "batch=2"], "IQL: expected every key once, found 'batch' twice"),
        (["IQL", "hopper-medium-v2", "batch=0"], "batch: expected a whole number from 1 to 65536, found '0'"),
        (["IQL", "hopper-medium-v2", "batch="], "batch: expected a whole number from 1 to 65536, found nothing"),
        (["IQL", "hopper-medium-v2", "batch=1, 2"], "batch: expected a whole number from 1 to 65536, found '1, 2'"),
        (["IQL", "hopper-medium-v2", "batch=]"], "batch: expected a whole number from 1 to 65536, found ']'"),
        (["IQL", "hopper-medium-v2", "batch=1 # 2"], "batch: expected a whole number from 1 to 65536, found '1 # 2'"),
        (["IQL", "hopper-medium-v2", "batch=&x 1"], "batch: expected a whole number from 1 to 65536, found '&x 1'"),
        (
            ["CQL", "hopper-medium-v2", "penalty_minimum=5", "penalty_maximum=-5"],
            "CQL: expected penalty_minimum no larger than penalty_maximum, found 5.0 and -5.0"
        ),
        (
            ["ACTIVE-S", "hopper-medium-v2", "target_log_likelihood=12.5"],
            "ACTIVE-S: expected target_log_likelihood of at most 12.24, the highest for 3 dimensions, found 12.5"
        ),
        (
            ["CQL", "hopper-medium-v2", "batch=65536", "sampled_actions=256"],
            "CQL: expected batch, sampled_actions and critic_hidden that need at most 64 GiB of activations, found 144 GiB"
        ),
        (["IQL", "hopper-medium-v2", "reward=return_range"], "reward: expected 'return-range', found 'return_range'"),
    ])
    func isRefused(words: [String], sentence: String) {
        let error = #expect(throws: HarnessError.self) {
            try EffectiveSettings(
                learner: words[0], dataset: .named(words[1]), assignments: Array(words.dropFirst(2)))
        }
        #expect(error == .usage(sentence))
        #expect(error?.exitStatus == .usage)
    }

    /// An unknown dataset has a study's exit code.
    @Test(arguments: [
        ("hoper-medium-v2", "'hopper-medium-v2'"), ("kitchen-mixd-v0", "'kitchen-mixed-v0'"),
        (
            "mine",
            "a name such as hopper-medium-v2 that begins with \(EnvironmentRegistry.names.joined(separator: ", ")), or the "
                + "path of a file of your own"
        ),
    ])
    func anUnknownDataset(name: String, expectation: String) {
        let error = #expect(throws: HarnessError.self) { try settings("IQL", name) }
        #expect(error == .badInput("dataset: expected \(expectation), found '\(name)'"))
        let study = #expect(throws: HarnessError.self) { try self.study("IQL: {}", datasets: name) }
        #expect(study?.exitStatus == error?.exitStatus)
    }

    // MARK: With a study

    private func study(_ learners: String, datasets: String? = nil) throws -> Study {
        let own =
            "hopper-medium-v2, {name: mine, file: mine.hdf5, environment: walker2d, presets: walker2d-medium-replay}"
        return try StudyFile.parse(
            """
            {name: x, seeds: [0], steps: 10, evaluate: {every: 5, episodes: 1},
             datasets: [\(datasets ?? own)], learners: {\(learners)}}
            """, path: "s.yaml")
    }

    /// Of every learner on every dataset of a study, the settings are those of its case; of a learner that the study does not
    /// have, those of its preset.
    @Test(arguments: LearnerRegistry.standard.learners, ["hopper-medium-v2", "mine"])
    func ofAStudysCase(learner: LearnerDefinition, dataset: String) throws {
        let values = "{hidden: [8], datasets: {walker2d: {batch: 16}}}"
        let other = LearnerRegistry.standard.names.first { $0 != learner.name } ?? ""
        let own = try study("\(learner.name): \(values)")
        for (asked, expected) in [(own, own), (try study("\(other): \(values)"), try study("\(learner.name): {}"))] {
            let found = try EffectiveSettings(
                learner: learner.name, dataset: asked.dataset(named: dataset), study: asked, assignments: [])
            let studyCase = try #require(StudyPlan(expected).cases.first { $0.dataset == dataset })
            #expect(found.hyperparameters == studyCase.hyperparameters)
            #expect(found.yaml.hasPrefix("# \(dataset), variant \(studyCase.variant); "))
        }
    }

    /// Several values are printed as a sweep, which has the same cases when it is pasted into a study; a value on the command
    /// line replaces it.
    @Test func ofASweep() throws {
        let learners = "ACTIVE-S: {alpha: 0.7, sweep: {m: [1, 2], hidden: [[8], [16, 8]]}}"
        let asked = try study(learners)
        func found(_ assignments: String...) throws -> EffectiveSettings {
            try EffectiveSettings(
                learner: "ACTIVE-S", dataset: asked.dataset(named: "mine"), study: asked, assignments: assignments)
        }
        let text = try found().yaml
        #expect(text.hasPrefix("# mine, 4 variants\nlearners:\n  ACTIVE-S:\n    alpha: 0.7  # study\n"))
        #expect(text.hasSuffix("\n    sweep: {m: [1, 2], hidden: [[8], [16, 8]]}  # study\n"))
        let pasted = try StudyFile.parse(
            """
            name: x
            datasets: [{name: mine, file: mine.hdf5, environment: walker2d, presets: walker2d-medium-replay}]
            seeds: [0]
            steps: 10
            evaluate: {every: 5, episodes: 1}
            \(text)
            """, path: "s.yaml")
        #expect(
            StudyPlan(pasted).cases.map(\.identifier)
                == StudyPlan(asked).cases.filter { $0.dataset == "mine" }.map(\.identifier))
        let one = try found("m=3", "hidden=[4]", "alpha=0.5")
        #expect(one.yaml.hasPrefix("# mine, variant alpha=0.5,m=3,hidden=4; "))
        #expect(one.hyperparameters["alpha"]?.origin == "command line")
    }

    @Test func anotherDatasetThanTheStudys() throws {
        let asked = try study("IQL: {}")
        let error = #expect(throws: HarnessError.self) { try asked.dataset(named: "mien") }
        #expect(error == .badInput("dataset: expected 'mine', found 'mien'"))
        let other = #expect(throws: HarnessError.self) { try asked.dataset(named: "kitchen-mixed-v0") }
        #expect(
            other == .badInput("dataset: expected one of hopper-medium-v2, mine, found 'kitchen-mixed-v0'"))
    }
}
