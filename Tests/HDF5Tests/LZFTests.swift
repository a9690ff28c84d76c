import CHDF5
import CLZF
import Foundation
import HDF5
import ScratchFiles
import Testing
import SplitMix

/// h5py's LZF compression: chunks that h5py wrote are decoded, and invalid chunks do no harm.
@Suite struct LZFTests {
    let folder = TemporaryFolder()

    private func decode(_ bytes: [UInt8]) -> [UInt8]? {
        let size = ab_lzf_decoded_size(bytes, bytes.count)
        guard size > 0 else { return nil }
        // A buffer of exactly this size, with a guard behind it that shows a byte too many.
        var decoded = [UInt8](repeating: 0xA5, count: size + 64)
        ab_lzf_decode(bytes, bytes.count, &decoded)
        #expect(decoded.suffix(64).allSatisfy { $0 == 0xA5 }, "no byte is written beyond the end")
        return Array(decoded.prefix(size))
    }

    /// Streams written by hand from the format's description.
    @Test(
        arguments: [
            ([0, 7], [7]),
            ([2, 1, 2, 3], [1, 2, 3]),
            ([0, 9, 0x20, 0], [9, 9, 9, 9]),  // 1 + 2 bytes from one back
            ([1, 1, 2, 0x40, 1], [1, 2, 1, 2, 1, 2]),  // 2 + 2 bytes from two back
            ([0, 5, 0xE0, 0, 0], [UInt8](repeating: 5, count: 10)),  // 0 + 9 bytes from one back
            ([3, 1, 2, 3, 4, 0x20, 3, 0, 8], [1, 2, 3, 4, 1, 2, 3, 8]),
        ] as [([UInt8], [UInt8])])
    func instructions(bytes: [UInt8], expected: [UInt8]) { #expect(decode(bytes) == expected) }

    @Test(
        arguments: [
            [], [5, 1], [0], [0x20], [0x20, 0], [0, 1, 0x20, 1], [0, 1, 0xE0, 0], [0, 1, 0xFF, 255, 255], [31],
        ] as [[UInt8]])
    func invalidStreams(bytes: [UInt8]) { #expect(ab_lzf_decoded_size(bytes, bytes.count) == 0) }

    /// Random streams, truncated anywhere, are decoded within their buffer or refused.
    @Test func randomBytes() {
        var random = SplitMix64(seed: 1)
        func next() -> UInt64 { random.next() }
        var good = 0
        for _ in 0..<200_000 {
            let count = Int(next() % 40)
            // The first byte is small, so that many streams begin with valid literals.
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 == 0 ? next() % 8 : next() >> (next() % 8)) }
            if let decoded = decode(bytes) {
                good += 1
                #expect(decoded.count <= 88 * bytes.count)
            }
        }
        #expect(good > 5_000 && good < 200_000, "\(good)")
    }

    @Test func chunksOfH5py() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/h5py.hdf5"
        let file = try HDF5File(readingFrom: path)
        let rows = 0..<500
        let expected: [String: [Float]] = [
            "repeating": [Float](repeating: 0, count: 2000),
            "rows": rows.flatMap { [Float($0), Float($0 / 7), Float($0 % 3)] },
            "noise": rows.map { Float(Double(UInt32(truncatingIfNeeded: $0 * 2_654_435_761)) / 0x1p32) },
            "flags": rows.map { $0 % 40 == 39 ? 1 : 0 },
            "big_endian": rows.map { Float($0) },
        ]
        for (name, elements) in expected {
            for storage in ["", ", shuffled, checked"] {
                #expect(try file.float32(name + storage).elements == elements, "\(name)\(storage)")
            }
        }
        #expect(try file.flags("flags").elements.count { $0 == 1 } == 12)
    }

    /// A chunk that decodes to less than its shape, or is not LZF, is an error without further harm.
    @Test(
        arguments: [
            ([0, 1, 2], "a chunk that the filter 32000 (LZF) cannot decode at [0]"),
            ([31], "a chunk that the filter 32000 (LZF) cannot decode at [0]"),
            ([0, 7], "a chunk of 1 bytes instead of 400 at [0]"),
            ([0, 7, 0xE0, 200, 0, 0xE0, 200, 0], "a chunk of 419 bytes"),
        ] as [([UInt8], String)])
    func maliciousChunks(bytes: [UInt8], words: String) throws {
        try HDF5Writer.write(to: folder("a.hdf5")) { _ in }
        edit(folder("a.hdf5")) { file in
            let space = H5Screate_simple(1, [100], nil)
            let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_chunk(creation, 1, [100])
            H5Pset_filter(creation, 32000, UInt32(H5Z_FLAG_OPTIONAL), 3, [4, 0x0105, 400])
            let dataset = H5Dcreate2(file, "x", ab_H5T_IEEE_F32LE(), space, 0, creation, 0)
            H5Dwrite_chunk(dataset, 0, 0, [0], bytes.count, bytes)
            for id in [dataset, creation, space] { H5Idec_ref(id) }
        }
        let error = #expect(throws: HDF5Error.self) { try HDF5File(readingFrom: folder("a.hdf5")).float32("x") }
        #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
    }
}
