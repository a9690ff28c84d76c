import Algorithms
import Datasets
import Failures
import Studies
import Testing

@Suite struct EffectiveSettingsTests {
    private func settings(_ learner: String, _ dataset: String, _ assignments: String...) throws -> EffectiveSettings {
        try EffectiveSettings(learner: learner, dataset: dataset, assignments: assignments)
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
        (["IQL", "hoper-medium-v2"], "dataset: expected 'hopper-medium-v2', found 'hoper-medium-v2'"),
        (["IQL", "kitchen-mixd-v0"], "dataset: expected 'kitchen-mixed-v0', found 'kitchen-mixd-v0'"),
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
            try EffectiveSettings(learner: words[0], dataset: words[1], assignments: Array(words.dropFirst(2)))
        }
        #expect(error == .usage(sentence))
        #expect(error?.exitStatus == .usage)
    }
}
