import CHDF5
import Glibc

/// A folder that lives as long as the test.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/active-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("mkdtemp") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { for name in contents { unlink(path + "/" + name) }; rmdir(path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    var contents: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// The bytes of a file.
func bytes(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&piece, 1, piece.count, file)
        if count == 0 { return all }
        all += piece.prefix(count)
    }
}

/// Replaces the contents of a file.
func put(_ bytes: some Collection<UInt8>, at path: String) {
    guard let file = fopen(path, "w") else { return }
    defer { fclose(file) }
    let bytes = Array(bytes)
    fwrite(bytes, 1, bytes.count, file)
}

/// Opens a file for what the writer refuses to do.
func edit(_ path: String, _ body: (hid_t) -> Void) {
    let file = H5Fopen(path, ab_H5F_ACC_RDWR(), ab_H5P_DEFAULT())
    precondition(file >= 0)
    body(file)
    H5Fclose(file)
}
