import Foundation
import ProgramRuns
import Testing

/// Waits for an event, or for the end of the job that would cause it. Fails the test if neither comes within the time
/// after which a program counts as hanging; it tests no speed.
///
/// - Parameters:
///   - event: a description of the event.
///   - job: the job that causes the event; nil for none.
///   - pause: the time between two checks in seconds.
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
            Issue.record("did not happen in time: \(event)", sourceLocation: location)
            return false
        }
        usleep(UInt32(1e6 * pause))
    }
}

/// The state of a process as the kernel reports it; tests wait for it instead of for a time.
struct ProcessState {
    let pid: pid_t

    /// Whether the process has installed a handler for `signal`.
    func catches(_ signal: Int32) -> Bool {
        let lines = ((try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? "").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("SigCgt:") }),
            let mask = line.split(whereSeparator: \.isWhitespace).last.flatMap({ UInt64($0, radix: 16) })
        else { return false }
        return mask >> UInt64(signal - 1) & 1 == 1
    }

    /// The processor time of the process in seconds, in user mode and in the kernel.
    var processorSeconds: Double {
        let line = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        // The second field is the program's name in parentheses, which may hold anything; times are fields 14 and 15.
        let fields = line.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
