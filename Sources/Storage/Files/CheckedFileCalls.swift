import Failures
package import Foundation
import Paths

/// The calls with what must be done around each: again after an interruption, on after a part, and an error that says
/// what could not be done to which file.
extension FileCalls {
    /// A descriptor of the file at `path`.
    ///
    /// - Parameter named: the file that an error speaks of, and how: "create", "open".
    package func opened(
        _ path: String, _ flags: Int32, mode: mode_t = 0o666, as operation: String, of named: String? = nil
    ) throws -> Int32 {
        let descriptor = uninterrupted { open(path, flags, mode) }
        try require(descriptor, operation, named ?? path)
        return Int32(descriptor)
    }

    /// Writes all bytes at `offset`, in as many calls as it takes.
    func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int = 0, of path: String) throws {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = uninterrupted { write(descriptor, rest, offset + done) }
            // Nothing written without a reason why, for ever: no file system should, and a loop would not end.
            try require(written == 0 ? -Int(EIO) : written, "write \(bytes.count) bytes", path)
            done += written
        }
    }

    /// Fills `bytes` from `offset` on, as far as the file goes.
    ///
    /// - Returns: how many bytes there were.
    func readAll(
        _ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int = 0, of path: String
    ) throws -> Int {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
            let found = uninterrupted { read(descriptor, rest, offset + done) }
            try require(found, "read", path)
            if found == 0 { break }
            done += found
        }
        return done
    }

    /// The contents of the file at `path`; nil if there is none.
    ///
    /// - Throws: `HarnessError.io` with the reason why it cannot be read: never taken for absent.
    package func contents(of path: String) throws -> Data? {
        let found = uninterrupted { open(path, O_RDONLY, 0) }
        if found == -Int(ENOENT) { return nil }
        try require(found, "open", path)
        let descriptor = Int32(found)
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw HarnessError.io(path: path, operation: "read", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            if status.st_mode & S_IFMT == S_IFDIR { throw HarnessError.io(path: path, operation: "read", code: EISDIR) }
            throw HarnessError.badInput("\(path): expected a file, found \(PathKind(mode: status.st_mode).rawValue)")
        }
        var data = Data(count: Int(status.st_size))
        let length = try data.withUnsafeMutableBytes { try readAll($0, from: descriptor, of: path) }
        return length == data.count ? data : data.prefix(length)
    }

    /// Removes the file at `path`, if there is one.
    package func removed(_ path: String) throws {
        let result = uninterrupted { unlink(path) }
        if result != -Int(ENOENT) { try require(result, "remove", path) }
    }

    /// Returns when what has been written is on the disk.
    ///
    /// Only an interruption is tried again: after any other failure the system may have forgotten what it did not write.
    func synced(_ descriptor: Int32, of path: String) throws {
        try require(uninterrupted { sync(descriptor) }, "fsync", path)
    }

    /// Closes a file that has been written to. Never called twice: on Linux the descriptor is gone even after EINTR,
    /// and its number may by then be another thread's file.
    func closed(_ descriptor: Int32, of path: String) throws {
        let result = close(descriptor)
        if result == -Int(EINTR) { return }
        try require(result, "close", path)
    }

    /// Makes the names in a folder durable.
    package func syncedFolder(_ folder: String) throws {
        let path = folder.isEmpty ? "." : folder
        let descriptor = try opened(path, O_RDONLY | O_DIRECTORY, as: "open folder", of: path)
        defer { _ = close(descriptor) }
        let result = uninterrupted { sync(descriptor) }
        if result == -Int(EINVAL) { return }  // Some network file systems have no fsync of folders, nor a need of it.
        try require(result, "fsync", path)
    }

    /// Makes a call again as long as signals interrupt it.
    func uninterrupted(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result != -Int(EINTR) { return result }
        }
    }

    /// - Throws: `HarnessError.io` for the error number that `result` is the negative of.
    func require(_ result: Int, _ operation: String, _ path: String) throws {
        if result < 0 { throw HarnessError.io(path: path, operation: operation, code: Int32(-result)) }
    }
}
