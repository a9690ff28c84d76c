import Algorithms
import Datasets
import Report
import RunFolders
import ScratchFiles
import Studies
import Testing

/// Settings and evaluations that a study gives for single datasets, under `datasets:`.
@Suite struct DatasetOverrideTests {
    private static let study = """
        name: mixed
        datasets: [hopper-medium-v2, hopper-medium-replay-v2, antmaze-umaze-v2, antmaze-large-play-v2, kitchen-mixed-v0]
        seeds: [0]
        steps: 1000
        evaluate: {every: 100, episodes: 10}
        learners:
          IQL: {}
        """

    private func plan(_ learner: String, evaluate: String = "{every: 100, episodes: 10}") throws -> StudyPlan {
        let text = Self.study.replacing("IQL: {}", with: learner)
            .replacing("{every: 100, episodes: 10}", with: evaluate)
        return StudyPlan(try StudyFile.parse(text, path: "s.yaml"))
    }

    // MARK: Settings

    @Test func theClosestSelectorWins() throws {
        // The order of the selectors does not help.
        let cases = try plan(
            """
            ACTIVE-S:
                m: 21
                datasets:
                  antmaze-large-play-v2: {m: 25}
                  hopper-medium-replay: {m: 24, batch: 64}
                  hopper: {m: 23}
                  locomotion: {m: 22, discount: 0.5}
                  antmaze-large: {m: 26, batch: 32}
            """
        ).cases
        func values(_ key: String) -> [SettingValue?] { cases.map { $0.hyperparameters[key]?.value } }
        #expect(values("m") == [23, 24, 21, 25, 21].map { .integer($0) })
        let preset = cases.map { presetSettings(of: .activeS, on: $0.dataset)["batch"]?.value }
        #expect(values("batch") == [preset[0], .integer(64), preset[2], .integer(32), preset[4]])
        #expect(values("discount").prefix(2) == [.real(0.5), .real(0.5)])
        #expect(
            cases.map { $0.hyperparameters["m"]?.origin } == [
                "study, hopper", "study, hopper-medium-replay", "study", "study, antmaze-large-play-v2", "study",
            ])
        #expect(Set(cases.map(\.column)) == ["ACTIVE-S"], "one column, though settings differ between rows")
        #expect(cases[3].configuration.contains("\n  m: 25  # study, antmaze-large-play-v2\n"))
    }

    /// A variant is the difference from that dataset's preset, not from
    /// another's and not from the study's general value.
    @Test func variantsAreAgainstTheDatasetsPreset() throws {
        let preset = try #require(presetSettings(of: .activeS, on: "hopper-medium-v2")["m"])
        let cases = try plan("ACTIVE-S: {m: 99, datasets: {hopper: {m: \(preset.value)}}}").cases
        #expect(cases.map(\.variant) == ["default", "default", "m=99", "m=99", "m=99"])
        #expect(
            cases[0].hyperparameters["m"]?.origin == preset.origin, "what is said again comes from where it came from")
        #expect(try cases[0] == plan("ACTIVE-S: {}").cases[0])
    }

    @Test func withASweep() throws {
        let cases = try plan("ACTIVE-S: {sweep: {m: [98, 99]}, datasets: {kitchen: {batch: 64}}}").cases
        #expect(cases.map(\.column).suffix(2) == ["ACTIVE-S m=98", "ACTIVE-S m=99"])
        #expect(cases.map(\.variant).suffix(3) == ["m=99", "m=98,batch=64", "m=99,batch=64"])
    }

    @Test(arguments: [
        (
            "{antmase: {m: 3}}",
            "learners.ACTIVE-S.datasets: expected 'antmaze', found the key 'antmase'"
        ),
        (
            "{walker2d: {m: 3}}",
            "learners.ACTIVE-S.datasets: expected a suite, a dataset of this study or the first "
                + "words of one, found the key 'walker2d'"
        ),
        ("{hopper-medium-v3: {m: 3}}", "learners.ACTIVE-S.datasets: expected 'hopper-medium-v2'"),
        ("{hopper-med: {m: 3}}", "learners.ACTIVE-S.datasets: expected 'hopper-medium'"),
        ("[antmaze]", "learners.ACTIVE-S.datasets: expected keys with values, found a list"),
        ("{antmaze: 3}", "learners.ACTIVE-S.datasets.antmaze: expected keys with values, found '3'"),
        ("{antmaze: {mm: 3}}", "learners.ACTIVE-S.datasets.antmaze: expected 'm', found the key 'mm'"),
        (
            "{antmaze: {m: 0}}",
            "learners.ACTIVE-S.datasets.antmaze.m: expected a whole number from 1 to 1024, found '0'"
        ),
        (
            "{antmaze: {m: 3}}, sweep: {m: [1, 2]}",
            "learners.ACTIVE-S.m: expected one value or a sweep of them, found both"
        ),
        ("{antmaze: {m: 3, m: 4}}", "expected every key once, found 'm' again"),
        ("{antmaze: {m: 3}, antmaze: {m: 4}}", "expected every key once, found 'antmaze' again"),
    ])
    func isRefused(datasets: String, refusal: String) {
        let text = Self.study.replacing("IQL: {}", with: "ACTIVE-S: {datasets: \(datasets)}")
        let sentence = StudyRefusalTests.refusal(text)
        #expect(sentence.hasPrefix("s.yaml:7: " + refusal), "\(sentence)")
    }

    /// Each value is within its range, and hopper accepts both; AntMaze's preset has a minimum of -200.
    @Test func settingsThatContradictEachOtherAreRefused() {
        let text = Self.study.replacing("IQL: {}", with: "CQL: {penalty_maximum: -300}")
        let expected = "penalty_minimum no larger than penalty_maximum"
        #expect(
            StudyRefusalTests.refusal(text)
                == "s.yaml:7: learners.CQL: expected \(expected), found -200.0 and -300.0")
    }

    // MARK: Evaluation

    @Test func everySuiteHasItsProtocol() throws {
        let plan = try plan(
            "IQL: {}",
            evaluate: """
                {every: 100, episodes: 10, final_episodes: 20, datasets: {antmaze: {every: 500, episodes: 100}, \
                antmaze-large: {every: 250}, kitchen: {final_episodes: 50}}}
                """)
        let found = plan.cases.map { [$0.evaluateEvery, $0.episodes, $0.finalEpisodes] }
        #expect(
            found == [[100, 10, 20], [100, 10, 20], [500, 100, 100], [250, 100, 100], [100, 10, 50]],
            "where episodes are set, the last evaluation has as many")
        let kitchen = plan.cases[4]
        #expect([100, 900, 1000].map { kitchen.episodes(after: $0) } == [10, 10, 50])
        #expect(kitchen.configuration.contains("\nevaluate: {every: 100, episodes: 10, final_episodes: 50}\n"))
        #expect(plan.cases[2].configuration.contains("\nevaluate: {every: 500, episodes: 100}\n"))
    }

    @Test(arguments: [
        (
            "{every: 1, episodes: 1, final_episodes: 0}",
            "evaluate.final_episodes: expected a whole number from 1 to 100000, found '0'"
        ),
        (
            "{every: 1, episodes: 1, datasets: {kitchn: {episodes: 2}}}",
            "evaluate.datasets: expected 'kitchen', found the key 'kitchn'"
        ),
        (
            "{every: 1, episodes: 1, datasets: {kitchen: {episods: 2}}}",
            "evaluate.datasets.kitchen: expected 'episodes', found the key 'episods'"
        ),
        (
            "{every: 1, episodes: 1, datasets: {kitchen: {every: 1.5}}}",
            "evaluate.datasets.kitchen.every: expected a whole number from 1 to 1000000000, found '1.5'"
        ),
    ])
    func evaluationIsRefused(evaluate: String, refusal: String) {
        let text = Self.study.replacing("{every: 100, episodes: 10}", with: evaluate)
        #expect(StudyRefusalTests.refusal(text) == "s.yaml:5: " + refusal)
    }

    @Test func theTableSaysHowManyEpisodes() throws {
        let folder = TemporaryFolder()
        let plan = try plan(
            "IQL: {}",
            evaluate: "{every: 100, episodes: 10, datasets: {antmaze: {episodes: 100}, kitchen: {final_episodes: 50}}}")
        let manifest = RunManifest(plan, study: "", studyPath: "s.yaml", datasets: [:], provenance: SmallRun.provenance)
        put(try manifest.encoded(), at: folder("run.json"))
        for aggregation in [
            try Aggregation(plan, folder: RunFolder(folder.path)), try Aggregation(RunFolder(folder.path)),
        ] {
            #expect(
                try aggregation.table(.last).scoreProtocol.description
                    == "last (the final evaluation), 10 episodes each; antmaze 100; kitchen 50")
            #expect(
                try aggregation.table(.last10).scoreProtocol.description
                    == "last10 (the mean of the last 10 evaluations), 10 episodes each; antmaze 100; kitchen 10 or 50")
        }
    }

    /// Earlier programs wrote one number of episodes for all.
    @Test func anOlderManifestIsRead() throws {
        let folder = TemporaryFolder()
        var manifest = RunManifest(
            try plan("IQL: {}"), study: "", studyPath: "s.yaml", datasets: [:], provenance: SmallRun.provenance)
        for index in manifest.cases.indices {
            manifest.cases[index].episodes = nil
            manifest.cases[index].finalEpisodes = nil
        }
        manifest.episodes = 7
        put(try manifest.encoded(), at: folder("run.json"))
        #expect(!text(of: folder("run.json")).contains("finalEpisodes"))
        #expect(
            try Aggregation(RunFolder(folder.path)).table(.last).scoreProtocol == ScoreProtocol(.last, episodes: [7]))
    }
}
