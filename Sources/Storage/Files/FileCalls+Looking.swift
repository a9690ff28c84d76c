import Failures
import Foundation
import Paths

// What cannot be looked at is never taken for absent.
extension FileCalls {
    /// Whether there is anything at `path`, links followed.
    ///
    /// - Throws: `HarnessError.io` when that cannot be found out: a folder on the way may be closed to us.
    package static func isThere(_ path: String) throws -> Bool {
        if fileStatus(path) != nil { return true }
        guard errno == ENOENT else { throw HarnessError.io(path: path, operation: "look for", code: errno) }
        return false
    }

    /// Whether there is a folder at `path`; false for a file.
    ///
    /// - Throws: as `isThere`.
    package static func isFolder(_ path: String) throws -> Bool {
        try isThere(path) && fileStatus(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }

    /// The names in a folder; nil if it is not there.
    ///
    /// - Throws: `HarnessError.io` when it cannot be read.
    package static func names(in folder: String) throws -> [String]? {
        if let names = Paths.names(inFolder: folder.isEmpty ? "." : folder) { return names }
        guard errno == ENOENT else { throw HarnessError.io(path: folder, operation: "list", code: errno) }
        return nil
    }
}
