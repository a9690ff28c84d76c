import CConsole
package import Failures
import Glibc
import Paths

/// Unbuffered standard output and standard error; everything this program prints passes through here.
///
/// A stream may be closed, its disk full, its reader closed or stalled. For a result that is an error; a message is lost.
/// Neither ends the process.
package enum Console {
    /// Ignores SIGPIPE, so that a reader that has gone is an error of the write call.
    package static func prepare() { signal(SIGPIPE, SIG_IGN) }

    /// Writes all of `text` to standard output, however long its reader takes.
    ///
    /// - Throws: `UnwritableOutput`.
    package static func emit(_ text: String) throws(UnwritableOutput) {
        let error = bytes(of: text) { ab_emit($0, $1) }
        if error != 0 { throw UnwritableOutput(code: error) }
    }

    /// Writes a line to standard error, or drops it. Waits at most two seconds, once, for a stalled reader.
    package static func note(_ line: String) {
        bytes(of: line + "\n") { ab_note($0, $1) }
    }

    /// Writes each line of `error` by `note`, prefixed by the program's name.
    package static func reportError(_ error: Any) {
        for line in "\(error)".split(separator: "\n") { note("active-bench: \(line)") }
    }

    /// Whether lines on standard error may be redrawn. Under mpirun a rank's standard error may be a pseudo-terminal even if
    /// mpirun's own is a file, so the launching script passes `-x ACTIVE_BENCH_TTY=1`. Without a launcher isatty(3) decides.
    package static var isErrorTerminal: Bool {
        if let value = getenv("ACTIVE_BENCH_TTY") { return String(cString: value) == "1" }
        return getenv("OMPI_COMM_WORLD_SIZE") == nil && getenv("PMI_SIZE") == nil && isatty(STDERR_FILENO) == 1
    }

    static func bytes<Result>(of text: String, _ body: (UnsafePointer<CChar>?, Int) -> Result) -> Result {
        var text = PathBytes.shown(text)  // it may contain names that are not UTF-8
        return text.withUTF8 { utf8 in utf8.withMemoryRebound(to: CChar.self) { body($0.baseAddress, $0.count) } }
    }
}

/// A result that could not be written to standard output.
package struct UnwritableOutput: ExitCoded, Equatable, CustomStringConvertible {
    /// The system's error number: EBADF where the stream was closed when the program started.
    package let code: Int32

    /// One sentence.
    package var description: String {
        "standard output: cannot write: \(code == EBADF ? "it is closed" : String(cString: strerror(code)))"
    }

    package var exitStatus: ExitStatus { .io }
}
