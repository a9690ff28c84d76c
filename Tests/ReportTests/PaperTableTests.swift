import Datasets
import Environments
import Report
import Suites
import Testing

@Suite struct PaperTableTests {
    @Test func cells() {
        #expect(Set(PaperTable.datasets) == Set(D4RLCatalogue.names), "the digests of the paper's datasets are known")
        #expect(
            PaperTable.learners == [
                "CQL", "TD3+BC", "IQL", "SQL", "IQL (reproduced)", "SQL (reproduced)", "ACTIVE-I", "ACTIVE-S",
            ])
        let cell = PaperTable.score("IQL (reproduced)", on: "hopper-medium-replay-v2")
        #expect(cell?.mean == 86.0 && cell?.standardDeviation == 13.4)
        let withoutSpread = PaperTable.score("TD3+BC", on: "antmaze-large-diverse-v2")
        #expect(withoutSpread?.mean == 0 && withoutSpread?.standardDeviation == nil)
        #expect(PaperTable.score("TD3+BC", on: "kitchen-mixed-v0") == nil)
        #expect(PaperTable.score("ACTIVE-S", on: "hopper-medium-replay-r1") == nil)
        #expect(PaperTable.score("BC", on: "hopper-medium-v2") == nil)
    }

    /// The expected sums were computed independently from the paper's slides.
    @Test(arguments: [
        (TaskSuite.locomotion, ["698.4", "677.4", "692.4", "747.5", "688.7", "700.4", "747.5", "773.9"]),
        (TaskSuite.antmaze, ["303.6", "163.8", "378.0", "424.0", "391.8", "354.4", "419.2", "374.2"]),
        (TaskSuite.kitchen, ["144.6", nil, "160.3", "216.3", "173.7", "178.1", "189.9", "213.2"]),
    ])
    func suiteSums(suite: TaskSuite, sums: [String?]) {
        let datasets = PaperTable.datasets.filter { EnvironmentRegistry.suite(ofDataset: $0) == suite }
        #expect(PaperTable.learners.map { PaperTable.sum($0, over: datasets).map { decimal($0) } } == sums)
    }

    @Test func sumsOfAll() {
        let sums = PaperTable.learners.map { PaperTable.sum($0, over: PaperTable.datasets).map { decimal($0) } }
        #expect(sums == ["1146.6", nil, "1230.7", "1387.8", "1254.2", "1232.9", "1356.6", "1361.3"])
    }
}
