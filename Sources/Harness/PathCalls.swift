import Foundation
import Paths

// This room's calls with a path in them are those of `Paths`, in every file: declared here they come before the C
// library's, whose strings would name another file where a path is not UTF-8.

func open(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 { Paths.open(path, flags, mode) }

func access(_ path: String, _ mode: Int32) -> Int32 { Paths.access(path, mode) }

func fileStatus(_ path: String) -> stat? { Paths.fileStatus(path) }

func rename(_ from: String, _ to: String) -> Int32 { Paths.rename(from, to) }

@discardableResult
func unlink(_ path: String) -> Int32 { Paths.unlink(path) }

@discardableResult
func rmdir(_ path: String) -> Int32 { Paths.rmdir(path) }

// What cannot be looked at is never taken for absent.
extension FileCalls {
    /// Whether there is anything at `path`, links followed.
    ///
    /// - Throws: `HarnessError.io` when that cannot be found out: a folder on the way may be closed to us.
    static func isThere(_ path: String) throws -> Bool {
        if fileStatus(path) != nil { return true }
        guard errno == ENOENT else { throw HarnessError.io(path: path, operation: "look for", code: errno) }
        return false
    }

    /// Whether there is a folder at `path`; false for a file.
    ///
    /// - Throws: as `isThere`.
    static func isFolder(_ path: String) throws -> Bool {
        try isThere(path) && fileStatus(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }

    /// The names in a folder; nil if it is not there.
    ///
    /// - Throws: `HarnessError.io` when it cannot be read.
    static func names(in folder: String) throws -> [String]? {
        if let names = Paths.names(inFolder: folder.isEmpty ? "." : folder) { return names }
        guard errno == ENOENT else { throw HarnessError.io(path: folder, operation: "list", code: errno) }
        return nil
    }
}
