import CHDF5
import HDF5
import ScratchFiles
import Testing

/// A chunk whose filters do not give as many bytes as its shape needs is refused, also in a virtual dataset of it.
@Suite struct FilteredChunkTests {
    let folder = TemporaryFolder()

    /// A dataset of 96 numbers in one chunk that is stored as given bytes under given filters.
    struct Example: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let filters: @Sendable (hid_t) -> Void
        var mask: UInt32 = 0
        /// Makes the stored chunk from the one that the library wrote for 0, 1, 2, …
        let made: @Sendable ([UInt8]) -> [UInt8]
        let words: String
    }

    static let shuffled: @Sendable (hid_t) -> Void = { H5Pset_shuffle($0) }
    static let gzip: @Sendable (hid_t) -> Void = { H5Pset_deflate($0, 4) }
    static let checked: @Sendable (hid_t) -> Void = { H5Pset_fletcher32($0) }
    static let szip: @Sendable (hid_t) -> Void = { H5Pset_szip($0, UInt32(H5_SZIP_NN_OPTION_MASK), 8) }
    /// 96 numbers are not a whole number of blocks of 10.
    static let szipOfOddLines: @Sendable (hid_t) -> Void = {
        H5Pset_szip($0, UInt32(H5_SZIP_NN_OPTION_MASK), 10)
    }
    static let nbit: @Sendable (hid_t) -> Void = { H5Pset_nbit($0) }
    static let scaled: @Sendable (hid_t) -> Void = { H5Pset_scaleoffset($0, H5Z_SO_INT, 0) }
    static let all: @Sendable (hid_t) -> Void = {
        for filter in [shuffled, gzip, checked] { filter($0) }
    }

    /// A zlib stream that stores `bytes` uncompressed (RFC 1950 and 1951), with its Adler-32 checksum.
    static func zlib(_ bytes: [UInt8]) -> [UInt8] {
        let (a, b) = bytes.reduce((1, 0)) { (($0.0 + Int($1)) % 65521, ($0.1 + $0.0 + Int($1)) % 65521) }
        let size = [UInt8(bytes.count & 255), UInt8(bytes.count >> 8)]
        return [0x78, 1, 1] + size + size.map { ~$0 } + bytes
            + [UInt8(b >> 8), UInt8(b & 255), UInt8(a >> 8), UInt8(a & 255)]
    }

    static let refused: [Example] = [
        Example(
            testDescription: "gzip, too short", filters: gzip, made: { _ in zlib([UInt8](repeating: 0, count: 40)) },
            words: "a chunk of 40 bytes instead of 384 at [0]"),
        Example(
            testDescription: "gzip, a little too long", filters: gzip,
            made: { _ in zlib([UInt8](repeating: 0, count: 388)) }, words: "a chunk of 388 bytes instead of 384 at [0]"),
        Example(
            testDescription: "gzip, much too long", filters: gzip,
            made: { _ in zlib([UInt8](repeating: 0, count: 4000)) },
            words: "the filter 1 (gzip) cannot decode at [0]"),
        Example(
            testDescription: "gzip, truncated", filters: gzip, made: { $0.dropLast(5) },
            words: "the filter 1 (gzip) cannot decode at [0]"),
        Example(
            testDescription: "gzip skipped, too short", filters: gzip, mask: 1,
            made: { _ in [UInt8](repeating: 0, count: 40) }, words: "a chunk of 40 bytes instead of 384 at [0]"),
        Example(
            testDescription: "shuffle, too short", filters: shuffled, made: { _ in [UInt8](repeating: 0, count: 43) },
            words: "a chunk of 43 bytes instead of 384 at [0]"),
        Example(
            testDescription: "fletcher32, too short", filters: checked, made: { _ in [UInt8](repeating: 0, count: 44) },
            words: "a chunk of 40 bytes instead of 384 at [0]"),
        Example(
            testDescription: "fletcher32, no data", filters: checked, made: { _ in [0, 0, 0] },
            words: "the filter 3 (fletcher32) cannot decode at [0]"),
        Example(
            testDescription: "fletcher32, other data", filters: checked, made: { [$0[0] ^ 1] + $0.dropFirst() },
            words: "the filter 3 (fletcher32) cannot decode at [0]"),
        Example(
            testDescription: "all, the checksum skipped", filters: all, mask: 4, made: { _ in zlib([1, 2, 3]) },
            words: "a chunk of 3 bytes instead of 384 at [0]"),
        Example(
            testDescription: "all, gzip skipped", filters: all, mask: 2,
            made: { _ in [UInt8](repeating: 0, count: 104) },
            words: "a chunk of 100 bytes instead of 384 at [0]"),
        Example(
            testDescription: "szip, truncated", filters: szip, made: { $0.dropLast(8) },
            words: "the filter 4 (szip) cannot decode at [0]"),
        Example(
            testDescription: "szip of odd lines, truncated", filters: szipOfOddLines, made: { $0.dropLast(8) },
            words: "the filter 4 (szip) cannot decode at [0]"),
        Example(
            testDescription: "szip of odd lines, only the first bytes", filters: szipOfOddLines,
            made: { Array($0.prefix(12)) }, words: "the filter 4 (szip) cannot decode at [0]"),
        Example(
            testDescription: "szip declared too short", filters: szip, made: { [40, 0, 0, 0] + $0.dropFirst(4) },
            words: "a chunk of 40 bytes instead of 384 at [0]"),
        Example(
            testDescription: "szip declared as 4 GiB", filters: szip,
            made: { [255, 255, 255, 255] + $0.dropFirst(4) }, words: "the filter 4 (szip) cannot decode at [0]"),
        Example(
            testDescription: "nbit, truncated", filters: nbit, made: { $0.dropLast(8) },
            words: "the filter 5 (nbit) cannot decode at [0]"),
        Example(
            testDescription: "scaleoffset, truncated", filters: scaled, made: { $0.dropLast(8) },
            words: "the filter 6 (scaleoffset) cannot decode at [0]"),
        Example(
            testDescription: "scaleoffset of more bits than there are", filters: scaled,
            made: { [200, 0, 0, 0] + $0.dropFirst(4) }, words: "the filter 6 (scaleoffset) cannot decode at [0]"),
        Example(
            testDescription: "scaleoffset after gzip",
            filters: {
                gzip($0)
                scaled($0)
            }, made: { $0 },
            words: "a dataset with the filter 1 (gzip) before 6 (scaleoffset); write the data with gzip"),
    ]

    @Test(arguments: refused) func maliciousChunks(example: Example) throws {
        let file = try write(example)
        for name in ["x", "virtual"] {
            for read in [{ _ = try file.float32(name) }, { _ = try file.int64(name) }, { _ = try file.flags(name) }]
                as [() throws -> Void]
            {
                let error = #expect(throws: HDF5Error.self, performing: read)
                #expect(error.map { "\($0)".contains(example.words) } == true, "\(name): \(String(describing: error))")
            }
        }
    }

    /// The library's own chunks are read under the same filters, also where one was skipped or is applied twice.
    @Test(
        arguments: [
            Example(testDescription: "all", filters: all, made: { $0 }, words: ""),
            Example(
                testDescription: "gzip skipped", filters: gzip, mask: 1,
                made: { _ in (0..<96).flatMap { [UInt8($0), 0, 0, 0] } }, words: ""),
            Example(
                testDescription: "gzip twice",
                filters: {
                    gzip($0)
                    gzip($0)
                }, made: { $0 }, words: ""),
            Example(
                testDescription: "a checksum within gzip",
                filters: {
                    checked($0)
                    gzip($0)
                }, made: { $0 }, words: ""),
            Example(
                testDescription: "nbit within gzip",
                filters: {
                    nbit($0)
                    gzip($0)
                }, made: { $0 }, words: ""),
            Example(testDescription: "szip", filters: szip, made: { $0 }, words: ""),
            Example(testDescription: "szip of odd lines", filters: szipOfOddLines, made: { $0 }, words: ""),
        ])
    func chunksOfTheLibrary(example: Example) throws {
        let file = try write(example)
        for name in ["x", "virtual"] {
            #expect(try file.int64(name).elements == (0..<96).map { Int64($0) }, "\(name)")
            #expect(try file.float32(name).elements == (0..<96).map { Float($0) }, "\(name)")
        }
    }

    /// Chunks of every shape in arrays of one to three dimensions; the arrays' edges lie on and inside chunks.
    @Test(
        arguments: [
            ([7], [3]), ([12], [12]), ([5], [1]), ([7, 5], [3, 5]), ([7, 5], [7, 2]), ([7, 5], [2, 2]),
            ([4, 3, 5], [3, 2, 4]), ([4, 3, 5], [1, 3, 5]), ([4, 3, 5], [4, 1, 5]), ([4, 3, 5], [2, 2, 5]),
        ] as [([hsize_t], [hsize_t])], [false, true])
    func chunksOfManyShapes(sizes: ([hsize_t], [hsize_t]), keepsParts: Bool) throws {
        let (shape, chunk) = sizes
        let count = Int(shape.reduce(1, *))
        try HDF5Writer.write(to: folder("a.hdf5")) { _ in }
        edit(folder("a.hdf5")) { file in
            let space = H5Screate_simple(Int32(shape.count), shape, nil)
            let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_chunk(creation, Int32(chunk.count), chunk)
            if keepsParts { H5Pset_chunk_opts(creation, UInt32(H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS)) }
            Self.all(creation)
            let dataset = H5Dcreate2(file, "x", ab_H5T_STD_I64LE(), space, 0, creation, 0)
            H5Dwrite(dataset, ab_H5T_NATIVE_INT64(), 0, 0, 0, (0..<count).map { Int64($0) })
            for id in [dataset, creation, space] { H5Idec_ref(id) }
        }
        let file = try HDF5File(readingFrom: folder("a.hdf5"))
        #expect(try file.int64("x").elements == (0..<count).map { Int64($0) })
        #expect(try file.float32("x").elements == (0..<count).map { Float($0) })
    }

    /// Flags in chunks that were never written have the fill value.
    @Test func absentChunks() throws {
        try HDF5Writer.write(to: folder("a.hdf5")) { _ in }
        edit(folder("a.hdf5")) { file in
            let space = H5Screate_simple(1, [10], nil)
            let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_chunk(creation, 1, [4])
            Self.gzip(creation)
            H5Pset_fill_value(creation, ab_H5T_STD_U8LE(), [1] as [UInt8])
            let dataset = H5Dcreate2(file, "x", ab_H5T_STD_U8LE(), space, 0, creation, 0)
            let chunk = Self.zlib([0, 1, 0, 0])
            H5Dwrite_chunk(dataset, 0, 0, [4], chunk.count, chunk)
            for id in [dataset, creation, space] { H5Idec_ref(id) }
        }
        let file = try HDF5File(readingFrom: folder("a.hdf5"))
        #expect(try file.flags("x").elements == [1, 1, 1, 1, 0, 1, 0, 0, 1, 1])
        #expect(throws: HDF5Error.self) { try file.float32("x") }
    }

    /// Writes 'x' with the example's chunk in place of the library's, and 'virtual', which maps all of it.
    private func write(_ example: Example) throws -> HDF5File {
        try HDF5Writer.write(to: folder("a.hdf5")) { _ in }
        edit(folder("a.hdf5")) { file in
            let space = H5Screate_simple(1, [96], nil)
            let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_chunk(creation, 1, [96])
            example.filters(creation)
            // 11 of 32 bits, so that nbit has bits to leave out.
            let type = H5Tcopy(ab_H5T_STD_I64LE())
            H5Tset_size(type, 4)
            H5Tset_precision(type, 11)
            let dataset = H5Dcreate2(file, "x", type, space, 0, creation, 0)
            H5Dwrite(dataset, ab_H5T_NATIVE_INT64(), 0, 0, 0, (0..<96).map { Int64($0) })
            var (size, mask): (hsize_t, UInt32) = (0, 0)
            H5Dget_chunk_storage_size(dataset, [0], &size)
            var written = [UInt8](repeating: 0, count: Int(size))
            H5Dread_chunk(dataset, 0, [0], &mask, &written)
            let made = example.made(written)
            H5Dwrite_chunk(dataset, 0, example.mask, [0], made.count, made)
            let mapping = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_virtual(mapping, space, ".", "x", space)
            H5Dclose(H5Dcreate2(file, "virtual", type, space, 0, mapping, 0))
            for id in [mapping, dataset, type, creation, space] { H5Idec_ref(id) }
        }
        return try HDF5File(readingFrom: folder("a.hdf5"))
    }
}
