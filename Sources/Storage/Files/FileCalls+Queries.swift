import Failures
import Foundation
import Paths

// A path that cannot be examined is an error, never treated as absent.
extension FileCalls {
    /// Whether `path` exists, following links.
    ///
    /// - Throws: `HarnessError.io` if that cannot be determined: a parent folder may be unreadable.
    package static func isThere(_ path: String) throws -> Bool {
        if fileStatus(path) != nil { return true }
        guard errno == ENOENT else { throw HarnessError.io(path: path, operation: "look for", code: errno) }
        return false
    }

    /// Whether `path` is a folder.
    ///
    /// - Throws: as `isThere`.
    package static func isFolder(_ path: String) throws -> Bool {
        try isThere(path) && fileStatus(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }

    /// The names in a folder; nil if it does not exist.
    ///
    /// - Throws: `HarnessError.io` when it cannot be read.
    package static func names(in folder: String) throws -> [String]? {
        if let names = Paths.names(inFolder: folder.isEmpty ? "." : folder) { return names }
        guard errno == ENOENT else { throw HarnessError.io(path: folder, operation: "list", code: errno) }
        return nil
    }
}
