package import Foundation

/// A clock that never goes back. Code that waits takes a clock, so that a test can pass its own and advance it instead
/// of waiting.
package struct MonotonicClock: Sendable {
    package let now: @Sendable () -> DispatchTime
    /// Waits for `seconds`.
    package let sleep: @Sendable (_ seconds: Double) -> Void

    package init(
        now: @escaping @Sendable () -> DispatchTime, sleep: @escaping @Sendable (_ seconds: Double) -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// The machine's monotonic clock.
    package static let system = MonotonicClock(now: { .now() }, sleep: { Thread.sleep(forTimeInterval: $0) })

    /// Seconds from `start` until now.
    package func seconds(since start: DispatchTime) -> Double {
        Double(now().uptimeNanoseconds - start.uptimeNanoseconds) * 1e-9
    }
}
