import Algorithms
import Datasets
import Environments
import Suites
import Testing

/// The settings of `learner` on the dataset of this name; "" stands for no particular dataset.
func presetSettings(of learner: LearnerDefinition, on dataset: String) -> Hyperparameters {
    learner.hyperparameters(for: (try? EnvironmentRegistry.taskClass(ofDataset: dataset)) ?? .unspecified)
}

/// The presets are the published settings.
@Suite struct PresetTests {
    /// The paper's datasets: those whose digests are known.
    static let paper = D4RLCatalogue.names

    private func value(_ learner: LearnerDefinition, _ key: String, _ dataset: String) -> SettingValue? {
        presetSettings(of: learner, on: dataset)[key]?.value
    }

    @Test(arguments: LearnerRegistry.standard.learners)
    func everyDatasetHasTheSameKeysAndAnOriginForEach(learner: LearnerDefinition) {
        let keys = learner.hyperparameters().settings.map(\.key)
        #expect(Set(keys).count == keys.count)
        for dataset in Self.paper {
            let settings = presetSettings(of: learner, on: dataset).settings
            #expect(settings.map(\.key) == keys)
            #expect(settings.allSatisfy { !$0.origin.isEmpty && $0.accepted($0.value) == $0.value }, "\(dataset)")
        }
    }

