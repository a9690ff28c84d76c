import Failures
package import Foundation
import Paths
import Processes
import Supervision

/// Files that are either complete or absent: temporary file → fsync → rename → fsync of the folder.
package enum DurableFile {
    /// Writes `data` to `path`, as `replace` does.
    package static func write(_ data: Data, to path: String) throws {
        try replace(path) { try fill($0, with: data, named: path) }
    }

    /// Replaces the file at `path` by one rename: `make` writes the new file, complete and synced, under a temporary
    /// name beside it. A symbolic link is kept: its target is replaced.
    ///
    /// - Throws: what `make` throws, or `HarnessError.io` with path, operation and the system's reason. The old file
    ///   is then unchanged, or replaced if only the folder could not be synced; the temporary file is removed.
    package static func replace(_ path: String, _ make: (_ temporary: String) throws -> Void) throws {
        let target = try target(of: path)
        let temporary = OutputPath.temporary(for: target, suffix: temporarySuffix)
        let note = Supervision.noteUnfinished(temporary)
        defer { note.forget() }
        try removing(temporary) { try make(temporary) }
        try move(temporary, to: target, named: path)
        try FileCalls.current.syncedFolder(folder(of: target))
    }

    /// Writes a file without syncing it: it is useless after a crash.
    static func writeUnsynced(_ data: Data, to path: String) throws {
        let temporary = path + temporarySuffix
        try removing(temporary) { try fill(temporary, with: data, named: path, isSynced: false) }
        try move(temporary, to: path, named: path)
    }

    /// Renames the complete `temporary` to `target`; removes it if that fails.
    package static func move(_ temporary: String, to target: String, named path: String) throws {
        let calls = FileCalls.current
        let result = calls.uninterrupted { calls.rename(temporary, target) }
        if result < 0 { _ = calls.unlink(temporary) }
        try calls.require(result, "rename", path)
    }

    /// Syncs the file at `temporary`, which will be renamed to `path`.
    package static func sync(_ temporary: String, named path: String) throws {
        let calls = FileCalls.current
        let descriptor = try calls.opened(temporary, O_RDONLY, as: "open", of: path)
        defer { _ = calls.close(descriptor) }
        try calls.synced(descriptor, of: path)
    }

    /// The path that an output called `path` is written to: the target of symbolic links, even if it does not exist
    /// yet.
    ///
    /// - Throws: `HarnessError` for links that form a loop, and if a folder, pipe or device would be replaced.
    package static func target(of path: String) throws -> String {
        let target: String
        do {
            target = try OutputPath.target(of: path)
        } catch {
            throw HarnessError.io(path: path, operation: "write", code: ELOOP)
        }
        guard let status = fileStatus(target) else {
            if errno == ENAMETOOLONG { throw HarnessError.io(path: path, operation: "write", code: errno) }
            return target
        }
        let kind = PathKind(mode: status.st_mode)
        if kind == .file { return target }
        throw HarnessError.badInput("\(path): expected a place for a file, found \(kind.rawValue)")
    }

    /// Writes `data` to a temporary file in the folder of `path` and syncs it; the caller renames it.
    ///
    /// - Returns: the temporary file's path.
    static func writeTemporary(_ data: Data, beside path: String) throws -> String {
        let temporary = OutputPath.temporary(for: path, suffix: temporarySuffix)
        try removing(temporary) { try fill(temporary, with: data, named: path) }
        return temporary
    }

    private static func fill(
        _ temporary: String, with data: Data, named path: String, isSynced: Bool = true
    ) throws {
        let calls = FileCalls.current
        let descriptor = try calls.opened(temporary, O_WRONLY | O_CREAT | O_TRUNC, as: "create", of: path)
        var isOpen = true
        do {
            try data.withUnsafeBytes { try calls.writeAll($0, to: descriptor, of: path) }
            if isSynced { try calls.synced(descriptor, of: path) }
            isOpen = false
            try calls.closed(descriptor, of: path)
        } catch {
            if isOpen { _ = calls.close(descriptor) }
            throw error
        }
    }

    /// Calls `make`, which writes the file at `temporary`; removes the file if `make` throws.
    private static func removing(_ temporary: String, _ make: () throws -> Void) rethrows {
        do {
            try make()
        } catch {
            _ = FileCalls.current.unlink(temporary)
            throw error
        }
    }

    /// Writes text as UTF-8.
    package static func write(_ text: String, to path: String) throws {
        try write(Data(text.utf8), to: path)
    }

    /// Creates a folder and its parents, following symbolic links; the empty path is the working folder.
    package static func makeFolder(_ path: String) throws {
        guard !path.isEmpty else { return }
        let calls = FileCalls.current
        var result = calls.uninterrupted { calls.makeFolder(path) }
        if result == -Int(ENOENT) {
            let parent = folder(of: path)
            if parent != path {
                try makeFolder(parent)
                result = calls.uninterrupted { calls.makeFolder(path) }
            }
        }
        if result >= 0 { return }
        if result == -Int(EEXIST), let kind = PathKind(ofPath: path) {
            if kind == .folder { return }  // Another rank may have created it first.
            throw HarnessError.badInput("\(path): expected a folder, or a place for one, found \(kind.rawValue)")
        }
        if result == -Int(EEXIST), let target = try? OutputPath.target(of: path), target != path {
            return try makeFolder(target)
        }
        throw HarnessError.io(path: path, operation: "make folder", code: Int32(-result))
    }

    /// The folder that contains a path: empty for a path of a single part, "/" for one directly below the root.
    ///
    /// Foundation's `deletingLastPathComponent` traps on Linux for some paths of a single part.
    package static func folder(of path: String) -> String {
        let parts = path.unicodeScalars.split(separator: "/", omittingEmptySubsequences: true).dropLast()
        return (path.unicodeScalars.first == "/" ? "/" : "") + parts.map { String($0) }.joined(separator: "/")
    }

    /// Refuses an output that is also an input, even by another path.
    ///
    /// - Throws: `HarnessError.badInput`.
    package static func requireOther(
        than inputs: [String], for output: String, called what: String = "the policy"
    ) throws {
        guard let target = fileStatus(output) else { return }
        for input in inputs {
            if let source = fileStatus(input), source.st_dev == target.st_dev, source.st_ino == target.st_ino {
                throw HarnessError.badInput("\(output): expected another file than \(what), which it would replace")
            }
        }
    }

    /// Refuses an output path that names something other than a file.
    ///
    /// - Throws: as `target`.
    package static func requireNothingElse(at path: String) throws { _ = try target(of: path) }

    /// Checks that a file can be created at `path`, before hours are spent on its contents; creates its folder.
    ///
    /// - Throws: `HarnessError.io`.
    package static func requirePlace(for path: String) throws {
        let folder = folder(of: path)
        if let kind = PathKind(ofPath: folder.isEmpty ? "." : folder), kind != .folder {
            throw HarnessError.io(path: path, operation: "create", code: ENOTDIR)
        }
        try makeFolder(folder)
        let calls = FileCalls.current
        let trial = OutputPath.temporary(for: try target(of: path), suffix: temporarySuffix)
        let descriptor = try calls.opened(trial, O_WRONLY | O_CREAT | O_TRUNC, as: "write", of: path)
        _ = calls.close(descriptor)
        _ = calls.unlink(trial)
    }
}

