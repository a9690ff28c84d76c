import Failures
package import Foundation
import Paths

/// File calls with the necessary care: retries after interruptions and partial transfers, and errors that name the
/// operation and the file.
extension FileCalls {
    /// Opens the file at `path` and returns its descriptor.
    ///
    /// - `named`: the operation in error messages: "create", "open".
    package func opened(
        _ path: String, _ flags: Int32, mode: mode_t = 0o666, as operation: String, of named: String? = nil
    ) throws -> Int32 {
        let descriptor = uninterrupted { open(path, flags, mode) }
        try require(descriptor, operation, named ?? path)
        return Int32(descriptor)
    }

    /// Writes all bytes at `offset`, in as many calls as necessary.
    func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int = 0, of path: String) throws {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = uninterrupted { write(descriptor, rest, offset + done) }
            // Zero bytes without an error should not happen; treat it as an error instead of looping forever.
            try require(written == 0 ? -Int(EIO) : written, "write \(bytes.count) bytes", path)
            done += written
        }
    }

    /// Fills `bytes` from `offset` on, until the end of the file.
    ///
    /// - Returns: the number of bytes read.
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

    /// Reads the file at `path`; nil if it does not exist.
    ///
    /// - Throws: `HarnessError.io` if it exists but cannot be read.
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

    /// Removes the file at `path`, if it exists.
    package func removed(_ path: String) throws {
        let result = uninterrupted { unlink(path) }
        if result != -Int(ENOENT) { try require(result, "remove", path) }
    }

    /// Returns when everything written is on disk.
    ///
    /// Retries only after an interruption: after any other failure the system may have dropped the unwritten data.
    func synced(_ descriptor: Int32, of path: String) throws {
        try require(uninterrupted { sync(descriptor) }, "fsync", path)
    }

    /// Closes a file that was written to. Never retried: on Linux the descriptor is closed even after EINTR, and
    /// another thread may already have reused its number.
    func closed(_ descriptor: Int32, of path: String) throws {
        let result = close(descriptor)
        if result == -Int(EINTR) { return }
        try require(result, "close", path)
    }

    /// Syncs a folder, which makes its names durable.
    package func syncedFolder(_ folder: String) throws {
        let path = folder.isEmpty ? "." : folder
        let descriptor = try opened(path, O_RDONLY | O_DIRECTORY, as: "open folder", of: path)
        defer { _ = close(descriptor) }
        let result = uninterrupted { sync(descriptor) }
        if result == -Int(EINVAL) { return }  // Some network file systems neither support nor need fsync of folders.
        try require(result, "fsync", path)
    }

    /// Repeats a call while signals interrupt it.
    func uninterrupted(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result != -Int(EINTR) { return result }
        }
    }

    /// Throws if `result` is negative.
    ///
    /// - Throws: `HarnessError.io` with the error number -`result`.
    func require(_ result: Int, _ operation: String, _ path: String) throws {
        if result < 0 { throw HarnessError.io(path: path, operation: operation, code: Int32(-result)) }
    }
}
