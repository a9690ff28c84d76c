import Foundation

/// What tells this process from every other one, on whichever machine.
package enum ThisProcess {
    /// The machine's name for itself.
    package static let host: String = {
        var system = utsname()
        uname(&system)
        let name = withUnsafeBytes(of: system.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return name.replacing("/", with: "_")  // It becomes a part of file names.
    }()

    /// Differs every time the machine is started: process numbers begin again with it.
    package static let boot =
        ((try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? "unknown")
        .trimmingCharacters(in: .whitespacesAndNewlines)

    /// Within which `pid` means anything: containers of one machine count for themselves.
    package static let processNumbers =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "unknown"

    /// When this process was started, in clock ticks since the machine was.
    package static let start = startTime(of: getpid()) ?? 0

    /// The batch system's number of the job, if there is one.
    package static var job: String? {
        let environment = ProcessInfo.processInfo.environment
        return ["SLURM_JOB_ID", "PBS_JOBID"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }

    /// When a process was started (field 22 of its stat file); nil if it is gone, a zombie included, or not ours to see.
    static func startTime(of pid: pid_t) -> UInt64? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let name = text.lastIndex(of: ")")  // The name may hold blanks and parentheses.
        else { return nil }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 19, !["Z", "X"].contains(fields[0]) else { return nil }
        return UInt64(fields[19])
    }

    /// Whether a process number of this machine is in use, by a zombie not.
    ///
    /// - Parameter start: of the process meant; another one may have its number by now.
    static func isAlive(_ pid: pid_t, start: UInt64? = nil) -> Bool {
        guard pid > 0, kill(pid, 0) == 0 || errno != ESRCH else { return false }
        // Where processes of others are hidden, one that is there cannot be told from another.
        guard access("/proc/\(pid)/stat", R_OK) == 0 else { return kill(pid, 0) == 0 || errno != ESRCH }
        guard let found = startTime(of: pid) else { return false }
        return start == nil || start == found
    }
}
