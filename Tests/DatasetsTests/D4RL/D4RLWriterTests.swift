import Datasets
import Glibc
import HDF5
import ScratchFiles
import Testing

@Suite struct D4RLWriterTests {
    let folder = TemporaryFolder()

    private func recording() -> D4RLRecording {
        var r = D4RLRecording(stateSize: 2, actionSize: 1, positionSize: 3, velocitySize: 2)
        r.observations = [1, 2, 3, 4, 5, 6]
        r.actions = [0.5, -1, 1]
        r.rewards = [1, 2, 3]
        r.nextObservations = [3, 4, 5, 6, 7, 8]
        r.terminals = [false, false, true]
        r.timeouts = [false, true, false]
        r.positions = [Float](repeating: 0.25, count: 9)
        r.velocities = [Float](repeating: 0.75, count: 6)
        r.actionLogProbabilities = [-1, -2, -3]
        r.metadata = [
            "algorithm": .text("SAC"), "iteration": .integer(54), "score": .number(44.3),
            "policy/fc0/weight": .array(HDF5Array(shape: [2, 1], elements: [0.5, 1.5])),
        ]
        return r
    }

    @Test func aRecordingComesBack() throws {
        let path = folder("a.hdf5")
        let r = recording()
        try D4RLWriter.write(r, to: path)
        let file = try D4RLFile(path: path, includingNextObservations: true)
        #expect(file.observations == r.observations && file.nextObservations == r.nextObservations)
        #expect(file.actions == r.actions && file.rewards == r.rewards)
        #expect(file.terminals == [0, 0, 1] && file.timeouts == [0, 1, 0])
        #expect(file.metadata == r.metadata)
        let layout = try HDF5File(readingFrom: path)
        #expect(
            try layout.names() == [
                "actions", "infos", "metadata", "next_observations", "observations", "rewards", "terminals", "timeouts",
            ])
        #expect(try layout.names(in: "infos") == ["action_log_probs", "qpos", "qvel"])
        #expect(try layout.describe("infos/qpos") == HDF5Description(element: .floating(bits: 32), shape: [3, 3]))
        #expect(try layout.describe("terminals") == HDF5Description(element: .boolean, shape: [3]))
    }

    @Test func theSameRecordingGivesTheSameBytes() throws {
        try D4RLWriter.write(recording(), to: folder("a.hdf5"))
        waitForTheNextSecond()  // HDF5's time stamps count seconds.
        try D4RLWriter.write(recording(), to: folder("b.hdf5"))
        #expect(try sha256(ofFile: folder("a.hdf5")) == sha256(ofFile: folder("b.hdf5")))
        #expect(folder.contents == ["a.hdf5", "b.hdf5"])
    }

    @Test func dataThatTheReaderWouldRefuseAreNotWritten() {
        func refusal(_ change: (inout D4RLRecording) -> Void) -> String {
            var r = recording()
            change(&r)
            let error = #expect(throws: DatasetError.self) { try D4RLWriter.write(r, to: folder("a.hdf5")) }
            return error.map { "\($0)".replacing(folder.path + "/", with: "") } ?? ""
        }
        #expect(
            refusal { $0.actions.removeLast() } == "a.hdf5: field 'actions': expected 3 rows of 1, found 2 numbers")
        #expect(
            refusal { $0.timeouts.removeLast() } == "a.hdf5: field 'timeouts': expected 3 rows as in 'rewards', found 2"
        )
        #expect(
            refusal { $0.observations[4] = .nan }.contains(
                "'observations': expected finite numbers, found nan in row 2"))
        #expect(
            refusal { $0.actions[1] = 2 }.contains("'actions': expected values between -1 and 1, found 2.0 in row 1"))
        #expect(folder.contents == [])
    }

    @Test func anAbsentFolderIsAnError() {
        let error = #expect(throws: DatasetError.self) {
            try D4RLWriter.write(recording(), to: folder("no/a.hdf5"))
        }
        #expect(error?.description.contains("no/a.hdf5: expected a file that can be written, found") == true)
    }
}
