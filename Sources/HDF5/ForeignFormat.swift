import Glibc
import Paths

/// What a file that is no HDF5 file is, by its first bytes: downloads and conversions leave other things under that name.
enum ForeignFormat {
    /// What the file at `path` is, in words that end a sentence ("a Git LFS pointer, not the data it stands for: …").
    ///
    /// - Returns: nil when it is nothing that is known here, or cannot be read.
    static func of(_ path: String) -> String? {
        guard let start = beginning(of: path), !start.isEmpty else { return nil }
        for (offset, magic, what) in signatures where start.dropFirst(offset).starts(with: magic) {
            return what == zip ? kindOfZip(start) : what
        }
        return kindOfText(start)
    }

    private static let zip = "a zip archive: unpack it"

    /// Where a format's first bytes are, which they are, and what it is.
    private static let signatures: [(offset: Int, magic: [UInt8], what: String)] = [
        (0, [0x1F, 0x8B], "a gzip-compressed file: unpack it with gunzip"),
        (0, Array("BZh".utf8), "a bzip2-compressed file: unpack it with bunzip2"),
        (0, [0xFD] + Array("7zXZ".utf8), "an xz-compressed file: unpack it with unxz"),
        (0, [0x28, 0xB5, 0x2F, 0xFD], "a zstd-compressed file: unpack it with unzstd"),
        (0, [0x37, 0x7A, 0xBC, 0xAF], "a 7z archive: unpack it"), (0, Array("PK\u{3}\u{4}".utf8), zip),
        (0, Array("PK\u{5}\u{6}".utf8), "an empty zip archive"),
        (257, Array("ustar".utf8), "a tar archive: unpack it with tar -xf"),
        (0, [0x93] + Array("NUMPY".utf8), "a NumPy array (.npy): write the arrays with h5py in D4RL's layout"),
        (0, Array("PAR1".utf8), "a Parquet file, which this program does not read"),
        (0, Array("ARROW1".utf8), "an Arrow file, which this program does not read"),
        (0, [0xFF, 0xFF, 0xFF, 0xFF], "an Arrow stream, which this program does not read"),
        (0, [0x0E, 0x03, 0x13, 0x01], "an HDF4 file: convert it to HDF5 with h4toh5"),
        (0, Array("CDF".utf8), "a netCDF-3 file: convert it with nccopy -k nc4"),
        (0, Array("MATLAB 5.0".utf8), "a MATLAB file of before version 7.3: save it with -v7.3 or from h5py"),
        (0, Array("SQLite format 3".utf8), "an SQLite database"),
        (0, [0x80, 0x02], pickle), (0, [0x80, 0x03], pickle), (0, [0x80, 0x04], pickle), (0, [0x80, 0x05], pickle),
        (0, [0xFF, 0xD8, 0xFF], "a JPEG picture"), (0, [0x89] + Array("PNG".utf8), "a PNG picture"),
        (0, Array("%PDF".utf8), "a PDF document"),
    ]

    private static let pickle = "a Python pickle, which can run code and is not read: write the arrays with h5py"

    /// NumPy's .npz and PyTorch's .pt are zip archives; the first entry's name tells them.
    private static func kindOfZip(_ start: [UInt8]) -> String {
        guard start.count > 30 else { return zip }
        let name = String(decoding: start[30...].prefix(Int(start[26]) | Int(start[27]) << 8), as: UTF8.self)
        if name.hasSuffix(".npy") {
            return "NumPy's .npz, which this program does not read: write the arrays with h5py in D4RL's layout"
        }
        return name.hasSuffix("data.pkl") ? "a PyTorch file (.pt), which is not read: write the arrays with h5py" : zip
    }

    private static func kindOfText(_ start: [UInt8]) -> String? {
        let text = String(decoding: start.prefix(512), as: UTF8.self)
        let line = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.lowercased()
        if line.hasPrefix("version https://git-lfs.github.com/spec/") {
            return "a Git LFS pointer, not the data it stands for: fetch them with git lfs pull"
        }
        if line.contains("/annex/objects/") && line.count < 512 {
            return "a git-annex pointer, not the data it stands for: fetch them with git annex get"
        }
        if line.hasPrefix("<!doctype html") || line.hasPrefix("<html") || line.hasPrefix("<head") {
            return "an HTML page, such as a server's error or log-in page: download the file again"
        }
        if line.hasPrefix("<?xml") || line.hasPrefix("<error") {
            return "an XML document, such as a server's error message: download the file again"
        }
        let isPrintable = start.prefix(512).allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
        // The 512th byte may lie within a character.
        let isText = (0..<4).contains { String(validating: start.prefix(512).dropLast($0), as: UTF8.self) != nil }
        guard isPrintable, isText, start.count >= 4 else { return nil }
        if line.first == "{" || line.first == "[" { return "JSON text" }
        return "text that begins '\(text.prefix(40).map { $0.isNewline ? " " : String($0) }.joined())'"
    }

    /// The first KiB of a file.
    private static func beginning(of path: String) -> [UInt8]? {
        let descriptor = Paths.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &bytes, bytes.count)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }
}
