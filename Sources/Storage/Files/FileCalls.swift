import Failures
package import Foundation
import Paths

/// The system calls that durable files are made of.
///
/// Each returns the call's result, or minus the error number as the Linux kernel does, so that `errno` is read before
/// anything can change it. Tests replace them by faulty ones for the duration of a closure:
///
///     FileCalls.$current.withValue(faulty) { … }
package struct FileCalls: Sendable {
    /// Opens a file; child processes do not inherit the descriptor.
    package var open: @Sendable (_ path: String, _ flags: Int32, _ mode: mode_t) -> Int
    /// pread(2): the number of bytes, 0 at the end of the file.
    package var read: @Sendable (_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) -> Int
    /// pwrite(2): the number of bytes. Every write has an explicit offset, so that a failed one can be overwritten.
    package var write: @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int
    package var sync: @Sendable (_ descriptor: Int32) -> Int
    package var close: @Sendable (_ descriptor: Int32) -> Int
    package var truncate: @Sendable (_ descriptor: Int32, _ length: Int) -> Int
    package var rename: @Sendable (_ from: String, _ to: String) -> Int
    /// Creates a hard link; EEXIST if the name is taken.
    package var link: @Sendable (_ from: String, _ to: String) -> Int
    package var unlink: @Sendable (_ path: String) -> Int
    package var makeFolder: @Sendable (_ path: String) -> Int

    /// The calls in use: the system's, unless a test has replaced them for its task.
    ///
    /// A task-local value instead of a global variable: it cannot change during another task's write, and is restored
    /// however the test ends.
    @TaskLocal package static var current = FileCalls.system

    /// The system's calls, with the fault requested by `ACTIVE_BENCH_FAULT`.
    package static let system =
        FaultInjection.current.map { FaultInjectingFileCalls.calls(over: plain, fault: $0) } ?? plain

    /// The system's calls.
    package static let plain = FileCalls(
        // O_NONBLOCK: the path may be a pipe whose other end is never opened.
        open: { path, flags, mode in result(Int(Paths.open(path, flags | O_CLOEXEC | O_NONBLOCK, mode))) },
        read: { descriptor, bytes, offset in result(pread(descriptor, bytes.baseAddress, bytes.count, offset)) },
        write: { descriptor, bytes, offset in result(pwrite(descriptor, bytes.baseAddress, bytes.count, offset)) },
        sync: { result(Int(fsync($0))) },
        close: { result(Int(Glibc.close($0))) },
        truncate: { result(Int(ftruncate($0, $1))) },
        rename: { result(Int(Paths.rename($0, $1))) },
        link: { result(Int(Paths.link($0, $1))) },
        unlink: { result(Int(Paths.unlink($0))) },
        // Modes are subject to the umask or a folder's default access list.
        makeFolder: { result(Int(Paths.mkdir($0, 0o777))) })

    private static func result(_ value: Int) -> Int { value >= 0 ? value : -Int(errno) }
}
