import Console
import Foundation
package import Numerics
import Paths
import Report
import Supervision
import Synchronization

/// Monitors the loading of datasets: tells the watchdog while bytes arrive and, on rank 0, reports progress to the
/// user.
///
/// It counts all bytes read by this process. If a file system stalls, the count stops, and the watchdog ends the job
/// after `--hang-timeout` with the file's name.
package final class LoadingMonitor: Sendable {
    private struct State {
        var isEnded = false
        /// The current dataset; nil while this rank waits for others.
        var name: String?
        /// The process's count of bytes when this dataset was begun.
        var bytesBefore = 0
        var bytes = 0
    }

    /// Seconds between two checks.
    private static let pause = 0.2
    /// Seconds between two lines of progress.
    private static let interval = (terminal: 1.0, file: 10.0)
    private let state = Mutex(State())
    private let counter = ReadCounter()
    private let clock: MonotonicClock
    private let start: DispatchTime
    private let isLive: Bool
    /// Reports a text to the user; nil on ranks other than 0.
    private let onMessage: (@Sendable (String) -> Void)?
    private let ended = DispatchSemaphore(value: 0)

    /// Starts a thread that monitors until `end`.
    ///
    /// - Parameters:
    ///   - isLive: whether to report progress in one line that is rewritten every second, as on a terminal, instead of
    ///     in a line every ten seconds.
    ///   - onMessage: called with texts for the user; nil for none.
    package init(
        isLive: Bool = Console.isErrorTerminal, clock: MonotonicClock = .system,
        onMessage: (@Sendable (String) -> Void)?
    ) {
        self.isLive = isLive
        self.clock = clock
        self.onMessage = onMessage
        start = clock.now()
        Thread { [self] in watch() }.start()
    }

    /// Starts the monitoring of a dataset.
    package func begin(_ name: String) {
        let bytes = counter.bytes ?? 0
        state.withLock { ($0.name, $0.bytesBefore, $0.bytes) = (name, bytes, bytes) }
    }

    /// Notes that this rank waits for others that are loading.
    package func wait() { state.withLock { $0.name = nil } }

    /// Ends the thread.
    package func end() {
        state.withLock { $0.isEnded = true }
        ended.wait()
    }

    private func watch() {
        var (lastTold, isDrawn) = (start, false)
        while let text = look() {
            if let onMessage, clock.seconds(since: lastTold) >= (isLive ? Self.interval.terminal : Self.interval.file) {
                onMessage((isDrawn ? "\u{1B}[A\u{1B}[J" : "") + text)
                (lastTold, isDrawn) = (clock.now(), isLive)
            }
            clock.sleep(Self.pause)
        }
        ended.signal()
    }

    /// The text to report; nil at the end. Counts as a beat if bytes have arrived since the last check.
    private func look() -> String? {
        let now = counter.bytes
        return state.withLock { state in
            if state.isEnded { return nil }
            // If the kernel does not count, every check is a beat: better no watchdog than one that ends a good run.
            if now == nil || now != state.bytes { Supervision.beat() }
            state.bytes = now ?? state.bytes
            let time = duration(clock.seconds(since: start))
            guard let name = state.name else { return "loading: waiting for other ranks, \(time)" }
            return "loading \(name): " + String(format: "%.1f MB", Double(state.bytes - state.bytesBefore) * 1e-6)
                + " read, \(time)"
        }
    }
}

/// Counts the bytes that this process has read by system calls, except those of the counting itself.
private final class ReadCounter: Sendable {
    private let own = Mutex(0)

    /// The count; nil if the kernel does not provide it.
    var bytes: Int? {
        own.withLock { own in
            let descriptor = Paths.open("/proc/self/io", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 512)
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return nil }
            let lines = String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
            guard let line = lines.first(where: { $0.hasPrefix("rchar: ") }), let all = Int(line.dropFirst(7)) else {
                return nil
            }
            defer { own += count }
            return all - own
        }
    }
}
