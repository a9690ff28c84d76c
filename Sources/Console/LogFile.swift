import CConsole
import Glibc
import Paths
import Synchronization

/// A log file. Lines are appended; one that cannot be written is dropped.
package final class LogFile: Sendable {
    private struct State {
        /// The file; nil if it could not be opened.
        var descriptor: Int32?
        var isTorn = false
        var hasComplained = false
    }

    private let path: String
    private let state: Mutex<State>

    /// Opens or creates the log at `path`. Reports a file that cannot be opened once.
    package init(_ path: String) {
        self.path = path
        // Non-blocking, in case the path is a pipe without a reader.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o666)
        let error = errno
        state = Mutex(State(descriptor: descriptor >= 0 ? descriptor : nil))
        if descriptor < 0 { state.withLock { complain("open", error, &$0) } }
    }

    deinit { state.withLock { if let descriptor = $0.descriptor { _ = close(descriptor) } } }

    /// Appends a line. Reports only the first line that cannot be written.
    package func append(_ line: String) {
        state.withLock { state in
            guard let descriptor = state.descriptor else { return }
            let error = Console.bytes(of: line + "\n") { ab_append(descriptor, $0, $1, &state.isTorn) }
            if error != 0 { complain("write", error, &state) }
        }
    }

    private func complain(_ operation: String, _ error: Int32, _ state: inout State) {
        guard !state.hasComplained else { return }
        state.hasComplained = true
        Console.reportError(
            "\(path): cannot \(operation): \(String(cString: strerror(error))); lines of this log are lost")
    }
}
