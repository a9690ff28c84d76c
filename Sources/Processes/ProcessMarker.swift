import Foundation
import Paths

/// An empty file in /dev/shm, the memory of one running kernel, by which a process shows that it has been on it.
///
/// A machine that was cloned while it ran has its original's boot id, so that a process number which is free here proves
/// nothing of a process there: without a marker nobody is taken for gone. The marker of a process that was killed stays for a
/// month, of one that ended in order not at all.
enum ProcessMarker {
    private static let folder = "/dev/shm"
    private static let prefix = "active-bench-"
    /// Seconds from a process's start for which it may matter that it is known to be gone: longer than any job runs.
    private static let lifetime: Double = 30 * 86_400

    static func leave(of identity: ProcessIdentity) {
        let descriptor = open(path(of: identity), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        if descriptor >= 0 { close(descriptor) }
    }

    static func remove(of identity: ProcessIdentity) { unlink(path(of: identity)) }

    static func isThere(of identity: ProcessIdentity) -> Bool { access(path(of: identity), F_OK) == 0 }

    /// Removes what processes of `kernel` that were killed have left long ago; numbers of others mean nothing here. Once a day
    /// for each user, as there may be thousands: a file's time says when it was last done.
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

    /// Seconds since the file was written; nil where it is not there.
    private static func age(of path: String) -> Double? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Date().timeIntervalSince1970 - Double(status.st_mtim.tv_sec)
    }

    private static func path(of identity: ProcessIdentity) -> String { "\(folder)/\(prefix)\(identity)" }
}
