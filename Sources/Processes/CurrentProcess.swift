import Foundation

/// What this process knows of itself.
package enum CurrentProcess {
    /// The machine's name for itself: for people. Cloned machines and containers share it.
    package static let host: String = {
        var system = utsname()
        uname(&system)
        return withUnsafeBytes(of: system.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }()

    /// Differs every time a kernel starts; nil where /proc does not tell.
    package static let boot: String? = {
        guard let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8) else {
            return nil
        }
        let id = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return id.isEmpty ? nil : id
    }()

    /// The namespaces within which process numbers and start times mean anything: every container has its own. nil where
    /// /proc does not tell.
    package static let processNumbers: String? = {
        guard let processes = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid") else {
            return nil
        }
        let times = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/time")
        return [processes, times].compactMap { $0 }.joined(separator: " ")
    }()

    /// When this process was started, in clock ticks since its kernel was; 0 where /proc does not tell.
    package static let start: UInt64 = {
        if case .started(let ticks) = ProcessState(statFile: "/proc/self/stat") { return ticks }
        return 0
    }()

    /// This process among all others, on whichever machine. Made when it is first asked for, with a marker file by which
    /// others know of it.
    package static let identity: ProcessIdentity = {
        // Generators of two machines may go on from one state where they were cloned; their clocks do not.
        let clock = UInt64(bitPattern: Int64(Date().timeIntervalSince1970 * 1e9))
        let identity = ProcessIdentity(
            kernel: kernel, pid: getpid(), start: start, random: UInt64.random(in: 0...UInt64.max) ^ clock)
        ProcessMarker.sweep(on: kernel)
        ProcessMarker.leave(of: identity)
        return identity
    }()

    /// This process comes to an orderly end: nobody will ask whether it is gone.
    package static func removeMarker() { ProcessMarker.remove(of: identity) }

    /// The batch system's number of the job, if there is one.
    package static var job: String? {
        let environment = ProcessInfo.processInfo.environment
        return ["SLURM_JOB_ID", "PBS_JOBID"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }

    /// Of the running kernel and the namespaces above; nil where they are not known.
    private static let kernel: UInt64? = {
        guard let boot, let processNumbers else { return nil }
        return fnv1a("\(boot) \(processNumbers)") & ProcessIdentity.kernelMask
    }()

    /// The hash of Fowler, Noll and Vo (1a, 64 bits).
    private static func fnv1a(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

/// What /proc shows of a process.
package enum ProcessState: Equatable {
    /// When it was started, in clock ticks since the kernel was.
    case started(UInt64)
    /// It has ended, though its parent has not asked how.
    case zombie
    /// Nothing: it is gone, or /proc hides the processes of others, is of other namespaces, or is not there.
    case nothing

    /// - Parameter pid: a number in this process's own namespace.
    package init(of pid: pid_t) {
        // Where /proc was mounted for another namespace, its numbers are not ours.
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self")
        self = own == "\(getpid())" ? ProcessState(statFile: "/proc/\(pid)/stat") : .nothing
    }

    /// Reads state and start time (fields 3 and 22).
    init(statFile: String) {
        self = .nothing
        guard let text = try? String(contentsOfFile: statFile, encoding: .utf8),
            let name = text.lastIndex(of: ")")  // The name may hold blanks and parentheses.
        else { return }
        let fields = text[text.index(after: name)...].split(separator: " ")
        guard fields.count > 19, let ticks = UInt64(fields[19]) else { return }
        self = ["Z", "X"].contains(fields[0]) ? .zombie : .started(ticks)
    }
}
