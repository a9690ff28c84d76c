import Failures
import Foundation

/// A file to which rows are appended: a case's `curve.csv`, `evaluations.csv` and `timing.csv`, a training's `replay.bin`.
///
/// A checkpoint records the file's length and hash. When a case resumes, the recorded part is verified and later rows
/// are cut off. Call `sync()` before each checkpoint, because a checkpoint must never be ahead of its files.
package final class AppendOnlyFile {
    private let path: String
    private var descriptor: Int32?
    private var digest = SHA256Digest()
    private var length = 0

    /// Refers to the file at `path` without opening it.
    package init(_ path: String) { self.path = path }

    deinit { if let descriptor { _ = FileCalls.current.close(descriptor) } }

    /// Creates the file, or truncates it.
    package func createEmpty() throws {
        try open(O_RDWR | O_CREAT | O_TRUNC, as: "create")
    }

    /// Truncates the file to the bytes recorded by a checkpoint and continues there.
    ///
    /// - Throws: `HarnessError.badInput` if those bytes have changed.
    package func resume(at position: OutputLength) throws {
        guard position.bytes > 0 else { return try createEmpty() }
        guard try FileCalls.isThere(path) else {
            throw changed("expected \(position.bytes) bytes, found no file")
        }
        try open(O_RDWR, as: "open")
        guard let descriptor else { return }
        let size = 1 << 16
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { buffer.deallocate() }
        while length < position.bytes {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(size, position.bytes - length)])
            let count = try FileCalls.current.readAll(piece, from: descriptor, at: length, of: path)
            digest.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            length += count
            if count < piece.count { throw changed("expected \(position.bytes) bytes, found \(length)") }
        }
        guard digest.hexadecimal == position.sha256 else {
            throw changed("its first \(length) bytes have changed")
        }
        try FileCalls.current.require(
            FileCalls.current.uninterrupted { FileCalls.current.truncate(descriptor, length) }, "truncate", path)
    }

    /// Continues at the end of the file; for a file that no checkpoint records.
    package func resumeAtEnd() throws {
        let bytes = try FileCalls.current.contents(of: path) ?? Data()
        try resume(at: OutputLength(name: position.name, contents: bytes))
    }

    /// Appends text. After an error the next text overwrites what was written of this one.
    package func append(_ text: String) throws {
        var text = text
        try text.withUTF8 { try append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends bytes. After an error the next ones overwrite what was written of these.
    package func append(_ bytes: UnsafeRawBufferPointer) throws {
        try FileCalls.current.writeAll(bytes, to: try opened(), at: length, of: path)
        digest.update(bytes)
        length += bytes.count
    }

    /// Calls `body` with the bytes appended so far, in order, in pieces of `size` bytes; the last may be shorter.
    package func forEachPiece(ofSize size: Int, from start: Int = 0, _ body: (UnsafeRawBufferPointer) throws -> Void)
        throws
    {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { buffer.deallocate() }
        var offset = start
        while offset < length {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(size, length - offset)])
            let count = try FileCalls.current.readAll(piece, from: try opened(), at: offset, of: path)
            guard count == piece.count else { throw changed("expected \(length) bytes, found \(offset + count)") }
            try body(UnsafeRawBufferPointer(piece))
            offset += count
        }
    }

    /// Returns when everything appended is on disk.
    package func sync() throws { try FileCalls.current.synced(opened(), of: path) }

    /// The file's current length and hash, known without reading the file again.
    package var position: OutputLength {
        OutputLength(name: String(path.split(separator: "/").last ?? ""), bytes: length, sha256: digest.hexadecimal)
    }

    /// Closes the file; does nothing if it is closed.
    package func close() throws {
        guard let open = descriptor else { return }
        descriptor = nil
        try FileCalls.current.closed(open, of: path)
    }

    private func open(_ flags: Int32, as operation: String) throws {
        try close()
        digest = SHA256Digest()
        length = 0
        descriptor = try FileCalls.current.opened(path, flags, as: operation)
    }

    private func opened() throws -> Int32 {
        guard let descriptor else { throw HarnessError.io(path: path, operation: "write", code: EBADF) }
        return descriptor
    }

    private func changed(_ how: String) -> HarnessError {
        .badInput(
            "\(path): changed since the checkpoint was written (\(how)): remove the case's folder to begin it again")
    }
}
