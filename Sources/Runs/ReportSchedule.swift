import Foundation
package import Numerics
import Storage

/// Decides by the clock when a rank reports its progress, writes its heartbeat and looks for the file STOP, and when its
/// time limit has passed.
package final class ReportSchedule {
    /// Seconds between two reports, and between two looks for the file STOP.
    private static let interval = 1.0

    private let clock: MonotonicClock
    private let hours: Double?
    private let start: DispatchTime
    private var lastReport: DispatchTime
    /// The step of the last report; nil before the first step in a case, wherever it resumes.
    private var stepOfLastReport: Int?
    private var lastHeartbeat: (time: DispatchTime, phase: String)?
    private var lastLookForStop: DispatchTime?

    /// - Parameter hours: hours from now after which all cases are stopped; nil for no limit.
    package init(hours: Double?, clock: MonotonicClock) {
        self.hours = hours
        self.clock = clock
        start = clock.now()
        lastReport = start
    }

    /// Notes that a case begins or resumes: the rate counts from its first step on.
    package func caseBegins() { stepOfLastReport = nil }

    /// Whether a report is due, which the caller then makes.
    ///
    /// - Parameters:
    ///   - step: the number of gradient steps made in the case.
    ///   - isUrgent: whether it is due now, whatever the interval.
    /// - Returns: the steps per second since the last report; nil if no report is due.
    package func rateToReport(at step: Int, isUrgent: Bool) -> Double? {
        guard let before = stepOfLastReport else {
            (stepOfLastReport, lastReport) = (step, clock.now())
            return nil
        }
        let seconds = clock.seconds(since: lastReport)
        guard seconds >= Self.interval || isUrgent else { return nil }
        (stepOfLastReport, lastReport) = (step, clock.now())
        return Double(max(0, step - before)) / max(seconds, 1e-3)
    }

    /// Whether a heartbeat is due: in another phase than the last one, or after `Heartbeat.interval`.
    package func isHeartbeatDue(in phase: String) -> Bool {
        guard let last = lastHeartbeat else { return true }
        return phase != last.phase || clock.seconds(since: last.time) >= Heartbeat.interval
    }

    /// Notes that a heartbeat is written now.
    package func heartbeatWritten(in phase: String) { lastHeartbeat = (clock.now(), phase) }

    /// Whether to look for the file STOP, which the caller then does.
    package func isLookForStopDue() -> Bool {
        if let last = lastLookForStop, clock.seconds(since: last) < Self.interval { return false }
        lastLookForStop = clock.now()
        return true
    }

    /// Whether the time limit of the run has passed.
    package var areHoursOver: Bool { hours.map { clock.seconds(since: start) >= $0 * 3600 } ?? false }
}
