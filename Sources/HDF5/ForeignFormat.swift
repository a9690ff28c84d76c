import Glibc
import Paths

/// The format of a file that is not of the expected one, as downloads and conversions often leave.
package struct ForeignFormat: Sendable {
    /// The format's name: "a gzip-compressed file".
    package let name: String
    /// Advice for a user who wanted arrays, to be appended to the name; may be empty.
    let advice: String

    private init(_ name: String, _ advice: String = "") { (self.name, self.advice) = (name, advice) }

    /// Returns the format of the file at `path`; nil if it is unknown or cannot be read.
    static func of(_ path: String) -> ForeignFormat? { beginning(of: path).flatMap { of($0) } }

    /// Returns the format of a file that begins with these bytes, 1 KiB or all of it; nil if it is unknown.
    package static func of(_ start: [UInt8]) -> ForeignFormat? {
        guard !start.isEmpty else { return nil }
        for (offset, magic, format) in signatures where start.dropFirst(offset).starts(with: magic) {
            return format.name == zip.name ? kindOfZip(start) : format
        }
        return kindOfText(start)
    }

    private static let zip = ForeignFormat("a zip archive", ": unpack it")

    /// The offset and the magic bytes of each format.
    private static let signatures: [(offset: Int, magic: [UInt8], format: ForeignFormat)] = [
        (0, [0x1F, 0x8B], .init("a gzip-compressed file", ": unpack it with gunzip")),
        (0, Array("BZh".utf8), .init("a bzip2-compressed file", ": unpack it with bunzip2")),
        (0, [0xFD] + Array("7zXZ".utf8), .init("an xz-compressed file", ": unpack it with unxz")),
        (0, [0x28, 0xB5, 0x2F, 0xFD], .init("a zstd-compressed file", ": unpack it with unzstd")),
        (0, [0x37, 0x7A, 0xBC, 0xAF], .init("a 7z archive", ": unpack it")), (0, Array("PK\u{3}\u{4}".utf8), zip),
        (0, Array("PK\u{5}\u{6}".utf8), .init("an empty zip archive")),
        (257, Array("ustar".utf8), .init("a tar archive", ": unpack it with tar -xf")),
        (
            0, [0x93] + Array("NUMPY".utf8),
            .init("a NumPy array (.npy)", ": write the arrays with h5py in D4RL's layout")
        ),
        (0, Array("PAR1".utf8), .init("a Parquet file", ", which this program does not read")),
        (0, Array("ARROW1".utf8), .init("an Arrow file", ", which this program does not read")),
        (0, [0xFF, 0xFF, 0xFF, 0xFF], .init("an Arrow stream", ", which this program does not read")),
        (0, [0x0E, 0x03, 0x13, 0x01], .init("an HDF4 file", ": convert it to HDF5 with h4toh5")),
        (0, Array("CDF".utf8), .init("a netCDF-3 file", ": convert it with nccopy -k nc4")),
        (
            0, Array("MATLAB 5.0".utf8),
            .init("a MATLAB file of before version 7.3", ": save it with -v7.3 or from h5py")
        ),
        (0, Array("SQLite format 3".utf8), .init("an SQLite database")),
        (0, [0x80, 0x02], pickle), (0, [0x80, 0x03], pickle), (0, [0x80, 0x04], pickle), (0, [0x80, 0x05], pickle),
        // Pickle protocols 0 and 1 have no magic bytes: these begin a dictionary, a list, or a module's name.
        (0, Array("(dp".utf8), pickle), (0, Array("(lp".utf8), pickle), (0, Array("}q\0".utf8), pickle),
        (0, Array("]q\0".utf8), pickle), (0, Array("cnumpy".utf8), pickle), (0, Array("ccopy_reg\n".utf8), pickle),
        (0, [0xFF, 0xD8, 0xFF], .init("a JPEG picture")), (0, [0x89] + Array("PNG".utf8), .init("a PNG picture")),
        (0, Array("%PDF".utf8), .init("a PDF document")),
        (0, [0x89] + Array("HDF\r\n\u{1A}\n".utf8), .init("an HDF5 file")),
    ]

    private static let pickle = ForeignFormat(
        "a Python pickle", ", which can run code and is not read: write the arrays with h5py")

    /// NumPy's .npz and PyTorch's .pt are zip archives; the first entry's name distinguishes them.
    private static func kindOfZip(_ start: [UInt8]) -> ForeignFormat {
        guard start.count > 30 else { return zip }
        let name = String(decoding: start[30...].prefix(Int(start[26]) | Int(start[27]) << 8), as: UTF8.self)
        if name.hasSuffix(".npy") {
            return .init(
                "NumPy's .npz", ", which this program does not read: write the arrays with h5py in D4RL's layout")
        }
        return name.hasSuffix("data.pkl")
            ? .init("a PyTorch file (.pt)", ", which is not read: write the arrays with h5py") : zip
    }

    private static func kindOfText(_ start: [UInt8]) -> ForeignFormat? {
        let text = decoded(Array(start.prefix(512)))
        let line = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.lowercased()
        if line.hasPrefix("version https://git-lfs.github.com/spec/") {
            return .init(
                "a Git LFS pointer (`git lfs pull` fetches what it stands for)", ", not the data")
        }
        if line.contains("/annex/objects/") && line.count < 512 {
            return .init(
                "a git-annex pointer (`git annex get` fetches what it stands for)", ", not the data")
        }
        if line.hasPrefix("<!doctype html") || line.hasPrefix("<html") || line.hasPrefix("<head")
            || (line.hasPrefix("<!--") && line.contains("<html"))
        {
            return .init("an HTML page", ", such as a server's error or log-in page: download the file again")
        }
        if line.hasPrefix("<?xml") || line.hasPrefix("<error") {
            return .init("an XML document", ", such as a server's error message: download the file again")
        }
        let isPrintable = start.prefix(512).allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
        // The 512th byte may lie within a character.
        let isText = (0..<4).contains { String(validating: start.prefix(512).dropLast($0), as: UTF8.self) != nil }
        guard isPrintable, isText, start.count >= 4 else { return nil }
        if line.first == "{" || line.first == "[" { return .init("JSON text") }
        return .init("text that begins '\(text.prefix(40).map { $0.isNewline ? " " : String($0) }.joined())'")
    }

    /// Decodes text in UTF-16, which begins with a byte-order mark, or in UTF-8.
    private static func decoded(_ bytes: [UInt8]) -> String {
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else { return String(decoding: bytes, as: UTF8.self) }
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map { i in
            let (low, high) = isLittle ? (bytes[i], bytes[i + 1]) : (bytes[i + 1], bytes[i])
            return UInt16(high) << 8 | UInt16(low)
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// Reads the first KiB of a file.
    private static func beginning(of path: String) -> [UInt8]? {
        let descriptor = Paths.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &bytes, bytes.count)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }
}
