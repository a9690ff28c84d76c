import CHDF5
import HDF5
import ScratchFiles
import Testing

/// The library calls filters that the user has installed; filters that are not installed are
/// refused by name. Also szip with lines that are not a whole number of blocks.
@Suite struct FilterPluginTests {
    let folder = TemporaryFolder()

    /// A filter with a number reserved for tests (256 to 511): it inverts every bit.
    static let turning: H5Z_filter_t = {
        var filter = H5Z_class2_t()
        filter.version = H5Z_CLASS_T_VERS
        filter.id = 300
        (filter.encoder_present, filter.decoder_present) = (1, 1)
        filter.filter = { _, _, _, size, _, buffer in
            guard let bytes = buffer?.pointee?.assumingMemoryBound(to: UInt8.self) else { return 0 }
            for i in 0..<size { bytes[i] = ~bytes[i] }
            return size
        }
        precondition(H5Zregister(&filter) >= 0)
        return filter.id
    }()

    /// Writes 'x', the numbers 0 to 95 in three chunks, and 'virtual', which maps all of it.
    private func write(_ filters: (hid_t) -> Void) throws -> HDF5File {
        try HDF5Writer.write(to: folder("a.hdf5")) { _ in }
        edit(folder("a.hdf5")) { file in
            let space = H5Screate_simple(2, [12, 8], nil)
            let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_chunk(creation, 2, [5, 8])
            filters(creation)
            let dataset = H5Dcreate2(file, "x", ab_H5T_STD_I64LE(), space, 0, creation, 0)
            H5Dwrite(dataset, ab_H5T_NATIVE_INT64(), 0, 0, 0, (0..<96).map { Int64($0) })
            let mapping = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_virtual(mapping, space, ".", "x", space)
            H5Dclose(H5Dcreate2(file, "virtual", ab_H5T_STD_I64LE(), space, 0, mapping, 0))
            for id in [mapping, dataset, creation, space] { H5Idec_ref(id) }
        }
        return try HDF5File(readingFrom: folder("a.hdf5"))
    }

    @Test(arguments: ["alone", "after shuffle", "before gzip", "within a checksum", "twice"])
    func installedFilters(place: String) throws {
        let file = try write { creation in
            if place == "after shuffle" { H5Pset_shuffle(creation) }
            for _ in 0..<(place == "twice" ? 2 : 1) { H5Pset_filter(creation, Self.turning, 0, 0, nil) }
            if place == "before gzip" { H5Pset_deflate(creation, 4) }
            if place == "within a checksum" { H5Pset_fletcher32(creation) }
        }
        for name in ["x", "virtual"] {
            #expect(try file.int64(name).elements == (0..<96).map { Int64($0) }, "\(name)")
            #expect(try file.float32(name).elements == (0..<96).map { Float($0) }, "\(name)")
        }
    }

    @Test(arguments: [
        (32001, "32001 (Blosc)"), (32008, "32008 (bitshuffle)"), (32015, "32015 (Zstandard)"), (301, "301"),
    ])
    func filtersThatAreNotInstalled(number: H5Z_filter_t, name: String) throws {
        let file = try write { H5Pset_filter($0, number, UInt32(H5Z_FLAG_OPTIONAL), 0, nil) }
        for dataset in ["x", "virtual"] {
            let error = #expect(throws: HDF5Error.self) { try file.float32(dataset) }
            let found = "a dataset with the filter \(name), for which HDF5 finds no plugin"
            let hint = "name the plugin's folder in HDF5_PLUGIN_PATH, or write the data with gzip"
            #expect(error?.reason == .unsupported(found: found, hint: hint), "\(String(describing: error))")
        }
    }

    /// Lines of 11 numbers in blocks of 8, for numbers of every size; no elements are made up for a truncated chunk.
    @Test(arguments: [1, 2, 4, 8]) func szipOfOddLines(bytes: Int) throws {
        try HDF5Writer.write(to: folder("a.hdf5")) { _ in }
        var size: hsize_t = 0
        edit(folder("a.hdf5")) { file in
            let space = H5Screate_simple(2, [7, 11], nil)
            let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_chunk(creation, 2, [7, 11])
            H5Pset_szip(creation, UInt32(H5_SZIP_NN_OPTION_MASK), 8)
            let type = H5Tcopy(ab_H5T_STD_I64LE())
            H5Tset_size(type, bytes)
            for name in ["whole", "cut"] {
                let dataset = H5Dcreate2(file, name, type, space, 0, creation, 0)
                H5Dwrite(dataset, ab_H5T_NATIVE_INT64(), 0, 0, 0, (0..<77).map { Int64($0 * 5 % 101) })
                H5Dget_chunk_storage_size(dataset, [0, 0], &size)
                if name == "cut" {
                    var (mask, chunk): (UInt32, [UInt8]) = (0, [UInt8](repeating: 0, count: Int(size)))
                    H5Dread_chunk(dataset, 0, [0, 0], &mask, &chunk)
                    H5Dwrite_chunk(dataset, 0, mask, [0, 0], chunk.count - 6, chunk)
                }
                H5Dclose(dataset)
            }
            for id in [type, creation, space] { H5Idec_ref(id) }
        }
        let file = try HDF5File(readingFrom: folder("a.hdf5"))
        #expect(try file.int64("whole").elements == (0..<77).map { Int64($0 * 5 % 101) })
        let error = #expect(throws: HDF5Error.self) { try file.int64("cut") }
        #expect(
            error?.reason == .damaged(found: "a chunk that the filter 4 (szip) cannot decode at [0, 0]"),
            "\(String(describing: error))")
    }
}
