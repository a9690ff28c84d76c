import Datasets
import Suites
import Testing

@Suite struct DatasetNameTests {
    @Test(arguments: [
        ("locomotion", 0), ("hopper", 1), ("hopper-medium", 2), ("hopper-medium-replay", 3),
        ("hopper-medium-replay-v2", Int.max),
    ])
    func selectorsFromTheSuiteToTheName(text: String, specificity: Int) {
        #expect(DatasetSelector(text).specificity(to: "hopper-medium-replay-v2") == specificity)
    }

    @Test(arguments: ["", "hop", "hopper-", "hopper-med", "antmaze", "hopper-medium-replay-v", "Hopper", "medium"])
    func wordsThatDoNotSelectIt(text: String) {
        #expect(DatasetSelector(text).specificity(to: "hopper-medium-replay-v2") == nil)
    }

    @Test func aSuiteThatIsAlsoAWord() {
        #expect(DatasetSelector("antmaze").specificity(to: "antmaze-umaze-v2") == 0)
        #expect(DatasetSelector("antmaze-umaze").specificity(to: "antmaze-umaze-diverse-v2") == 2)
        #expect(DatasetSelector("locomotion").specificity(to: "kitchen-mixed-v0") == nil)
    }

    @Test(arguments: ["hopper-medium-replay-v2", "antmaze-umaze-v2", "kitchen-mixed-v0", "hopper-medium-r1"])
    func allSelectorsOfADataset(dataset: String) {
        let found = DatasetSelector.all(for: dataset).map { $0.specificity(to: dataset) ?? -1 }
        #expect(found.first == 0 && found.last == .max)
        #expect(zip(found, found.dropFirst()).allSatisfy { $0 < $1 }, "from the least close to the closest")
    }

    @Test func versionsWithVAreD4RLs() {
        for dataset in D4RLCatalogue.entries.keys { #expect(D4RLTasks.allows(dataset), "\(dataset)") }
        for dataset in ["hopper-expert-v0", "walker2d-full-replay-v1", "hopper-anything-r1"] {
            #expect(D4RLTasks.allows(dataset), "\(dataset)")
        }
        for dataset in ["hopper-medum-v2", "antmaze-large-v2", "hopper-v2", "kitchen-medium-v0"] {
            #expect(!D4RLTasks.allows(dataset), "\(dataset)")
        }
    }
}