// Incomplete files are called FILE.tmp-PROCESS, because processes of several machines may write into one folder.
extension DurableFile {
    /// The suffix of this process's incomplete files, at most 53 bytes.
    package static let temporarySuffix = temporaryMark + CurrentProcess.identity.description

    /// The mark before the process's name in that suffix.
    package static let temporaryMark = ".tmp-"

    /// Seconds since its last write for which an incomplete file is kept if its writer may be alive.
    private static let unfinishedLifetime: Double = 3600

    /// Removes incomplete files of killed writers from a folder. No thread of this process may be writing into it.
    ///
    /// Another process's file stays while that process is alive, or for an hour if that is unknown.
    package static func removeUnfinished(in folder: String) {
        let unfinished = (Paths.names(inFolder: folder) ?? []).filter { $0.contains(temporaryMark) }
        guard !unfinished.isEmpty else { return }
        lazy var now = FileSystemClock.now(in: folder)
        for path in unfinished.map({ "\(folder)/\($0)" }) where !isAtWork(onUnfinished: path, now: now) {
            _ = FileCalls.current.unlink(path)
        }
    }

    /// Removes the incomplete files of one process in a folder. The caller knows that the process has ended, even if this
    /// kernel cannot tell.
    static func removeUnfinished(in folder: String, of writer: ProcessIdentity) {
        for name in Paths.names(inFolder: folder) ?? [] where name.hasSuffix("\(temporaryMark)\(writer)") {
            _ = FileCalls.current.unlink("\(folder)/\(name)")
        }
    }

    /// Whether another process may still be writing the file or folder with this temporary name.
    ///
    /// - `now`: seconds since 1970 by the file system's clock.
    package static func isAtWork(onUnfinished path: String, now: @autoclosure () -> Double) -> Bool {
        let writer = path.range(of: temporaryMark, options: .backwards).flatMap {
            ProcessIdentity(String(path[$0.upperBound...]))
        }
        if writer == CurrentProcess.identity { return false }
        if let hasEnded = writer?.hasEnded { return !hasEnded }
        guard let written = try? FileSystemClock.lastWrite(path) else {
            return fileStatus(path) != nil || errno != ENOENT
        }
        return now() - written < unfinishedLifetime
    }
}
