import Failures
package import Foundation
import Paths

/// The system calls that everything durable is made of.
///
/// Each gives what the call gives, or minus its error number, as Linux itself does: `errno` is read where it is set,
/// before anything else can change it. Tests put faulty calls in the place of these for the length of a closure:
///
///     FileCalls.$current.withValue(faulty) { … }
package struct FileCalls: Sendable {
    /// A descriptor, which programs started later do not inherit.
    package var open: @Sendable (_ path: String, _ flags: Int32, _ mode: mode_t) -> Int
    /// As pread(2): the number of bytes, 0 at the file's end.
    package var read: @Sendable (_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) -> Int
    /// As pwrite(2): the number of bytes. Every write says where it goes, so a failed one can be written over.
    package var write: @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int
    package var sync: @Sendable (_ descriptor: Int32) -> Int
    package var close: @Sendable (_ descriptor: Int32) -> Int
    package var truncate: @Sendable (_ descriptor: Int32, _ length: Int) -> Int
    package var rename: @Sendable (_ from: String, _ to: String) -> Int
    /// A second name for a file; EEXIST when the name is taken.
    package var link: @Sendable (_ from: String, _ to: String) -> Int
    package var unlink: @Sendable (_ path: String) -> Int
    package var makeFolder: @Sendable (_ path: String) -> Int

    /// The calls in use: the system's, unless a test has put others in their place for the task or thread it runs on.
    ///
    /// A task-local value rather than a global variable: nothing can change it under a writer's feet, and it is the
    /// system's again however the test ends.
    @TaskLocal package static var current = FileCalls.system

    /// Linux, with the fault that `ACTIVE_BENCH_FAULT` asks for.
    package static let system = FaultInjection.current.map { FatalFileCalls.calls(over: plain, fault: $0) } ?? plain

    /// Linux as it is.
    package static let plain = FileCalls(
        // Where a file is expected a pipe may lie, whose other end nobody may ever open.
        open: { path, flags, mode in result(Int(Paths.open(path, flags | O_CLOEXEC | O_NONBLOCK, mode))) },
        read: { descriptor, bytes, offset in result(pread(descriptor, bytes.baseAddress, bytes.count, offset)) },
        write: { descriptor, bytes, offset in result(pwrite(descriptor, bytes.baseAddress, bytes.count, offset)) },
        sync: { result(Int(fsync($0))) },
        close: { result(Int(Glibc.close($0))) },
        truncate: { result(Int(ftruncate($0, $1))) },
        rename: { result(Int(Paths.rename($0, $1))) },
        link: { result(Int(Paths.link($0, $1))) },
        unlink: { result(Int(Paths.unlink($0))) },
        // Modes are what the umask, or a folder's default access list, leaves of these and of `opened`'s.
        makeFolder: { result(Int(Paths.mkdir($0, 0o777))) })

    private static func result(_ value: Int) -> Int { value >= 0 ? value : -Int(errno) }
}
