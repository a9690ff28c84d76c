import Foundation
import Numerics
import Paths
import Report
import Supervision
import Synchronization

/// Watches a rank load datasets: tells the watchdog that bytes still come and, on rank 0, the user how many have come.
///
/// It counts what this process reads, whoever reads it. A file system that stalls moves nothing, so that the watchdog ends
/// the job after `--hang-timeout`, with the file's name.
final class LoadingMonitor: Sendable {
    private struct State {
        var isEnded = false
        /// The dataset at hand; nil while this rank waits for others.
        var name: String?
        /// Bytes that the process had read when it was begun.
        var bytesBefore = 0
        var bytes = 0
    }

    /// Seconds between two looks.
    private static let pause = 0.2
    /// Seconds between two lines.
    private static let interval = (terminal: 1.0, file: 10.0)
    private let state = Mutex(State())
    private let counter = ReadCounter()
    private let start = DispatchTime.now()
    private let tells: Bool
    private let isLive: Bool
    private let ended = DispatchSemaphore(value: 0)

    /// Starts a thread that watches until `end`.
    ///
    /// - Parameter tells: whether it says how far the loading is: on a terminal in one line that is rewritten every second,
    ///   elsewhere in a line every ten seconds.
    init(tells: Bool) {
        self.tells = tells
        isLive = ProgressDisplay.isTerminal
        Thread { [self] in watch() }.start()
    }

    /// A dataset is about to be read.
    func begin(_ name: String) {
        let bytes = counter.bytes ?? 0
        state.withLock { ($0.name, $0.bytesBefore, $0.bytes) = (name, bytes, bytes) }
    }

    /// This rank waits for others that load.
    func wait() { state.withLock { $0.name = nil } }

    /// Ends the thread, and takes back the line that it has left on a terminal.
    func end() {
        state.withLock { $0.isEnded = true }
        ended.wait()
    }

    private func watch() {
        var (lastTold, isDrawn) = (start, false)
        while let text = look() {
            if tells, secondsSince(lastTold) >= (isLive ? Self.interval.terminal : Self.interval.file) {
                ProgressDisplay.say((isDrawn ? "\u{1B}[A\u{1B}[J" : "") + text)
                (lastTold, isDrawn) = (.now(), isLive)
            }
            Thread.sleep(forTimeInterval: Self.pause)
        }
        ended.signal()
    }

    /// What there is to say; nil at the end. Bytes that have come since the last look are a beat.
    private func look() -> String? {
        let now = counter.bytes
        return state.withLock { state in
            if state.isEnded { return nil }
            // Where the kernel does not count, every look is a beat: better no watchdog than one that ends a good run.
            if now == nil || now != state.bytes { Supervision.beat() }
            state.bytes = now ?? state.bytes
            let time = duration(secondsSince(start))
            guard let name = state.name else { return "loading: waiting for other ranks, \(time)" }
            return "loading \(name): " + String(format: "%.1f MB", Double(state.bytes - state.bytesBefore) * 1e-6)
                + " read, \(time)"
        }
    }
}

/// The bytes that this process has read by system calls, but for those that it takes to ask.
private final class ReadCounter: Sendable {
    private let own = Mutex(0)

    /// nil where the kernel does not count them.
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
