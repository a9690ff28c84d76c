import Datasets
import DatasetTools
import HDF5
import ScratchFiles
import Testing

@Suite struct DatasetJoinTests {
    private let folder = TemporaryFolder()

    /// A recording of one number a row, which counts from `first`; `ends` lists the last rows of its trajectories.
    private func write(
        _ name: String, first: Int, count: Int, ends: [Int], timeouts: [Int] = [], velocitySize: Int = 1
    ) throws {
        var recording = D4RLRecording(stateSize: 1, actionSize: 2, positionSize: 1, velocitySize: velocitySize)
        let numbers = (first..<first + count).map { Float($0) }
        recording.observations = numbers
        recording.actions = numbers.flatMap { [1 / (1 + $0), -1 / (1 + $0)] }
        recording.rewards = numbers.map { -$0 }
        recording.nextObservations = numbers.map { $0 + 1 }
        recording.positions = numbers.map { $0 / 2 }
        recording.velocities = numbers.flatMap { Array(repeating: $0 / 4, count: velocitySize) }
        recording.actionLogProbabilities = numbers.map { $0 / 8 }
        recording.goals = numbers.flatMap { [$0, -$0] }
        recording.terminals = (0..<count).map { ends.contains($0) }
        recording.timeouts = (0..<count).map { timeouts.contains($0) }
        try D4RLWriter.write(recording, to: folder(name))
    }

    private func join(_ names: String...) throws -> D4RLRecording {
        try DatasetJoin.join(names.map { folder($0) }, to: folder("joined.hdf5"), metadata: ["recipe": .text("joined")])
        return try D4RLRecording(readingFrom: folder("joined.hdf5"))
    }

    /// The first part ends with its last finished trajectory, at a terminal state or at the time limit; the last part is
    /// whole.
    @Test(arguments: [([3], [], 4), ([2], [5], 6), ([9], [], 10), ([], [], 0)])
    func rowsInOrder(ends: [Int], timeouts: [Int], kept: Int) throws {
        try write("a.hdf5", first: 0, count: 10, ends: ends, timeouts: timeouts)
        try write("b.hdf5", first: 100, count: 7, ends: [1])
        let joined = try join("a.hdf5", "b.hdf5")
        let numbers = (Array(0..<kept) + Array(100..<107)).map { Float($0) }
        #expect(joined.observations == numbers && joined.rewards == numbers.map { -$0 })
        #expect(joined.actions.count == 2 * numbers.count && joined.nextObservations == numbers.map { $0 + 1 })
        #expect(joined.positions == numbers.map { $0 / 2 } && joined.velocities == numbers.map { $0 / 4 })
        #expect(joined.actionLogProbabilities == numbers.map { $0 / 8 })
        #expect(joined.goals == numbers.flatMap { [$0, -$0] })
        #expect(joined.terminals.last == false && joined.timeouts.count == numbers.count)
        #expect(kept == 0 || joined.terminals[kept - 1] || joined.timeouts[kept - 1])
        let file = try D4RLFile(path: folder("joined.hdf5"))
        #expect(file.metadata["recipe"] == .text("joined"))
        #expect(file.metadata["part_starts"] == .array(.init(shape: [2], elements: [0, Float(kept)])))
    }

    @Test func filesThatDoNotFit() throws {
        try write("a.hdf5", first: 0, count: 4, ends: [3])
        try write("wide.hdf5", first: 0, count: 4, ends: [3], velocitySize: 2)
        let error = #expect(throws: DatasetError.self) { try join("a.hdf5", "wide.hdf5") }
        #expect(error?.field == "infos/qvel" && error?.file == folder("wide.hdf5"))
        #expect(throws: DatasetError.self) { try join("a.hdf5", "absent.hdf5") }
        #expect(!folder.contents.contains("joined.hdf5"))
    }
}
