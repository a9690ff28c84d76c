import Foundation

/// Facts about this process.
package enum CurrentProcess {
    /// The host name, for messages only: cloned machines and containers share it.
    package static let host: String = {
        var system = utsname()
        uname(&system)
        return withUnsafeBytes(of: system.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }()

    /// The kernel's boot id, new at every boot; nil if /proc does not show it.
    package static let boot: String? = {
        guard let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8) else {
            return nil
        }
        let id = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return id.isEmpty ? nil : id
    }()

    /// The PID and time namespaces, within which process numbers and start times are valid: every container has its
    /// own. nil if /proc does not show them.
    package static let processNumbers: String? = {
        guard let processes = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid") else {
            return nil
        }
        let times = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/time")
        return [processes, times].compactMap { $0 }.joined(separator: " ")
    }()

    /// The start time of this process, in clock ticks since the kernel started; 0 if /proc does not show it.
    package static let start: UInt64 = {
        if case .started(let ticks) = ProcessState(statFile: "/proc/self/stat") { return ticks }
        return 0
    }()

    /// The identity of this process among all processes on all machines. Created on first use, together with a marker
    /// file by which other processes know of it.
    package static let identity: ProcessIdentity = {
        // Cloned machines may start with the same state of the random generator; their clocks differ.
        let clock = UInt64(bitPattern: Int64(Date().timeIntervalSince1970 * 1e9))
        let identity = ProcessIdentity(
            kernel: kernel, pid: getpid(), start: start, random: UInt64.random(in: 0...UInt64.max) ^ clock)
        ProcessMarker.sweep(on: kernel)
        ProcessMarker.leave(of: identity)
        return identity
    }()

    /// Removes the marker at the orderly end of this process: no process will ask whether it has ended.
    package static func removeMarker() { ProcessMarker.remove(of: identity) }

    /// The batch system's job id, if there is one.
    package static var job: String? {
        let variables = ProcessInfo.processInfo.environment
        return ["SLURM_JOB_ID", "PBS_JOBID"].lazy.compactMap { variables[$0] }.first { !$0.isEmpty }
    }

    /// Hash of the running kernel and the namespaces above; nil if they are unknown.
    private static let kernel: UInt64? = {
        guard let boot, let processNumbers else { return nil }
        return fnv1a("\(boot) \(processNumbers)") & ProcessIdentity.kernelMask
    }()

    /// The FNV-1a hash (Fowler, Noll and Vo), 64 bits.
    private static func fnv1a(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

/// What /proc shows of a process.
package enum ProcessState: Equatable {
    /// The process runs; its start time in clock ticks since the kernel started.
    case started(UInt64)
    /// The process has ended but has not been reaped by its parent.
    case zombie
    /// No information: the process has ended, or /proc hides other users' processes, belongs to other namespaces, or is
    /// missing.
    case nothing

    /// - Parameter pid: a process number in this process's own namespace.
    package init(of pid: Int32) {
        // If /proc was mounted for another namespace, its numbers are not valid here.
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self")
        self = own == "\(getpid())" ? ProcessState(statFile: "/proc/\(pid)/stat") : .nothing
    }

    /// Parses state and start time (fields 3 and 22 of the stat file).
    init(statFile: String) {
        self = .nothing
        guard let text = try? String(contentsOfFile: statFile, encoding: .utf8),
            let name = text.lastIndex(of: ")")  // The name may contain blanks and parentheses.
        else { return }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 19, let ticks = UInt64(fields[19]) else { return }
        self = ["Z", "X"].contains(fields[0]) ? .zombie : .started(ticks)
    }
}