    @Test(arguments: LearnerRegistry.standard.learners)
    func ourDatasetsTakeTheirNamesakesPreset(learner: LearnerDefinition) {
        for dataset in Self.paper where dataset.hasSuffix("-v2") {
            #expect(
                presetSettings(of: learner, on: dataset.replacing("-v2", with: "-r1"))
                    == presetSettings(of: learner, on: dataset))
        }
    }

    @Test func iql() {
        let expected: [(String, Double, Double, Double, String)] = [
            ("hopper-medium-v2", 0.7, 3, 0, "return-range"), ("antmaze-large-play-v2", 0.9, 10, 0, "r-1"),
            ("kitchen-mixed-v0", 0.7, 0.5, 0.1, "raw"),
        ]
        for (dataset, tau, beta, dropout, reward) in expected {
            #expect(value(.iql, "expectile", dataset) == .real(tau))
            #expect(value(.iql, "inverse_temperature", dataset) == .real(beta))
            #expect(value(.iql, "actor_dropout", dataset) == .real(dropout))
            #expect(value(.iql, "reward", dataset) == .word(reward))
            #expect(value(.iql, "learning_rate", dataset) == .real(3e-4))
            #expect(value(.iql, "value_layer_norm", dataset) == .flag(false))
            #expect(value(.iql, "clip_actions", dataset) == .real(1 - 1e-5))
        }
    }

    @Test func sql() {
        let expected: [(String, Double, Double, Double)] = [
            ("walker2d-medium-replay-v2", 1, 3e-4, 0), ("antmaze-umaze-v2", 0.1, 2e-4, 0),
            ("antmaze-umaze-diverse-v2", 3, 2e-4, 0), ("kitchen-partial-v0", 0.5, 3e-4, 0.1),
        ]
        for (dataset, alpha, rate, dropout) in expected {
            for learner in [LearnerDefinition.sql, .activeS] {
                #expect(value(learner, "alpha", dataset) == .real(alpha))
                #expect(value(learner, "learning_rate", dataset) == .real(rate))
                #expect(value(learner, "actor_dropout", dataset) == .real(dropout))
                #expect(value(learner, "value_layer_norm", dataset) == .flag(true))
            }
        }
    }

    @Test func active() {
        for (dataset, m) in [("hopper-medium-v2", 5), ("antmaze-medium-play-v2", 10), ("kitchen-complete-v0", 5)] {
            for learner in [LearnerDefinition.activeI, .activeS] {
                #expect(value(learner, "m", dataset) == .integer(m))
                #expect(value(learner, "backup", dataset) == .word("min"))
                #expect(value(learner, "cloning_temperature", dataset) == .word("adaptive"))
                #expect(value(learner, "inverse_temperature", dataset) == .real(1))
            }
        }
        #expect(value(.activeI, "learning_rate", "antmaze-umaze-v2") == .real(3e-4))
    }

    @Test(arguments: LearnerRegistry.standard.learners)
    func aSuiteWithoutSettingsHasThoseOfLocomotion(learner: LearnerDefinition) {
        let other = TaskClass(task: "reach-medium", suite: TaskSuite("reaching"), actionSize: 2)
        let (found, locomotion) = (
            learner.hyperparameters(for: other), presetSettings(of: learner, on: "hopper-expert-v2")
        )
        for (one, known) in zip(found.settings, locomotion.settings) where one.key != "target_log_likelihood" {
            #expect(one.key == known.key && one.value == known.value)
        }
        #expect(found["target_log_likelihood"].map { $0.value == .real(-1) } ?? true, "-1/2 a dimension of the action")
    }

    @Test func td3bc() {
        for dataset in Self.paper {
            let isMaze = dataset.hasPrefix("antmaze")
            #expect(value(.td3bc, "alpha", dataset) == .real(2.5))
            #expect(value(.td3bc, "normalise_observations", dataset) == .flag(!isMaze))
            #expect(value(.td3bc, "reward", dataset) == .word(isMaze ? "r-1" : "raw"))
            #expect(value(.td3bc, "clip_actions", dataset) == .real(1))
            let preset = presetSettings(of: .td3bc, on: dataset)
            let own = dataset.hasPrefix("kitchen") ? "our default" : "official TD3+BC"
            #expect(preset["reward"]?.origin == (isMaze ? "CORL" : own))
            #expect(preset["normalise_observations"]?.origin == own, "CORL normalises on AntMaze, the author does not")
        }
    }

    @Test func cql() {
        let locomotion = "halfcheetah-medium-expert-v2"
        let (maze, kitchen) = ("antmaze-umaze-v2", "kitchen-mixed-v0")
        func row(_ key: String) -> [SettingValue?] { [locomotion, maze, kitchen].map { value(.cql, key, $0) } }
        #expect(row("policy_learning_rate") == [.real(3e-5), .real(1e-4), .real(1e-4)])
        #expect(row("learning_rate") == [.real(3e-4), .real(3e-4), .real(3e-4)])
        #expect(row("alpha") == [.real(10), .real(5), .real(5)])
        #expect(row("lagrange") == [.flag(false), .flag(true), .flag(false)])
        #expect(row("lagrange_gap") == [.real(-1), .real(0.8), .real(-1)])
        #expect(row("importance_sampling") == [.flag(true), .flag(true), .flag(false)])
        #expect(row("penalty_minimum") == [.real(-.infinity), .real(-200), .real(-.infinity)])
        #expect(row("max_target_backup") == [.flag(false), .flag(true), .flag(true)])
        #expect(row("reward") == [.word("raw"), .word("10r-5"), .word("r-4")])
        #expect(row("normalise_observations") == [.flag(true), .flag(false), .flag(false)])
        #expect(
            row("critic_hidden").map { $0?.description } == [
                "[256, 256, 256]", "[256, 256, 256, 256, 256]", "[512, 512, 512]",
            ])
        #expect(row("hidden").map { $0?.description } == ["[256, 256, 256]", "[256, 256, 256]", "[512, 512, 512]"])
    }

    /// The settings that name transforms give these transforms.
    @Test func settingsAreTransforms() {
        let expected: [(LearnerDefinition, String, TransitionTransforms)] = [
            (.iql, "hopper-medium-v2", .init(actionLimit: 1 - 1e-5, reward: .returnRange(scale: 1000))),
            (.cql, "hopper-medium-v2", .init(normalisesObservations: true)),
            (.cql, "antmaze-umaze-v2", .init(reward: .affine(scale: 10, shift: -5))),
            (.td3bc, "antmaze-umaze-v2", .init(reward: .affine(scale: 1, shift: -1))),
            (.bc, "kitchen-mixed-v0", .init(actionLimit: 1 - 1e-5)),
        ]
        for (learner, dataset, transforms) in expected {
            #expect(presetSettings(of: learner, on: dataset).transforms == transforms)
        }
    }
}
