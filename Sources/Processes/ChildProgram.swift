import CProcesses
import Glibc
import Paths

/// A program started by this one. Path, arguments and variables are bytes (`PathBytes`); Foundation's `Process` would
/// convert them to text, which can name another file.
package final class ChildProgram {
    /// How a program ended.
    package enum End: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Where a standard stream of the program comes from or goes to.
    package enum Stream {
        /// The same stream as this process's.
        case ours
        case nothing
        case descriptor(Int32)

        fileprivate var number: Int32 {
            switch self {
            case .ours: Int32(AB_OUR_STREAM)
            case .nothing: Int32(AB_NO_STREAM)
            case .descriptor(let number): number
            }
        }
    }

    /// The program could not be started.
    package struct NotStarted: Error {
        /// The system's error number.
        package let code: Int32
    }

    private let pid: pid_t
    private var ended: End?

    /// Starts `words[0]`, searched for in PATH if it has no slash.
    ///
    /// - `variables`: added to this process's environment, or replacing some of it.
    /// - `isOfOwnGroup`: whether signals from a terminal to this process do not reach the program.
    package init(
        _ words: [String], variables: [String: String] = [:], input: Stream = .nothing, output: Stream = .ours,
        errors: Stream = .ours, isOfOwnGroup: Bool = false
    ) throws(NotStarted) {
        let (words, variables) = (CStrings(words), CStrings(variables.map { "\($0.key)=\($0.value)" }))
        let streams = [input, output, errors].map(\.number)
        pid = ab_start_program(words.list, variables.list, streams, isOfOwnGroup)
        withExtendedLifetime((words, variables)) {}
        guard pid > 0 else { throw NotStarted(code: -pid) }
    }

    /// Waits for the program to end.
    package func wait() -> End { end(0) ?? .exit(127) }

    /// Waits at most `seconds` for the program to end; nil if it still runs.
    package func end(within seconds: Double) -> End? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if let end = end(WNOHANG) { return end }
            guard ContinuousClock.now < deadline else { return nil }
            usleep(5000)
        }
    }

    /// Sends the program a signal, unless it has ended.
    package func send(_ signal: Int32) { if end(WNOHANG) == nil { kill(pid, signal) } }

    /// Reaps the program. Done only once, because its process number may be reused afterwards.
    private func end(_ options: Int32) -> End? {
        if let ended { return ended }
        var status: Int32 = 0
        var found: pid_t
        repeat { found = waitpid(pid, &status, options) } while found < 0 && errno == EINTR
        if found == 0 { return nil }
        // If this process was started with SIGCHLD ignored, the exit status is lost.
        let (signal, code) = found < 0 ? (0, 127) : (status & 0x7F, status >> 8 & 0xFF)
        ended = signal == 0 ? .exit(code) : .signal(signal)
        return ended
    }

    /// Runs a program without input and waits for its end.
    ///
    /// - Returns: what it wrote to standard output, and how it ended.
    package static func output(
        of words: [String], variables: [String: String] = [:], errors: Stream = .ours
    ) throws(NotStarted) -> (bytes: [UInt8], end: End) {
        try CapturedProgram(words, variables: variables, errors: errors).finish()
    }
}

/// A program without input whose standard output goes to a pipe until `finish` reads it; a program that writes more
/// than a pipe holds, 64 KB, waits for that.
package final class CapturedProgram {
    private let program: ChildProgram
    /// The end of the pipe to read from.
    private let source: Int32

    /// Starts it as `ChildProgram` does.
    package init(
        _ words: [String], variables: [String: String] = [:], errors: ChildProgram.Stream = .ours
    ) throws(ChildProgram.NotStarted) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ChildProgram.NotStarted(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        do {
            program = try ChildProgram(words, variables: variables, output: .descriptor(ends[1]), errors: errors)
        } catch {
            close(ends[0])
            throw error
        }
        source = ends[0]
    }

    deinit { close(source) }

    /// Waits for its end; returns what it wrote, and how it ended.
    package func finish() -> (bytes: [UInt8], end: ChildProgram.End) {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return (bytes, program.wait()) }
            bytes += piece.prefix(count)
        }
    }
}

/// A NULL-terminated list of C strings.
private final class CStrings {
    private(set) var list: [UnsafeMutablePointer<CChar>?]

    init(_ words: [String]) { list = words.map { $0.withPath { strdup($0) } } + [nil] }

    deinit { for word in list { free(word) } }
}
