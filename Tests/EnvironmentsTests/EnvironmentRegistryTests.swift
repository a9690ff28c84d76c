import Environments
import Testing

@Suite struct EnvironmentRegistryTests {
    @Test func hopper() throws {
        #expect(EnvironmentRegistry.names.contains("hopper"))
        let specification = try EnvironmentRegistry.specification("hopper")
        #expect(specification.observationSize == 11 && specification.actionSize == 3)
        #expect(specification.positionCount == 6 && specification.velocityCount == 6)
        #expect(specification.maximumSteps == 1000)
        #expect(try EnvironmentRegistry.make("hopper", profile: .gymnasium).specification == specification)
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
}
