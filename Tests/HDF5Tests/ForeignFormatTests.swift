import HDF5
import ScratchFiles
import Testing

/// A file of another format than its name says is refused with the name of its true format.
@Suite struct ForeignFormatTests {
    let folder = TemporaryFolder()

    private static let texts: [(beginning: String, words: String)] = [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n", "a Git LFS pointer"),
        ("/annex/objects/SHA256E-s9--ab.hdf5\n", "a git-annex pointer"),
        ("\n <!DOCTYPE html><title>404</title>", "an HTML page"), ("<HTML>", "an HTML page"),
        ("<!-- saved from x -->\n<html>", "an HTML page"),
        ("<?xml version=\"1.0\"?><Error/>", "an XML document"), ("{\"a\": 1}", "JSON text"),
        ("404: Not Found", "text that begins '404: Not Found'"), ("BZh91AY", "a bzip2-compressed file"),
        ("PAR1", "a Parquet file"), ("ARROW1\0\0", "an Arrow file"), ("CDF\u{1}", "a netCDF-3 file"),
        ("MATLAB 5.0 MAT-file", "a MATLAB file"), ("PK\u{5}\u{6}", "an empty zip archive"),
    ]

    private static let binaries: [(beginning: [UInt8], words: String)] = [
        ([0x1F, 0x8B, 8, 0], "a gzip-compressed file"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz-compressed file"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a zstd-compressed file"), ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive"),
        ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1], "a NumPy array"), ([0x80, 4, 0x95], "a Python pickle"),
        (Array("(dp0\nVa\np1\nI1\ns.".utf8), "a Python pickle"), (Array("(lp0\nI1\na.".utf8), "a Python pickle"),
        (Array("}q\0X\u{1}\0\0\0aq\u{1}K\u{1}s.".utf8), "a Python pickle"),
        (Array("cnumpy._core.multiarray\n_reconstruct\np0\n".utf8), "a Python pickle"),
        ([0xFF, 0xFE] + "<html>".utf8.flatMap { [$0, 0] }, "an HTML page"),
        ([0xFE, 0xFF] + "<!DOCTYPE html>".utf8.flatMap { [0, $0] }, "an HTML page"),
        (zip("observations.npy"), "NumPy's .npz"), (zip("archive/data.pkl"), "a PyTorch file"),
        (zip("hopper.hdf5"), "a zip archive"), (tar, "a tar archive"),
    ]

    /// The beginning of a zip archive, as far as the check reads it.
    private static func zip(_ name: String) -> [UInt8] {
        var bytes: [UInt8] = [0x50, 0x4B, 3, 4]
        bytes += [UInt8](repeating: 0, count: 22)
        bytes += [UInt8(name.utf8.count), 0, 0, 0]
        return bytes + Array(name.utf8)
    }

    private static let tar: [UInt8] = [UInt8](repeating: 0x61, count: 257) + Array("ustar\u{0}00".utf8)

    private func format(_ bytes: [UInt8]) -> HDF5Error.Reason? {
        put(bytes, at: folder("data.hdf5"))
        let error = #expect(throws: HDF5Error.self) { _ = try HDF5File(readingFrom: folder("data.hdf5")) }
        return error?.reason
    }

    @Test func everyFormatIsNamed() throws {
        let all =
            Self.texts.map { (Array($0.beginning.utf8), $0.words) } + Self.binaries.map { ($0.beginning, $0.words) }
        for (bytes, words) in all {
            guard case .foreign(let format)? = format(bytes) else {
                Issue.record("not recognised: \(words)")
                continue
            }
            #expect(format.hasPrefix(words), "\(format)")
        }
    }

    @Test func bytesOfNoKnownKind() {
        #expect(format([1, 2, 3, 200, 0, 7]) == .notHDF5(bytes: 6))
    }
}
