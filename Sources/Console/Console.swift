import CConsole
package import Failures
import Glibc
import Paths

/// Standard output and standard error: all that this program writes to them it writes here, and unbuffered.
///
/// A closed stream, a full disk, a reader that has gone or stands still: a result that cannot be written is an error, and
/// what is said by the way is lost. Neither ends the process.
package enum Console {
    /// From now on a reader that has gone is an error of the call that writes, and no signal that ends the process.
    package static func prepare() { signal(SIGPIPE, SIG_IGN) }

    /// Writes `text` on standard output, all of it, however long its reader takes.
    ///
    /// - Throws: `UnwritableOutput`.
    package static func emit(_ text: String) throws(UnwritableOutput) {
        let error = bytes(of: text) { ab_emit($0, $1) }
        if error != 0 { throw UnwritableOutput(code: error) }
    }

    /// Writes a line on standard error, or loses it. A reader that stands still is waited for once, for two seconds.
    package static func tell(_ line: String) {
        bytes(of: line + "\n") { ab_tell($0, $1) }
    }

    /// `tell`, under the program's name: a line for each of `error`.
    package static func complain(_ error: Any) {
        for line in "\(error)".split(separator: "\n") { tell("active-bench: \(line)") }
    }

    static func bytes<Result>(of text: String, _ body: (UnsafePointer<CChar>?, Int) -> Result) -> Result {
        var text = PathBytes.shown(text)  // names that are not UTF-8, too
        return text.withUTF8 { utf8 in utf8.withMemoryRebound(to: CChar.self) { body($0.baseAddress, $0.count) } }
    }
}

/// A result that could not be written on standard output.
package struct UnwritableOutput: ExitCoded, Equatable, CustomStringConvertible {
    /// The system's error number: EBADF where the stream was closed when the program started.
    package let code: Int32

    /// One sentence.
    package var description: String {
        "standard output: cannot write: \(code == EBADF ? "it is closed" : String(cString: strerror(code)))"
    }

    package var exitStatus: ExitStatus { .io }
}
