import Foundation
import Paths

/// An empty file in /dev/shm, the memory of one running kernel, by which a process shows that it has run on it.
///
/// A machine that was cloned while running has the boot id of its original. A process of the original has no process number on
/// the clone, but may be alive. So a process is known to have ended only if its marker is on this kernel. A killed process's
/// marker stays for a month; a process that ends normally removes its own.
enum ProcessMarker {
    private static let folder = "/dev/shm"
    private static let prefix = "active-bench-"
    /// Seconds after a process's start during which others may need to know whether it has ended: longer than any job
    /// runs.
    private static let lifetime: Double = 30 * 86_400

    static func leave(of identity: ProcessIdentity) {
        let descriptor = open(path(of: identity), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        if descriptor >= 0 { close(descriptor) }
    }

    static func remove(of identity: ProcessIdentity) { unlink(path(of: identity)) }

    static func isThere(of identity: ProcessIdentity) -> Bool { access(path(of: identity), F_OK) == 0 }

    /// Removes old markers of processes of `kernel` that were killed; process numbers of other kernels mean nothing
    /// here. Runs once a day for each user, because there may be thousands: a file's time stamp records the last run.
    static func sweep(on kernel: UInt64?) {
        let mark = "\(folder)/\(prefix)swept-\(getuid())"
        guard age(of: mark).map({ $0 > 86_400 }) ?? true else { return }
        let descriptor = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        if descriptor >= 0 {
            futimens(descriptor, nil)
            close(descriptor)
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(prefix) {
            guard let identity = ProcessIdentity(String(name.dropFirst(prefix.count))), identity.kernel == kernel else {
                continue
            }
            guard let age = age(of: path(of: identity)), age > lifetime, kill(identity.pid, 0) != 0, errno == ESRCH
            else {
                continue
            }
            remove(of: identity)
        }
    }

    /// Seconds since the file was written; nil if it does not exist.
    private static func age(of path: String) -> Double? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Date().timeIntervalSince1970 - Double(status.st_mtim.tv_sec)
    }

    private static func path(of identity: ProcessIdentity) -> String { "\(folder)/\(prefix)\(identity)" }
}
