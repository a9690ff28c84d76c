import CSupervision
import Foundation
import ManualClock
import Numerics
import Testing

/// What the watchdog takes for a hang, at four looks a second. That it ends the process is tested by `SupervisionTests`.
@Suite struct WatchdogTests {
    /// A watchdog with a limit of a second and a half, on a clock that the test advances.
    private final class Watchdog {
        private let time = ManualClock()
        private var seen: ab_progress
        var beats: UInt = 0
        var isArmed = true

        init() { seen = ab_first_look(Watchdog.nanoseconds(time), 0) }

        private static func nanoseconds(_ time: ManualClock) -> Int64 { Int64(time.clock.now().uptimeNanoseconds) }

        /// Looks again after a pause in seconds. Returns whether the process hangs.
        func looks(after pause: Double = 0.25) -> Bool {
            time.advance(by: pause)
            return ab_hangs(&seen, Watchdog.nanoseconds(time), beats, isArmed, 1_500_000_000)
        }

        /// Whether it finds a hang at the sixth of six looks, and not before.
        func findsAHangAtTheLimit() -> Bool {
            (1...6).map { _ in looks() } == [false, false, false, false, false, true]
        }
    }

    @Test func noBeatForTheLimitIsAHang() {
        let watchdog = Watchdog()
        #expect(watchdog.findsAHangAtTheLimit())
    }

    /// Beats that are a little less than the limit apart, for longer than the limit.
    @Test func everyBeatStartsTheTimeAgain() {
        let watchdog = Watchdog()
        for look in 1...30 {
            if look.isMultiple(of: 5) { watchdog.beats += 1 }
            #expect(!watchdog.looks(), "look \(look)")
        }
        #expect(watchdog.findsAHangAtTheLimit())
    }

    @Test func nothingIsExpectedOfADisarmedProcess() {
        let watchdog = Watchdog()
        watchdog.isArmed = false
        for look in 1...30 { #expect(!watchdog.looks(), "look \(look)") }
        watchdog.isArmed = true
        #expect(watchdog.findsAHangAtTheLimit(), "the time before does not count")
    }

    /// A look that comes too late by more than the limit, because the process was stopped, or its machine was moved.
    @Test(arguments: [1.001, 3, 100_000]) func aSuspensionDoesNotCount(seconds: Double) {
        let watchdog = Watchdog()
        for _ in 1...5 { #expect(!watchdog.looks()) }
        #expect(!watchdog.looks(after: seconds))
        #expect(watchdog.findsAHangAtTheLimit(), "the process hangs after it as well")
    }

    /// On a busy machine the watchdog itself is late.
    @Test func aLateLookIsNoSuspension() {
        let watchdog = Watchdog()
        #expect(!watchdog.looks(after: 0.9))
        #expect(watchdog.looks(after: 0.9))
    }
}
