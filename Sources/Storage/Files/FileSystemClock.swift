import Foundation
import Paths

/// The time as the file system of a folder keeps it: clocks of nodes differ, and the times of files are the server's.
package enum FileSystemClock {
    /// Now, in seconds since 1970: the time of a file made for it. The local clock where none can be made.
    package static func now(in folder: String) -> Double {
        let path = "\(folder)/.clock-\(UInt64.random(in: 0...UInt64.max))\(DurableFile.temporarySuffix)"
        let descriptor = Paths.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return Date().timeIntervalSince1970 }
        defer {
            close(descriptor)
            Paths.unlink(path)
        }
        var status = stat()
        // A byte, as over NFS only writing is sure to be stamped by the server.
        guard write(descriptor, ".", 1) == 1, fstat(descriptor, &status) == 0 else {
            return Date().timeIntervalSince1970
        }
        return seconds(status.st_mtim)
    }

    /// When the file at `path` was last written; nil if it is not there.
    ///
    /// - Throws: `HarnessError.io` when that cannot be found out.
    package static func lastWrite(_ path: String) throws -> Double? {
        try FileCalls.isThere(path) ? fileStatus(path).map { seconds($0.st_mtim) } : nil
    }

    private static func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9 }
}
