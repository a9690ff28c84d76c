import DatasetTools
import Datasets
import Environments
import ExampleInputs
import Failures
import Foundation
import HDF5
import Policies
import ScratchFiles
import Testing

/// Making datasets by recipes, of an environment whose steps take no time.
@Suite struct RecipeRunTests {
    private let folder = TemporaryFolder()

    private typealias Recording = DatasetRecipe.Recording

    /// A rollout, a replay of three snapshots or more, and both together.
    private func recordings(rows: Int = 60, contents: [String: String] = [:]) -> [Recording] {
        [
            recording("once", .rollouts([.init("pointmass/one.safetensors")]), rows, 0, contents),
            recording("replay", .rollouts([.init("pointmass/more/step-*.safetensors", atLeast: 3)]), rows, 3, contents),
            recording("both", .datasets(["pointmass-once-r7", "pointmass-replay-r7"]), 2 * rows, 0, contents),
        ]
    }

    private func recording(
        _ name: String, _ source: DatasetRecipe.Source, _ rows: Int, _ seed: Int, _ contents: [String: String]
    ) -> Recording {
        let dataset = "pointmass-\(name)-r7"
        return Recording(
            dataset: dataset, environment: "pointmass", source: source, transitions: rows, seed: seed,
            contents: contents[dataset])
    }

    private func extended<Result>(_ recordings: [Recording], _ body: () throws -> Result) rethrows -> Result {
        let recipe = DatasetRecipe(number: 7, algorithm: "thumb", profile: .d4rl, recordings: recordings)
        return try EnvironmentRegistry.$families.withValue(
            [PointMass.family(recipes: [recipe])], operation: body)
    }

    private func writePolicies(_ names: [String]) throws {
        for name in names {
            let path = folder("behaviour/pointmass/\(name).safetensors")
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try PolicyFile.write(
                .example(name, observations: 2, actions: 1), to: path,
                metadata: ["algorithm": "thumb", "environment": "pointmass"])
        }
    }

    private static let all = ["one", "more/step-9", "more/step-10", "more/step-0100"]

    @discardableResult
    private func run(_ names: [String] = [], _ recordings: [Recording]) throws -> [RecipeRun.Event] {
        var events: [RecipeRun.Event] = []
        try extended(recordings) {
            try RecipeRun(names, behaviour: folder("behaviour"), folder: folder("data")).run { events.append($0) }
        }
        return events
    }

    private func file(_ name: String) -> String { folder("data/pointmass_\(name)-r7.hdf5") }

    @Test func eachDatasetIsMadeOnceAndCompared() throws {
        try writePolicies(Self.all)
        let first = try run(["pointmass-both-r7"], recordings())
        let contents = try ["once", "replay", "both"].map { try D4RLFile(path: file($0)).contentsSHA256 }
        guard first.count == 6, case .recorded(file("once"), let once) = first[0],
            case .recorded(file("replay"), let replay) = first[2]
        else {
            Issue.record("\(first)")
            return
        }
        #expect(once.transitions == 60 && replay.transitions == 60)
        // Episodes take 25 steps: of 60 rows 50 belong to finished ones.
        #expect(first[4] == .joined(file: file("both"), rows: 110))
        for (index, name) in ["once", "replay", "both"].enumerated() {
            #expect(first[2 * index + 1] == .isUnknown(file: file(name), contentsSHA256: contents[index]))
        }
        let names = ["once", "replay", "both"].map { "pointmass-\($0)-r7" }
        let isThere = zip(names, ["once", "replay", "both"]).map {
            RecipeRun.Event.isThere(dataset: $0, file: file($1))
        }
        let known = Dictionary(uniqueKeysWithValues: zip(names, contents))
        #expect(try run([], recordings(contents: known)) == isThere)
        let other = recordings(contents: [names[1]: String(repeating: "0", count: 64)])
        let differing = try run([names[1]], other)
        guard differing.count == 2, differing[0] == isThere[1], case .differs(let note) = differing[1] else {
            Issue.record("\(differing)")
            return
        }
        #expect(note.hasPrefix("\(file("replay")) is not the \(names[1]) of this repository's results: "))
    }

    /// The metadata say which policies, in the order of their steps, and by which recipe.
    @Test func theMetadataNameTheRecipe() throws {
        try writePolicies(Self.all)
        try run([], recordings())
        let (replay, both) = (try D4RLFile(path: file("replay")).metadata, try D4RLFile(path: file("both")).metadata)
        #expect(
            replay["policies"] == .text("step-9.safetensors, step-10.safetensors, step-0100.safetensors")
                && replay["seed"] == .integer(3))
        #expect(
            replay["recipe"]
                == .text(
                    "active-bench r7: stochastic rollouts of 3 thumb policies in the order given; stands in for a replay buffer"
                ))
        #expect(
            both["recipe"]
                == .text(
                    "active-bench r7: the rows of pointmass-once-r7 to its last finished trajectory, then of pointmass-replay-r7"
                ))
        #expect(both["part_starts"] == .array(.init(shape: [2], elements: [0, 50])))
    }

    /// Whatever is missing is said before anything is made, a line for each dataset.
    @Test func whatIsMissingIsSaidFirst() throws {
        try writePolicies(["one", "more/step-9"])
        let error = try #require(throws: HarnessError.self) { try run(["pointmass-both-r7"], recordings()) }
        let place = folder("behaviour/pointmass")
        #expect(
            "\(error)"
                == "pointmass-replay-r7 cannot be made: expected 3 policies or more \(place)/more/step-*.safetensors, found 1: "
                + "not trained yet, or missing in this copy of the repository")
        #expect(error.exitStatus == .badInput && !folder.contents.contains("data"))
        // Without names, what can be made is made.
        let events = try run([], recordings())
        #expect(events.first == .remark("\(error)") && events.count == 3, "\(events)")
        guard case .recorded(file("once"), _) = events[1] else { Issue.record("\(events)"); return }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("data")).count == 1)
        try FileManager.default.removeItem(atPath: place)
        let left = try #require(throws: HarnessError.self) {
            try run(["pointmass-both-r7", "pointmass-replay-r7"], recordings())
        }
        #expect("\(left)" == "\(error)".replacing("found 1", with: "found none"), "said once")
        let unknown = try #require(throws: HarnessError.self) { try run(["pointmass-none-r7"], recordings()) }
        #expect("\(unknown)".hasPrefix("there is no recipe for 'pointmass-none-r7'; known: "))
    }

    @Test func theDiskMustHaveSpaceForAll() throws {
        try writePolicies(Self.all)
        let error = try #require(throws: HarnessError.self) { try run([], recordings(rows: 1 << 50)) }
        #expect(error.exitStatus == .io && "\(error)".hasPrefix("\(folder("data")): expected "), "\(error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("data")).isEmpty)
    }
}
