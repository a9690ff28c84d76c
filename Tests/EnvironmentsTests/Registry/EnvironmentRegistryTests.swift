import Environments
import Failures
import Suites
import Testing

@Suite struct EnvironmentRegistryTests {
    @Test func hopper() throws {
        #expect(EnvironmentRegistry.names.contains("hopper"))
        let specification = try EnvironmentRegistry.specification("hopper")
        #expect(specification.observationSize == 11 && specification.actionSize == 3)
        #expect(specification.positionCount == 6 && specification.velocityCount == 6)
        #expect(specification.maximumSteps == 1000)
        #expect(
            try EnvironmentRegistry.make("hopper", options: .init(profile: .gymnasium)).specification == specification)
    }

    @Test func normalisedScore() throws {
        let specification = try EnvironmentRegistry.specification("hopper")
        #expect(abs(specification.normalisedScore(return: 1500) - 46.71189) < 5e-6)
        #expect(specification.normalisedScore(return: -20.272305) == 0)
        #expect(specification.normalisedScore(return: 3234.3) == 100)
    }

    @Test(arguments: ["hopper", "hopper-medium-v2", "hopper-medium-replay-r1"])
    func datasetName(_ name: String) throws {
        #expect(try EnvironmentRegistry.environmentName(forDataset: name) == "hopper")
    }

    @Test func unknownNames() throws {
        let misspelt = try #require(throws: EnvironmentError.self) { try EnvironmentRegistry.make("Hoper") }
        #expect(
            misspelt.description.hasPrefix("there is no environment 'Hoper'; did you mean 'hopper'? known: 'hopper'"))
        let unknown = try #require(throws: EnvironmentError.self) { try EnvironmentRegistry.specification("go") }
        #expect(unknown.description.hasPrefix("there is no environment 'go'; known: 'hopper'"))
        let dataset = try #require(throws: EnvironmentError.self) {
            try EnvironmentRegistry.environmentName(forDataset: "hoppers-medium-v2")
        }
        #expect(
            dataset.description.hasPrefix(
                "the dataset name 'hoppers-medium-v2' does not begin with the name of an environment; "
                    + "did you mean 'hopper'? known: 'hopper'"))
    }

    @Test(arguments: [
        ("hopper-medium-replay-r1", TaskSuite.locomotion), ("halfcheetah", .locomotion), ("antmaze-umaze-v2", .antmaze),
        ("kitchen-mixed-v0", .kitchen),
    ])
    func suite(dataset: String, suite: TaskSuite) throws {
        #expect(EnvironmentRegistry.suite(ofDataset: dataset) == suite)
        #expect(try EnvironmentRegistry.taskClass(ofDataset: dataset).suite == suite)
        #expect(EnvironmentRegistry.suites.contains(suite))
    }

    /// A dataset outside every suite gets no suite's settings and joins no suite's sum.
    @Test(arguments: ["pen-human-v1", "ant-medium-v2", "mine", ""])
    func noSuite(dataset: String) throws {
        #expect(EnvironmentRegistry.suite(ofDataset: dataset) == nil)
        let error = #expect(throws: EnvironmentError.self) { try EnvironmentRegistry.taskClass(ofDataset: dataset) }
        #expect(error?.exitStatus == .badInput && error?.description.contains("known: 'hopper'") == true)
    }

    /// The sums and the settings are chosen by a name's first word.
    @Test func noTwoSuitesShareAFirstWord() {
        let words = EnvironmentRegistry.families.flatMap { family in
            Set(family.environments.map { DatasetName.family(of: $0.name) }).map { ($0, family.suite) }
        }
        for (word, suite) in words { #expect(words.allSatisfy { $0 != word || $1 == suite }, "\(word)") }
        #expect(Set(EnvironmentRegistry.names).count == EnvironmentRegistry.names.count)
    }

    /// The paper's datasets under D4RL's names: the maze selects the
    /// environment, the way the data were collected does not.
    @Test(arguments: [
        ("halfcheetah-medium-expert-v2", "halfcheetah"), ("walker2d-medium-v2", "walker2d"),
        ("antmaze-umaze-v2", "antmaze-umaze"), ("antmaze-umaze-diverse-v2", "antmaze-umaze"),
        ("antmaze-medium-play-v2", "antmaze-medium"), ("antmaze-large-diverse-v2", "antmaze-large"),
        ("kitchen-complete-v0", "kitchen-complete"), ("kitchen-partial-v0", "kitchen-partial"),
        ("kitchen-mixed-v0", "kitchen-mixed"),
    ])
    func environmentOfADataset(dataset: String, name: String) throws {
        #expect(try EnvironmentRegistry.environmentName(forDataset: dataset) == name)
    }

    /// D4RL's sizes, time limits and reference scores, copied from d4rl/infos.py.
    @Test(arguments: [
        ("hopper", [11, 3, 1000, 6, 6], [-20.272305, 3234.3]),
        ("halfcheetah", [17, 6, 1000, 9, 9], [-280.178953, 12135.0]),
        ("walker2d", [17, 6, 1000, 9, 9], [1.629008, 4592.3]), ("antmaze-umaze", [29, 8, 700, 15, 14], [0, 1]),
        ("antmaze-medium", [29, 8, 1000, 15, 14], [0, 1]), ("antmaze-large", [29, 8, 1000, 15, 14], [0, 1]),
        ("kitchen-complete", [60, 9, 280, 30, 29], [0, 4]), ("kitchen-partial", [60, 9, 280, 30, 29], [0, 4]),
        ("kitchen-mixed", [60, 9, 280, 30, 29], [0, 4]),
    ])
    func specifications(name: String, sizes: [Int], scores: [Double]) throws {
        let found = try EnvironmentRegistry.specification(name)
        #expect(
            [found.observationSize, found.actionSize, found.maximumSteps, found.positionCount, found.velocityCount]
                == sizes)
        #expect([found.referenceMinimum, found.referenceMaximum] == scores)
        #expect(found.stepTime > 0)
    }

    @Test func allCanBeMade() throws {
        for name in EnvironmentRegistry.names {
            let specification = try EnvironmentRegistry.make(name).specification
            #expect(try specification == EnvironmentRegistry.specification(name))
        }
        try EnvironmentRegistry.requireAssets(of: EnvironmentRegistry.names)
    }
}
