import CHDF5
import Datasets
import Foundation
import HDF5
import ScratchFiles
import Testing

/// The memory that loading takes is known before it begins, because `data verify` may not exceed its limit.
@Suite struct LoadingMemoryTests {
    private let folder = TemporaryFolder()

    /// Writes float32 zeros into compressed chunks of `chunk` rows, most of which may lie beyond the array's end.
    private func put(_ name: String, rows: hsize_t, chunk: hsize_t, at path: String) {
        edit(path) { file in
            H5Ldelete(file, name, 0)
            let (space, creation) = (H5Screate_simple(1, [rows], [hsize_t.max]), H5Pcreate(ab_H5P_DATASET_CREATE()))
            H5Pset_chunk(creation, 1, [chunk])
            H5Pset_deflate(creation, 1)
            let dataset = H5Dcreate2(file, name, ab_H5T_IEEE_F32LE(), space, 0, creation, 0)
            H5Dwrite(dataset, ab_H5T_NATIVE_FLOAT(), 0, 0, 0, [Float](repeating: 0, count: Int(rows)))
            for id in [dataset, creation, space] { H5Idec_ref(id) }
        }
    }

    private func memory(_ path: String) throws -> Int {
        var told = 0
        _ = try StoredDataset.read(path: path) { told = $0 }
        return told
    }

    @Test(arguments: [StoredDataset.Layout.d4rl, .minari]) func ofLargeChunks(layout: StoredDataset.Layout) throws {
        let (isD4RL, data) = (layout == .d4rl, folder("set/data/main_data.hdf5"))
        if isD4RL {
            try SampleFile().write(to: folder("a.hdf5"))
        } else {
            try MinariSample().write(to: folder("set"))
        }
        let (path, name, rows) = isD4RL ? (folder("a.hdf5"), "rewards", 7) : (data, "episode_1/rewards", 3)
        let chunk: hsize_t = 1 << 22
        put(name, rows: hsize_t(rows), chunk: 1, at: path)
        let before = try memory(path)
        put(name, rows: hsize_t(rows), chunk: chunk, at: path)
        let more = try memory(path) - before
        // One chunk before its filter, after it, and as stored, and one of fill values.
        #expect(more >= 4 * 4 * Int(chunk) && more < 5 * 4 * Int(chunk), "\(more)")
    }
}
