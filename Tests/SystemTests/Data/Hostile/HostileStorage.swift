import CHDF5
import ScratchFiles

extension HostileDatasetTests {
    /// Types and layouts that valid datasets do not have.
    static let storage = [
        HostileFile("strings of variable length", "field 'rewards': expected numbers, found text") {
            let type = H5Tcopy(ab_H5T_C_S1())
            H5Tset_size(type, ab_H5T_VARIABLE())
            replace("rewards", at: $0, with: RawDataset(type: type, bytes: .init(repeating: 0, count: 80)))
        },
        HostileFile(
            "sequences of variable length",
            "field 'observations': expected numbers, found variable-length sequence"
        ) {
            replace(
                "observations", at: $0,
                with: RawDataset(
                    shape: [10, 2], type: H5Tvlen_create(ab_H5T_IEEE_F32LE()), bytes: .init(repeating: 0, count: 320)))
        },
        HostileFile("a compound", "field 'observations': expected numbers, found compound") {
            let type = H5Tcreate(H5T_COMPOUND, 8)
            H5Tinsert(type, "x", 0, ab_H5T_IEEE_F64LE())
            replace(
                "observations", at: $0,
                with: RawDataset(shape: [10, 2], type: type, bytes: .init(repeating: 0, count: 160)))
        },
        HostileFile(
            "floating-point numbers of an unknown format",
            "field 'rewards': expected numbers, found floating-point not of IEEE 754"
        ) {
            let type = H5Tcopy(ab_H5T_IEEE_F32LE())
            H5Tset_ebias(type, 128)
            replace("rewards", at: $0, with: RawDataset(type: type, bytes: .init(repeating: 0, count: 40)))
        },
        HostileFile("no value", "field 'rewards': \(notAnArray)a dataset without a value") {
            substitute("rewards", at: $0) { file in
                let space = H5Screate(H5S_NULL)
                let dataset = H5Dcreate2(file, "rewards", ab_H5T_IEEE_F32LE(), space, 0, 0, 0)
                for id in [dataset, space] { H5Idec_ref(id) }
            }
        },
        HostileFile("nothing written", "field 'rewards': \(noData)an array that was never written" + stopped) {
            replace("rewards", at: $0, with: RawDataset())
        },
        HostileFile(
            "a block shorter than its shape", "field 'rewards': \(damaged)a block of 2 bytes instead of 40" + tooLarge
        ) {
            let bytes = [UInt8](repeating: 0x3F, count: 40)
            replace("rewards", at: $0, with: RawDataset(creation: { H5Pset_layout($0, H5D_COMPACT) }, bytes: bytes))
            // The message of the layout: its version, compact storage, and the block with its length.
            patch($0, [3, 0, 40, 0] + bytes, [3, 0, 2, 0] + bytes)
        },
        HostileFile(
            "2^40 rows declared",
            "field 'observations': expected an array of at most … bytes, found a declared shape of "
                + "[1099511627776, 2]" + tooLarge
        ) {
            replace("observations", at: $0, with: RawDataset(shape: [1 << 40, 2], chunk: [1, 2]))
        },
        HostileFile(
            "80 MiB of zeros in 80 kB", "field 'rewards': expected 10 rows as in 'observations', found 20971520"
        ) {
            replace(
                "rewards", at: $0,
                with: RawDataset(
                    shape: [20 << 20], chunk: [20 << 20], creation: { H5Pset_deflate($0, 9) },
                    bytes: .init(repeating: 0, count: 80 << 20)))
        },
        HostileFile(
            "one chunk of ten",
            "field 'observations': \(noData)rows 1 to 9 never written (1 of 10 chunks are there)" + stopped
        ) {
            edit($0) { file in
                RawDataset(shape: [10, 2], chunk: [1, 2]).replace("observations", in: file)
                let dataset = H5Dopen2(file, "observations", 0)
                H5Dwrite_chunk(dataset, 0, 0, [0, 0], 8, [UInt8](repeating: 0, count: 8))
                H5Dclose(dataset)
            }
        },
        HostileFile(
            "a chunk that is too short",
            "field 'rewards': \(damaged)a chunk of 3 bytes instead of 20 at [5]" + tooLarge
        ) {
            edit($0) { file in
                RawDataset(chunk: [5]).replace("rewards", in: file)
                let dataset = H5Dopen2(file, "rewards", 0)
                for (start, size) in [(0, 20), (5, 3)] {
                    H5Dwrite_chunk(dataset, 0, 0, [hsize_t(start)], size, [UInt8](repeating: 0, count: size))
                }
                H5Dclose(dataset)
            }
        },
        HostileFile(
            "chunks of size zero",
            "field 'rewards': expected readable data, found H5Oopen: …chunk dimension…; the file is damaged: download or "
                + "make it again"
        ) { path in
            replace(
                "rewards", at: path,
                with: RawDataset(shape: [777], chunk: [777], bytes: .init(repeating: 0, count: 3108)))
            patch(path, [9, 3, 0, 0, 4, 0, 0, 0], [0, 0, 0, 0, 4, 0, 0, 0])
        },
        HostileFile(
            "chunks larger than the dataset",
            "field 'rewards': \(damaged)chunks of shape [66313] of a dataset of shape [777]" + tooLarge
        ) {
            path in
            replace(
                "rewards", at: path,
                with: RawDataset(shape: [777], chunk: [777], bytes: .init(repeating: 0, count: 3108)))
            patch(path, [9, 3, 0, 0, 4, 0, 0, 0], [9, 3, 1, 0, 4, 0, 0, 0])
        },
        HostileFile(
            "an unknown filter",
            "field 'rewards': expected data stored in a way that is read here, found a dataset with the filter 32001 "
                + "(Blosc), for which HDF5 finds no plugin; name the plugin's folder in HDF5_PLUGIN_PATH, or write the "
                + "data with gzip"
        ) { path in
            replace(
                "rewards", at: path,
                with: RawDataset(
                    chunk: [10], creation: { H5Pset_deflate($0, 7) }, bytes: .init(repeating: 0, count: 40)))
            // Filter 1, a name of 8 bytes, mandatory, 1 value: "deflate".
            patch(
                path, [1, 0, 8, 0, 1, 0, 1, 0] + Array("deflate".utf8) + [0, 7],
                [1, 0x7D, 8, 0, 0, 0, 1, 0] + Array("deflate".utf8) + [0, 7])
        },
        HostileFile(
            "a virtual dataset",
            "field 'rewards': \(notAnArray)a virtual dataset whose data lie in another file, '/etc/passwd'"
        ) { path in
            let all = H5Screate_simple(1, [10], nil)
            replace(
                "rewards", at: path,
                with: RawDataset(creation: { H5Pset_virtual($0, all, "/etc/passwd", "rewards", all) }))
            H5Sclose(all)
        },
        HostileFile(
            "data in another file", "field 'rewards': \(notAnArray)a dataset whose data lie in an external file"
        ) {
            replace("rewards", at: $0, with: RawDataset(creation: { H5Pset_external($0, "/etc/passwd", 0, 40) }))
        },
    ]
}
