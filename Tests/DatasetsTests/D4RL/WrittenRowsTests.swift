import CHDF5
import Datasets
import ScratchFiles
import Testing

/// Rows that were never written are reported; constant data are accepted.
@Suite struct WrittenRowsTests {
    let folder = TemporaryFolder()

    /// 60 rows, some of which a recorder has written.
    struct Recording: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// Rows whose observations and actions were written.
        var observations: Range<Int> = 0..<60
        var actions: Range<Int> = 0..<60
        /// Whether zeros, which are also the fill value, are written into these rows.
        var isZero = false
        var chunkRows: Int? = nil
        var isEarly = false
        var fill: Float = 0
        /// The rewards, one for each row, stored in one block.
        var rewards = [Float](repeating: 0, count: 60)
        /// The number of rows in a compressed chunk of rewards; nil for rewards without chunks, with storage allocated
        /// in advance.
        var rewardChunk: Int? = nil
        var isRewardEarly = false
        /// The row in which an episode ends; nil for a single episode.
        var end: Int? = nil
        /// A part of the error's sentence; nil where the file is good.
        var refusal: String? = nil
        /// A part of the note on a good file; nil where there is no note.
        var note: String? = nil
    }

    @Test(arguments: recordings)
    func isDistinguishedFromConstantData(recording: Recording) throws {
        try SampleFile(
            rewards: recording.rewards, rewardShape: [60],
            terminals: (0..<60).map { $0 == recording.end ? 1 : 0 }, timeouts: nil, without: "observations"
        ).write(to: folder("a.hdf5"))
        edit(folder("a.hdf5")) { file in
            H5Ldelete(file, "actions", 0)
            put(recording, "observations", 2, recording.observations, in: file)
            put(recording, "actions", 1, recording.actions, in: file)
            putRewards(recording, in: file)
        }
        do throws(DatasetError) {
            let file = try D4RLFile(path: folder("a.hdf5"))
            #expect(recording.refusal == nil && file.count == 60)
            #expect(file.notes.count == (recording.note == nil ? 0 : 1), "\(file.notes)")
            #expect(recording.note.map { file.notes.first?.contains($0) == true } ?? true, "\(file.notes)")
        } catch {
            #expect(recording.refusal.map { "\(error)".contains($0) } == true, "\(error)")
        }
    }

    /// Writes the rewards into their own storage; storage allocated in advance is written only where rewards are not 0.
    private func putRewards(_ recording: Recording, in file: hid_t) {
        H5Ldelete(file, "rewards", 0)
        let (space, creation) = (H5Screate_simple(1, [60], nil), H5Pcreate(ab_H5P_DATASET_CREATE()))
        if let chunk = recording.rewardChunk {
            H5Pset_chunk(creation, 1, [hsize_t(chunk)])
            H5Pset_deflate(creation, 4)
        }
        if recording.isRewardEarly { H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY) }
        let dataset = H5Dcreate2(file, "rewards", ab_H5T_IEEE_F32LE(), space, 0, creation, 0)
        if !recording.isRewardEarly || recording.rewards.contains(where: { $0 != 0 }) {
            H5Dwrite(dataset, ab_H5T_NATIVE_FLOAT(), 0, 0, 0, recording.rewards)
        }
        for id in [dataset, creation, space] { H5Idec_ref(id) }
    }

    private func put(_ recording: Recording, _ name: String, _ columns: hsize_t, _ rows: Range<Int>, in file: hid_t) {
        let space = H5Screate_simple(2, [60, columns], nil)
        let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
        if let chunk = recording.chunkRows { H5Pset_chunk(creation, 2, [hsize_t(chunk), columns]) }
        if recording.isEarly { H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY) }
        var fill = recording.fill
        H5Pset_fill_value(creation, ab_H5T_NATIVE_FLOAT(), &fill)
        let dataset = H5Dcreate2(file, name, ab_H5T_IEEE_F32LE(), space, 0, creation, 0)
        if !rows.isEmpty {
            let selection = H5Scopy(space)
            let extent = [hsize_t(rows.count), columns]
            H5Sselect_hyperslab(selection, H5S_SELECT_SET, [hsize_t(rows.lowerBound), 0], nil, extent, nil)
            let memory = H5Screate_simple(2, extent, nil)
            let elements = (0..<rows.count * Int(columns)).map { recording.isZero ? 0 : Float($0 % 7 + 1) / 10 }
            H5Dwrite(dataset, ab_H5T_NATIVE_FLOAT(), memory, selection, 0, elements)
            for id in [memory, selection] { H5Idec_ref(id) }
        }
        for id in [dataset, creation, space] { H5Idec_ref(id) }
    }

    static let recordings = [
        Recording(testDescription: "all written"),
        Recording(testDescription: "all written, in chunks", chunkRows: 16),
        Recording(
            testDescription: "the second half unwritten", observations: 0..<30, actions: 0..<30,
            refusal:
                "field 'observations': expected data in every row, found rows 30 to 59 that hold nothing but the "
                + "fill value 0.0, as rows do that were never written; if the recorder stopped early, keep the rows"),
        Recording(
            testDescription: "the first half unwritten", observations: 30..<60, actions: 30..<60,
            refusal: "found rows 0 to 29 that hold nothing but the fill value"),
        Recording(
            testDescription: "observations alone stop early", observations: 0..<45,
            refusal: "found rows 45 to 59 that hold nothing but the fill value"),
        Recording(
            testDescription: "storage in advance, half of it used", observations: 0..<30, actions: 0..<30,
            isEarly: true,
            refusal: "found rows 30 to 59 that hold nothing but the fill value"),
        Recording(
            testDescription: "chunks in advance, half of them used", observations: 0..<32, actions: 0..<32,
            chunkRows: 16,
            isEarly: true, refusal: "found rows 32 to 59 that hold nothing but the fill value"),
        Recording(
            testDescription: "storage in advance, never used", observations: 0..<0, isEarly: true,
            refusal:
                "field 'observations': expected data in every row, found storage that was allocated but never written"),
        Recording(
            testDescription: "storage in advance, actions never used", actions: 0..<0, isEarly: true,
            refusal: "field 'actions': expected data in every row, found storage that was allocated but never written"),
        Recording(
            testDescription: "absent chunks", observations: 0..<32, chunkRows: 16,
            refusal:
                "field 'observations': expected data in every row, found rows 32 to 59 never written (2 of 4 chunks are "
                + "there)"),
        Recording(
            testDescription: "the last chunk in part", observations: 0..<40, actions: 0..<40, chunkRows: 32,
            refusal: "found rows 40 to 59 that hold nothing but the fill value"),
        Recording(
            testDescription: "another fill value", observations: 0..<30, actions: 0..<30, fill: -0.5,
            refusal: "hold nothing but the fill value -0.5, as rows do"),
        Recording(testDescription: "zeros that were written, in chunks", isZero: true, chunkRows: 16),
        Recording(
            testDescription: "rewards alone stop early, within an episode",
            rewards: [Float](repeating: 1, count: 30) + [Float](repeating: 0, count: 30), end: 40,
            refusal:
                "field 'rewards': expected data in every row, found rows 30 to 59 that hold nothing but the fill value 0.0"
        ),
        Recording(
            testDescription: "a goal, and unwritten rewards after it",
            rewards: [Float](repeating: -1, count: 45) + [Float](repeating: 0, count: 15), end: 20,
            note:
                "field 'rewards' has rows 45 to 59 that hold nothing but the fill value 0.0 and no earlier row that does"
        ),
        Recording(
            testDescription: "a goal, in one chunk that was written",
            rewards: [Float](repeating: -1, count: 30) + [Float](repeating: 0, count: 30), rewardChunk: 60, end: 40),
        Recording(
            testDescription: "a goal, in chunks that were written",
            rewards: [Float](repeating: -1, count: 30) + [Float](repeating: 0, count: 30), rewardChunk: 7),
        Recording(
            testDescription: "rewards in advance, a few of them written",
            rewards: [Float](repeating: 1, count: 5) + [Float](repeating: 0, count: 55), isRewardEarly: true,
            refusal:
                "field 'rewards': expected data in every row, found rows 5 to 59 that hold nothing but the fill value"
        ),
        Recording(
            testDescription: "rewards in advance, none of them written", isRewardEarly: true,
            refusal: "field 'rewards': expected data in every row, found storage that was allocated but never written"),
        Recording(testDescription: "rewards that are all 0, as written"),
        Recording(
            testDescription: "sparse rewards that end with zeros",
            rewards: (0..<60).map { $0 < 45 && $0 % 9 != 8 ? 1 : 0 }),
        Recording(
            testDescription: "unwritten rows with the fill value NaN", observations: 0..<30, fill: .nan,
            refusal: "field 'observations': expected data in every row, found row 30 with NaN, the fill value"),
        Recording(testDescription: "a few unwritten rows at the end", observations: 0..<52, actions: 0..<52),
        Recording(
            testDescription: "actions alone stop early, within an episode", actions: 0..<30, end: 45,
            refusal:
                "field 'actions': expected data in every row, found rows 30 to 59 that hold nothing but the fill value 0.0"
        ),
        Recording(
            testDescription: "unwritten rows in the last episode", actions: 0..<40, end: 35,
            note: "field 'actions' has rows 40 to 59 that hold nothing but the fill value 0.0"),
    ]

    /// Flags that were not written are false, and a note says so.
    @Test func flagsInPart() throws {
        for written in [[], [4], [1, 6]] as [[Int]] {
            try SampleFile().write(to: folder("a.hdf5"))
            edit(folder("a.hdf5")) { file in
                H5Ldelete(file, "terminals", 0)
                let space = H5Screate_simple(1, [7], nil)
                let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
                H5Pset_chunk(creation, 1, [2])
                let dataset = H5Dcreate2(file, "terminals", ab_H5T_STD_U8LE(), space, 0, creation, 0)
                for row in written {
                    let selection = H5Scopy(space)
                    H5Sselect_hyperslab(selection, H5S_SELECT_SET, [hsize_t(row)], nil, [1], nil)
                    let one = H5Screate_simple(1, [1], nil)
                    H5Dwrite(dataset, ab_H5T_NATIVE_UINT8(), one, selection, 0, [1] as [UInt8])
                    for id in [one, selection] { H5Idec_ref(id) }
                }
                for id in [dataset, creation, space] { H5Idec_ref(id) }
            }
            let file = try D4RLFile(path: folder("a.hdf5"))
            #expect(file.terminals == (0..<7).map { written.contains($0) ? 1 : 0 })
            #expect(file.notes.count == 1 && file.notes[0].hasPrefix("field 'terminals': "), "\(file.notes)")
            #expect(file.notes[0].hasSuffix("missing values count as false, the fill value"), "\(file.notes)")
        }
    }

    /// Flags none of which was written have the fill value, which may be true.
    @Test(arguments: [(1, true), (255, true), (0, false)] as [(UInt8, Bool)])
    func flagsByDefault(fill: UInt8, isTrue: Bool) throws {
        try SampleFile().write(to: folder("a.hdf5"))
        edit(folder("a.hdf5")) { file in
            H5Ldelete(file, "timeouts", 0)
            let (space, creation) = (H5Screate_simple(1, [7], nil), H5Pcreate(ab_H5P_DATASET_CREATE()))
            H5Pset_chunk(creation, 1, [2])
            var value = fill
            H5Pset_fill_value(creation, ab_H5T_NATIVE_UINT8(), &value)
            for id in [H5Dcreate2(file, "timeouts", ab_H5T_STD_U8LE(), space, 0, creation, 0), creation, space] {
                H5Idec_ref(id)
            }
        }
        let file = try D4RLFile(path: folder("a.hdf5"))
        #expect(file.timeouts == [UInt8](repeating: isTrue ? 1 : 0, count: 7))
        let remark = "missing values count as \(isTrue), the fill value"
        #expect(file.notes.first?.hasSuffix(remark) == true, "\(file.notes)")
    }
}
