import Foundation

/// A temporary folder that is removed with the object.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() {
        var template = Array("/tmp/active-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("mkdtemp") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// The names of the folder's direct entries, sorted.
    package var contents: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    /// The paths below the folder of all files in it, sorted.
    package var files: [String] { ScratchFiles.files(below: path) }
}

/// The paths below `folder` of all files in it, sorted.
package func files(below folder: String) -> [String] {
    let all = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    return all.filter { name in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
            && !isFolder.boolValue
    }.sorted()
}

/// The bytes of a file; empty if it does not exist.
package func bytes(of path: String) -> [UInt8] {
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

/// A file as text; empty if it does not exist.
package func text(of path: String) -> String { String(decoding: bytes(of: path), as: UTF8.self) }

/// Writes a file, or replaces its contents.
package func put(_ bytes: some Collection<UInt8>, at path: String) {
    guard let file = fopen(path, "w") else { return }
    defer { fclose(file) }
    let bytes = Array(bytes)
    fwrite(bytes, 1, bytes.count, file)
}
