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
        try require(bytes, inFolder: folder.isEmpty ? "." : folder, for: path)
    }

    /// Checks that the file system of `folder` has space for files of up to `bytes`; the error names `subject`.
    ///
    /// - Throws: as the other.
    package static func require(_ bytes: Int, inFolder folder: String, for subject: String) throws {
        var system = statvfs()
        guard folder.withPath({ statvfs($0, &system) }) == 0 else { return }
        let free = Int(system.f_bavail) * Int(system.f_frsize)
        guard free < bytes else { return }
        throw HarnessError.inputs(
            "\(subject): expected \(mebibytes(bytes)) MiB of free space in its file system, found \(free >> 20) MiB",
            .io)
    }

    /// The number of mebibytes, rounded up.
    private static func mebibytes(_ bytes: Int) -> Int { (bytes + (1 << 20) - 1) >> 20 }
}
