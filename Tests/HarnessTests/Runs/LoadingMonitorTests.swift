import Foundation
import ManualClock
import Numerics
import Runs
import Synchronization
import Testing

/// What is reported while datasets are loaded, by a thread whose pauses the test ends one by one.
@Suite struct LoadingMonitorTests {
    /// A clock on which a thread sleeps until the test lets it go on; then the time of the pause has passed.
    private final class Pauses: Sendable {
        private let time = ManualClock()
        private let begun = DispatchSemaphore(value: 0)
        private let ended = DispatchSemaphore(value: 0)
        private let isOver = Mutex(false)

        var clock: MonotonicClock {
            MonotonicClock(
                now: time.clock.now,
                sleep: { [self] in
                    if isOver.withLock({ $0 }) { return }
                    begun.signal()
                    ended.wait()
                    time.advance(by: $0)
                })
        }

        /// Lets the thread go on until it sleeps for the `count`-th time from now.
        func pass(_ count: Int) {
            for _ in 0..<count {
                begun.wait()
                ended.signal()
            }
            begun.wait()
            begun.signal()
        }

        /// Ends this pause and all that follow.
        func end() {
            isOver.withLock { $0 = true }
            ended.signal()
        }
    }

    private final class Told: Sendable {
        let texts = Mutex<[String]>([])
        var count: Int { texts.withLock { $0.count } }
        var last: String { texts.withLock { $0.last } ?? "" }
    }

    /// On a terminal one line is rewritten every second, elsewhere a line is added every ten; the thread looks every
    /// fifth of a second.
    @Test(arguments: [(true, 5, 1), (false, 50, 10)]) func progress(isLive: Bool, pauses: Int, seconds: Int) throws {
        let (time, told) = (Pauses(), Told())
        let monitor = LoadingMonitor(
            isLive: isLive, clock: time.clock, onMessage: { text in told.texts.withLock { $0.append(text) } })
        monitor.begin("hopper-medium-v2")
        time.pass(pauses - 1)
        #expect(told.count == 0)
        time.pass(1)
        let line = try #require(told.last.wholeMatch(of: /loading hopper-medium-v2: \d+\.\d MB read, (\d+)s/))
        #expect(told.count == 1 && Int(line.1) == seconds)
        monitor.wait()
        time.pass(pauses - 1)
        #expect(told.count == 1)
        time.pass(1)
        let rewriting = isLive ? "\u{1B}[A\u{1B}[J" : ""
        #expect(told.count == 2 && told.last == rewriting + "loading: waiting for other ranks, \(2 * seconds)s")
        time.end()
        monitor.end()
    }
}
