package import Foundation

/// A clock that never goes back. What waits for time to pass takes one, so that a test can hand it a clock of its own and advance
/// that instead of waiting.
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

    /// The machine's.
    package static let system = MonotonicClock(now: { .now() }, sleep: { Thread.sleep(forTimeInterval: $0) })

    /// Seconds from `start` until now.
    package func seconds(since start: DispatchTime) -> Double {
        Double(now().uptimeNanoseconds - start.uptimeNanoseconds) * 1e-9
    }
}
