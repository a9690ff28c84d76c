import Foundation
package import Numerics
import Synchronization

/// A clock that stands still until a test advances it.
package final class ManualClock: Sendable {
    private let nanoseconds = Mutex<UInt64>(1_000_000_000)
    /// Seconds by which every look at the clock advances it, after it has been read.
    private let secondsPerLook: Double

    /// - Parameter secondsPerLook: what passes between two looks at it, as though all work took equally long; 0 for nothing.
    package init(secondsPerLook: Double = 0) { self.secondsPerLook = secondsPerLook }

    package func advance(by seconds: Double) {
        nanoseconds.withLock { $0 += UInt64((seconds * 1e9).rounded()) }
    }

    /// What is handed to the code under test. Its sleeping takes no time but that of this clock.
    package var clock: MonotonicClock {
        MonotonicClock(
            now: { [self] in
                let now = nanoseconds.withLock { $0 }
                advance(by: secondsPerLook)
                return DispatchTime(uptimeNanoseconds: now)
            }, sleep: { [self] in advance(by: $0) })
    }
}
