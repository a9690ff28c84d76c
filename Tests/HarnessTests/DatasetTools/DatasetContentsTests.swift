import Datasets
import DatasetTools
import Environments
import Failures
import HDF5
import ScratchFiles
import Testing

/// `data info` and `data verify` report about a file exactly what a run finds in it.
@Suite struct DatasetContentsTests {
    let folder = TemporaryFolder()

    /// Writes a file of `rows` steps with an environment's widths; an episode ends at each flag.
    private func write(
        _ name: String, _ states: Int, _ actions: Int, rows: Int, terminals: [Int], timeouts: [Int]?
    ) throws -> String {
        func flags(_ ends: [Int]) -> [Bool] { (0..<rows).map { ends.contains($0) } }
        try HDF5Writer.write(to: folder(name)) { file in
            let numbers = (0..<rows * states).map { Float($0 % 1013) }
            try file.write(numbers, shape: [rows, states], to: "observations")
            try file.write([Float](repeating: 0.5, count: rows * actions), shape: [rows, actions], to: "actions")
            try file.write((0..<rows).map { Float($0) }, shape: [rows], to: "rewards")
            try file.write(flags(terminals), shape: [rows], to: "terminals")
            if let timeouts { try file.write(flags(timeouts), shape: [rows], to: "timeouts") }
        }
        return folder(name)
    }

    private func inspected(_ path: String) throws -> DatasetSummary {
        try DatasetInspection.inspect(path).summary()
    }

    /// Computed by hand from D4RL's rule: rows − 1, less one for every step that a time limit ended.
    @Test(arguments: [
        ("kitchen-complete", 60, 9, 500, 498), ("kitchen-mixed", 60, 9, 600, 597), ("hopper", 11, 3, 1500, 1498),
        ("halfcheetah", 17, 6, 2500, 2497), ("walker2d", 17, 6, 999, 998), ("antmaze-umaze", 29, 8, 1500, 1497),
        ("antmaze-large", 29, 8, 1500, 1498),
    ])
    func withoutTimeoutsTheEnvironmentsLimitCounts(
        environment: String, states: Int, actions: Int, rows: Int, transitions: Int
    ) throws {
        let known = try EnvironmentRegistry.specification(environment)
        for name in ["\(environment.replacing("-", with: "_"))_medium-r1.hdf5", "mine.hdf5"] {
            let path = try write(name, states, actions, rows: rows, terminals: [], timeouts: nil)
            let loaded = try DatasetContents(path: path, environment: known).transitions.count
            #expect(loaded == transitions)
            let summary = try inspected(path)
            // A maze without a name may have either size.
            let isMaze = states == 29 && name == "mine.hdf5"
            #expect(summary.transitions == (isMaze ? rows - 1 : loaded), "\(name)")
            #expect(summary.remarks.contains { $0.contains("no field 'timeouts'") } == isMaze, "\(summary.remarks)")
        }
    }

    /// Where the file says which steps timed out, the environment's limit is not used.
    @Test(arguments: [
        ("kitchen-complete", 60, 9), ("hopper", 11, 3), ("walker2d", 17, 6), ("antmaze-medium", 29, 8),
    ])
    func timeoutsOfTheFileCount(environment: String, states: Int, actions: Int) throws {
        let known = try EnvironmentRegistry.specification(environment)
        let path = try write("any.hdf5", states, actions, rows: 400, terminals: [9], timeouts: [99, 399])
        #expect(try DatasetContents(path: path, environment: known).transitions.count == 398)
        #expect(try inspected(path).transitions == 398)
        #expect(try inspected(path).remarks.isEmpty)
    }

    @Test func widthsThatNoEnvironmentHas() throws {
        let path = try write("any.hdf5", 5, 2, rows: 300, terminals: [9], timeouts: nil)
        #expect(try inspected(path).transitions == 299)
        #expect(try inspected(path).remarks.count == 1)
        #expect(EnvironmentRegistry.maximumSteps(states: 29, actions: 8) == nil, "umaze and large differ")
        #expect(EnvironmentRegistry.maximumSteps(states: 17, actions: 6) == 1000)
    }

    /// Fields that training does not use are read once, for the remark, and refuse nothing.
    @Test func aSecondReadingLeavesOutWhatTrainingDoesNotUse() throws {
        let path = try write("any.hdf5", 11, 3, rows: 300, terminals: [9], timeouts: [99])
        #expect(try DatasetContents(path: path, environment: nil, isKnown: true).file.nextObservations == nil)
        #expect(try inspected(path).remarks.isEmpty)
    }
}

/// Rules for when two records describe the same data.
@Suite struct DatasetFileTests {
    private func file(_ sha256: String, _ contents: String?, others: [String]? = nil) -> DatasetFile {
        var file = DatasetFile(dataset: "d", path: sha256, sha256: sha256, contentsSHA256: contents, transitions: 9)
        file.otherSHA256 = others
        return file
    }

    @Test(
        arguments: [
            ("a", "1", "a", "1", true), ("a", "1", "b", "1", true), ("a", "1", "b", "2", false),
            ("a", "1", "a", nil, true), ("a", "1", "b", nil, false), ("a", nil, "a", nil, true),
            ("a", nil, "b", "1", false),
        ] as [(String, String?, String, String?, Bool)])
    func contentsDecideWhereTheyAreKnown(a: String, b: String?, c: String, d: String?, isSame: Bool) {
        #expect(file(a, b).hasContents(of: file(c, d)) == isSame)
        #expect(file(c, d).hasContents(of: file(a, b)) == isSame)
    }

    @Test func filesOfTheSameContentsAreRemembered() throws {
        let agreed = try DatasetFile.agreed(
            [file("b", "1"), file("c", "1"), file("b", "1")], ["d": file("a", "1", others: ["z"]), "e": file("q", "1")])
        #expect(agreed == ["d": file("b", "1", others: ["a", "c", "z"])])
        #expect(try DatasetFile.agreed([file("b", "1")], ["d": file("b", nil)]) == ["d": file("b", "1")])
        #expect(try DatasetFile.agreed([file("b", "1")], ["d": file("a", nil)]) == ["d": file("b", "1")])
        let error = #expect(throws: HarnessError.self) {
            try DatasetFile.agreed([file("b", "1"), file("c", "2")], [:])
        }
        #expect(
            error
                == .badInput("nodes have different data of d: b with contents 1… (SHA-256) and c with 2…"))
    }
}
