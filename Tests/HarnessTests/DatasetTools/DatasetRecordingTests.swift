import Datasets
import DatasetTools
import Environments
import ExampleInputs
import Failures
import HDF5
import Networks
import Policies
import ScratchFiles
import Testing

@Suite struct DatasetRecordingTests {
    let folder = TemporaryFolder()

    private func policies(_ names: String...) throws -> [String] {
        try names.map { name in
            let path = folder("\(name).safetensors")
            try PolicyFile.write(.example(name), to: path, metadata: ["algorithm": "SAC", "environment": "hopper"])
            return path
        }
    }

    @discardableResult
    private func record(
        _ policies: [String], transitions: Int = 500, seed: Int = 0, to name: String = "a.hdf5"
    ) throws -> DatasetAssembly.Summary {
        let recorded = try DatasetRecording(
            .init(
                environment: "hopper", policies: policies, transitions: transitions, seed: seed, output: folder(name))
        ).run()
        return try #require(recorded).summary
    }

    @Test func theSameSeedGivesTheSameBytes() throws {
        let policy = try policies("one")
        for name in ["a.hdf5", "b.hdf5"] { try record(policy, to: name) }
        try record(policy, seed: 1, to: "c.hdf5")
        #expect(!bytes(of: folder("a.hdf5")).isEmpty)
        #expect(bytes(of: folder("a.hdf5")) == bytes(of: folder("b.hdf5")))
        let (a, c) = (try D4RLFile(path: folder("a.hdf5")), try D4RLFile(path: folder("c.hdf5")))
        #expect(a.observations != c.observations)
    }

    @Test func readsBackAsADataset() throws {
        let summary = try record(policies("one"), transitions: 777)
        let file = try D4RLFile(path: folder("a.hdf5"), includingNextObservations: true)
        #expect(file.count == 777 && summary.transitions == 777, "exactly as many as asked for")
        #expect(file.stateSize == 11 && file.actionSize == 3)
        #expect(file.terminals.contains(1), "a random policy falls")
        #expect(file.timeouts?.contains(1) == false, "a random policy never lasts a thousand steps")
        #expect(file.terminals.map { Int($0) }.reduce(0, +) == summary.trajectories - 1, "the last episode is cut")
        // Within an episode a step leads to the next row's observation.
        let next = try #require(file.nextObservations)
        for row in 0..<776 where file.terminals[row] == 0 {
            #expect(next[11 * row..<11 * (row + 1)] == file.observations[11 * (row + 1)..<11 * (row + 2)], "row \(row)")
        }
        #expect(file.metadata["algorithm"] == .text("SAC"))
        #expect(file.metadata["seed"] == .integer(0))
        let weights = PolicySnapshot.example("one").tensor("fc0.weight")
        #expect(
            file.metadata["policy/fc0/weight"]
                == .array(.init(shape: [16, 11], elements: try #require(weights).values)))
        guard case .text(let recipe)? = file.metadata["recipe"] else {
            Issue.record("no recipe")
            return
        }
        #expect(recipe.contains("one SAC policy") && !recipe.contains("replay buffer"))
        #expect(try Transitions(file, maximumSteps: 1000).count > 700)
    }

    /// A part cut in mid-episode would join two episodes: its last row's
    /// next state would be another part's first state.
    @Test func partsEndWithTheirEpisodes() throws {
        try record(policies("one", "two", "three"), transitions: 900, to: "hopper_mine-r1.hdf5")
        let file = try D4RLFile(path: folder("hopper_mine-r1.hdf5"))
        #expect(file.count == 900)
        guard case .array(let starts)? = file.metadata["part_starts"], case .text(let recipe)? = file.metadata["recipe"]
        else {
            Issue.record("\(file.metadata.keys)")
            return
        }
        #expect(starts.elements.count == 3 && starts.elements[0] == 0)
        for start in starts.elements.dropFirst() { #expect(file.terminals[Int(start) - 1] == 1) }
        #expect(starts.elements[1] >= 300 && starts.elements[1] < 500, "an equal share, rounded up to whole episodes")
        #expect(starts.elements[2] >= 600 && starts.elements[2] < 800)
        #expect(
            recipe
                == "active-bench r1: stochastic rollouts of 3 SAC policies in the order given; stands in for a replay buffer"
        )
        #expect(file.metadata["policies"] == .text("one.safetensors, two.safetensors, three.safetensors"))
    }

    /// The first part's first episode is longer than the whole file may be.
    @Test func neverMoreThanAskedFor() throws {
        let summary = try record(policies("one", "two", "three"), transitions: 6)
        #expect(summary.transitions == 6)
        #expect(try D4RLFile(path: folder("a.hdf5")).count == 6)
    }

    @Test func aPolicyOfAnotherEnvironmentIsRefused() throws {
        let path = folder("wide.safetensors")
        try PolicyFile.write(.example("wide", observations: 17, actions: 6), to: path)
        let error = #expect(throws: HarnessError.self) { try record([path]) }
        #expect(
            error
                == .badInput(
                    "\(path): the policy takes 17 observations and gives 6 actions, but hopper has 11 and 3"))
        #expect(!folder.contents.contains("a.hdf5"))
    }

    @Test func aDatasetLargerThanTheDiskIsRefusedAtOnce() throws {
        let error = try #require(throws: HarnessError.self) { try record(policies("one"), transitions: 1 << 50) }
        #expect(error.exitStatus == .io && "\(error)".hasPrefix("\(folder("a.hdf5")): expected "), "\(error)")
        #expect(!folder.contents.contains("a.hdf5"))
    }

    @Test func unknownEnvironmentAndAbsentPolicy() throws {
        let request = DatasetRecording.Request(
            environment: "hoper", policies: [], transitions: 10, seed: 0, output: folder("a.hdf5"))
        #expect(throws: EnvironmentError.self) { try DatasetRecording(request).run() }
        let error = #expect(throws: HarnessError.self) { try record([folder("absent")]) }
        #expect(error == .badInput("\(folder("absent")): no such policy file"))
    }
}
