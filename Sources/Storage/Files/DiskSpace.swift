import Failures
import Glibc
import Paths

/// The free space of file systems.
package enum DiskSpace {
    /// Checks that a file system has space for a file of up to `bytes` at `path`, whose folder exists.
    ///
    /// - Throws: `HarnessError.inputs` with exit code `io`. None if the system does not say how much is free.
    package static func require(_ bytes: Int, for path: String) throws {
        let folder = DurableFile.folder(of: path)
        var system = statvfs()
        guard (folder.isEmpty ? "." : folder).withPath({ statvfs($0, &system) }) == 0 else { return }
        let free = Int(system.f_bavail) * Int(system.f_frsize)
        guard free < bytes else { return }
        throw HarnessError.inputs(
            "\(path): expected \(mebibytes(bytes)) MiB of free space in its file system, found \(free >> 20) MiB", .io)
    }

    /// The number of mebibytes, rounded up.
    private static func mebibytes(_ bytes: Int) -> Int { (bytes + (1 << 20) - 1) >> 20 }
}
