import Foundation
package import Numerics
import Synchronization

/// A clock that stands still until a test advances it.
package final class ManualClock: Sendable {
    private let nanoseconds = Mutex<UInt64>(1_000_000_000)
    /// The number of seconds by which every reading advances the clock, after the reading.
    private let secondsPerLook: Double

    /// - Parameter secondsPerLook: the time between two readings, as if all work took equally long; 0 for no time.
    package init(secondsPerLook: Double = 0) { self.secondsPerLook = secondsPerLook }

    package func advance(by seconds: Double) {
        nanoseconds.withLock { $0 += UInt64((seconds * 1e9).rounded()) }
    }

    /// The clock for the code under test. Its sleep advances this clock and takes no real time.
    package var clock: MonotonicClock {
        MonotonicClock(
            now: { [self] in
                let now = nanoseconds.withLock { $0 }
                advance(by: secondsPerLook)
                return DispatchTime(uptimeNanoseconds: now)
            }, sleep: { [self] in advance(by: $0) })
    }
}
