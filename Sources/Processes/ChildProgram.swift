import CProcesses
import Glibc
import Paths

/// A program that this one has started. Its path, words and variables are bytes (`PathBytes`); Foundation's `Process` would
/// make text of them, and so start another program on another file.
package final class ChildProgram {
    /// How a program has ended.
    package enum End: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    /// What a standard stream of a program is.
    package enum Stream {
        /// That of this process.
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

    /// It could not be started.
    package struct NotStarted: Error {
        /// The system's error number.
        package let code: Int32
    }

    private let pid: pid_t
    private var ended: End?

    /// Starts `words[0]`, looked for in PATH where it has no slash.
    ///
    /// - Parameters:
    ///   - variables: replace or join this process's.
    ///   - isOfOwnGroup: whether a terminal's signals to this process pass it by.
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

    /// Waits for its end.
    package func wait() -> End { end(0) ?? .exit(127) }

    /// Its end, if it comes within so many seconds.
    package func end(within seconds: Double) -> End? {
        let patience = ContinuousClock.now + .seconds(seconds)
        while true {
            if let end = end(WNOHANG) { return end }
            guard ContinuousClock.now < patience else { return nil }
            usleep(5000)
        }
    }

    /// Sends it a signal, unless it has ended.
    package func send(_ signal: Int32) { if end(WNOHANG) == nil { kill(pid, signal) } }

    /// The end of the program, which is asked for once: its number may be another's afterwards.
    private func end(_ options: Int32) -> End? {
        if let ended { return ended }
        var status: Int32 = 0
        var found: pid_t
        repeat { found = waitpid(pid, &status, options) } while found < 0 && errno == EINTR
        if found == 0 { return nil }
        // Where this process was told to ignore its children's ends, nobody knows how this one did.
        let (signal, code) = found < 0 ? (0, 127) : (status & 0x7F, status >> 8 & 0xFF)
        ended = signal == 0 ? .exit(code) : .signal(signal)
        return ended
    }

    /// Starts a program without input, and waits for its end.
    ///
    /// - Returns: what it has written to its standard output, and its end.
    package static func output(
        of words: [String], variables: [String: String] = [:], errors: Stream = .ours
    ) throws(NotStarted) -> (bytes: [UInt8], end: End) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw NotStarted(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let program: ChildProgram
        do {
            defer { close(ends[1]) }
            program = try ChildProgram(words, variables: variables, output: .descriptor(ends[1]), errors: errors)
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(ends[0], &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return (bytes, program.wait()) }
            bytes += piece.prefix(count)
        }
    }
}

/// A list of C strings as the system takes it, NULL at its end.
private final class CStrings {
    private(set) var list: [UnsafeMutablePointer<CChar>?]

    init(_ words: [String]) { list = words.map { $0.withPath { strdup($0) } } + [nil] }

    deinit { for word in list { free(word) } }
}
