import Foundation
import Paths

/// The clock of a folder's file system: nodes' clocks differ, and time stamps of files come from the server.
package enum FileSystemClock {
    /// The current time in seconds since 1970, taken from a new file; the local clock if none can be created.
    package static func now(in folder: String) -> Double {
        let path = "\(folder)/.clock-\(UInt64.random(in: 0...UInt64.max))\(DurableFile.temporarySuffix)"
        let descriptor = Paths.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return Date().timeIntervalSince1970 }
        defer {
            close(descriptor)
            Paths.unlink(path)
        }
        var status = stat()
        // Writes a byte, because over NFS only a write is certain to get the server's time.
        guard write(descriptor, ".", 1) == 1, fstat(descriptor, &status) == 0 else {
            return Date().timeIntervalSince1970
        }
        return seconds(status.st_mtim)
    }

    /// When the file at `path` was last written; nil if it does not exist.
    ///
    /// - Throws: `HarnessError.io` if that cannot be determined.
    package static func lastWrite(_ path: String) throws -> Double? {
        try FileCalls.isThere(path) ? fileStatus(path).map { seconds($0.st_mtim) } : nil
    }

    private static func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9 }
}
