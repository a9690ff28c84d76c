import Foundation
import ProgramRuns
import Testing

/// Waits for an event, or for the end of the job that would bring it about. Fails the test where neither comes within the time
/// after which a program counts as hanging, which says nothing of speed.
///
/// - Parameters:
///   - event: what is waited for, in words.
///   - job: the job without which the event cannot come; nil for none.
///   - pause: seconds between two looks.
/// - Returns: whether the event has come.
@discardableResult
func waitUntil(
    _ event: Comment, orEndOf job: RunningProcess? = nil, every pause: Double = 0.01,
    location: SourceLocation = #_sourceLocation, _ hasCome: () throws -> Bool
) rethrows -> Bool {
    let limit = ContinuousClock.now + .seconds(ChildProcess.hangLimit)
    while true {
        let isOver = job?.isRunning == false
        if try hasCome() { return true }
        if isOver { return false }
        if ContinuousClock.now > limit {
            Issue.record("waited in vain for: \(event)", sourceLocation: location)
            return false
        }
        usleep(UInt32(1e6 * pause))
    }
}

/// What the kernel says of a process, which is an event to wait for on a machine however busy.
struct ProcessState {
    let pid: pid_t

    /// Whether a handler of its own awaits `signal`.
    func catches(_ signal: Int32) -> Bool {
        let lines = ((try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? "").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("SigCgt:") }),
            let mask = line.split(whereSeparator: \.isWhitespace).last.flatMap({ UInt64($0, radix: 16) })
        else { return false }
        return mask >> UInt64(signal - 1) & 1 == 1
    }

    /// Seconds of processor time that it has used, in user mode and in the kernel.
    var processorSeconds: Double {
        let line = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        // The second field is the program's name in parentheses, which may hold anything; times are fields 14 and 15.
        let fields = line.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
