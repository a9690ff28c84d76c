import Datasets
import Foundation
import HDF5
import DatasetTraces
import Numerics
import ScratchFiles
import Testing

/// Minari's files are read: those of our own writer, with one thing changed in each test, and those of the minari package.
@Suite struct MinariFileTests {
    private let folder = TemporaryFolder()

    private func read(_ sample: MinariSample, at path: String = "") throws -> MinariFile {
        try sample.write(to: folder("set"))
        return try MinariFile(MinariFolder(at: folder("set") + path))
    }

    private func rows(_ view: MatrixView) -> [[Real]] {
        (0..<view.rows).map { i in (0..<view.columns).map { view.row(i)[$0] } }
    }

    /// No step is lost at a time-out, and the unfinished episode at the end counts, too.
    @Test(arguments: ["", "/data", "/data/main_data.hdf5"]) func everyStepIsATransition(path: String) throws {
        let file = try read(MinariSample(), at: path)
        #expect(file.lengths == [2, 3, 1] && file.count == 6 && file.stateSize == 3 && file.actionSize == 2)
        #expect(file.terminations == [0, 1, 0, 0, 0, 0] && file.truncations == [0, 0, 0, 0, 1, 0])
        let table = try file.transitions()
        #expect(
            rows(table.observations).map { [$0[0], $0[1]] } == [[0, 0], [0, 1], [1, 0], [1, 1], [1, 2], [2, 0]])
        #expect(
            rows(table.nextObservations).map { [$0[0], $0[1]] } == [
                [0, 1], [0, 2], [1, 1], [1, 2], [1, 3], [2, 1],
            ])
        #expect(rows(table.rewards) == [[0, 1, 10, 11, 12, 20]] && rows(table.terminals) == [[0, 1, 0, 0, 0, 0]])
        #expect(file.metadata.environment == "Hopper-v5" && file.metadata.maximumSteps == 3)
    }

    /// Episode 10 comes after 9, not after 1 as in alphabetical order.
    @Test func elevenEpisodesInTheOrderOfTheirNumbers() throws {
        let file = try read(MinariSample(lengths: Array(1...11), unfinished: 10))
        #expect(file.lengths == Array(1...11))
        let table = try file.transitions()
        let numbers = (0..<11).flatMap { k in [Real](repeating: Real(k), count: k + 1) }
        #expect(rows(table.observations).map { $0[0] } == numbers)
    }

    @Test func optionalPartsMayBeMissing() throws {
        for metadata: [String: Any] in [
            ["env_spec": NSNull()], ["total_episodes": NSNull(), "total_steps": NSNull()],
            ["observation_space": NSNull()],
            ["code_permalink": "none", "author": ["a", "b"], "ref_min_score": 0.5],
        ] {
            #expect(try read(MinariSample(metadata: metadata)).count == 6)
            try FileManager.default.removeItem(atPath: folder("set"))
        }
        let bare = try read(MinariSample(metadata: nil))
        #expect(bare.count == 6 && bare.metadata == MinariMetadata())
    }

    @Test(arguments: [
        (["observation", "achieved_goal", "desired_goal"], [27, 2, 2], ["achieved_goal", "observation"]),
        (["observation", "achieved_goal", "desired_goal"], [59, 17, 17], ["observation"]),
        (["observation"], [4], ["observation"]), (["b", "a", "desired_goal"], [3, 2, 2], ["a", "b"]),
    ])
    func dictionaries(names: [String], widths: [Int], used: [String]) throws {
        var sample = MinariSample(lengths: [2, 1], metadata: ["observation_space": NSNull()])
        for (k, length) in sample.lengths.enumerated() {
            sample.replaced["episode_\(k)/observations"] = { file, place in
                for (name, width) in zip(names, widths) {
                    let elements = (0..<(length + 1) * width).map { Double(1000 * width + $0 + 100 * k) }
                    try file.write(elements, shape: [length + 1, width], to: "\(place)/\(name)")
                }
            }
        }
        let file = try read(sample)
        #expect(file.observationNames == used)
        let sizes = used.compactMap { name in names.firstIndex(of: name).map { widths[$0] } }
        #expect(file.stateSize == sizes.reduce(0, +))
        // Row 1 of episode 1: the second row of each array, concatenated.
        let expected = sizes.flatMap { width in (0..<width).map { Float(1000 * width + width + $0 + 100) } }
        #expect(Array(file.observations[4 * file.stateSize..<5 * file.stateSize]) == expected)
    }

    @Test func groupsThatAreNotEpisodesAreNoted() throws {
        let sample = MinariSample(replaced: [
            "episode_0/rewards": {
                try $0.write([0, 1] as [Double], shape: [2], to: $1)
                for name in ["extra", "episode_of_mine", "zebra"] { try $0.write(.integer(1), to: name) }
            }
        ])
        let file = try read(sample)
        #expect(file.count == 6)
        #expect(file.notes == ["ignored objects that are not Minari episodes: 'episode_of_mine' and 2 more"])
        #expect(DatasetRemarks.of(file, try file.transitions(), maximumSteps: nil).first == file.notes.first)
    }

    /// The memory that loading takes is known from the sizes alone, before anything is loaded.
    @Test func memoryIsReportedBeforeLoading() throws {
        struct Stop: Error {}
        try MinariSample().write(to: folder("set"))
        var told: [Int] = []
        _ = try StoredDataset.read(path: folder("set")) { told.append($0) }
        #expect(told.count == 1 && (told.first ?? 0) > 6 * 4 * (2 * 3 + 2 + 2))
    }

    @Test func theLayoutsAreToldApart() throws {
        try SampleFile().write(to: folder("d4rl.hdf5"))
        let d4rl = #expect(throws: DatasetError.self) {
            try StoredDataset.read(path: folder("d4rl.hdf5"), layout: .minari)
        }
        #expect(d4rl?.found == "one in D4RL's layout, with an array 'observations'")
        _ = try read(MinariSample())
        let path = folder("set/data/main_data.hdf5")
        let minari = #expect(throws: DatasetError.self) { try StoredDataset.read(path: path, layout: .d4rl) }
        #expect(minari?.found.hasPrefix("a dataset of Minari's") == true)
        guard try StoredDataset.read(path: path) is MinariFile,
            try StoredDataset.read(path: folder("set")) is MinariFile,
            try StoredDataset.read(path: folder("d4rl.hdf5")) is D4RLFile
        else {
            Issue.record("a layout was not recognised")
            return
        }
    }

    /// Files written by the minari package, compared with what it reads (Tests/Peers/minari_traces.py, seed 0).
    @Test(arguments: ["hopper", "maze", "kitchen"]) func readsWhatMinariReads(name: String) throws {
        let folder = fixtures.appendingPathComponent("minari")
        let trace = try MinariTrace(folder.appendingPathComponent("\(name).h5").path)
        #expect(try trace.differences(in: folder.path) == [])
        let size = try MinariFile(MinariFolder.find(trace.id, in: folder.path)).stateSize
        #expect(size == ["hopper": 11, "maze": 29, "kitchen": 59][name])
    }
}
