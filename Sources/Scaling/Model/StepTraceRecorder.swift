import Algorithms
package import Datasets
import Foundation
package import Numerics

/// Records the gradient steps of a subject on this process.
package final class StepTraceRecorder {
    private let recorder: RecordingExchange
    private let loop: TrainingLoop
    private let steps: Int
    private let clock: MonotonicClock
    private var recordings: [[StepTrace.Event]] = []

    /// Makes a few steps that are not recorded.
    package init(_ subject: ScalingSubject, _ transitions: Transitions, clock: MonotonicClock = .system) {
        self.clock = clock
        recorder = RecordingExchange(clock: clock)
        loop = subject.loop(transitions, recorder)
        steps = subject.period
        loop.run(2 * steps)
    }

    /// Records for another `limit` seconds, and every step of the period at least three times.
    ///
    /// - Returns: the median seconds per step in this time.
    @discardableResult
    package func record(seconds limit: Double) -> Double {
        let (start, before) = (clock.now(), recordings.count)
        while recordings.count < before + 3 || clock.seconds(since: start) < limit {
            recorder.begin()
            loop.run(steps)
            recordings.append(recorder.end())
        }
        return median(recordings[before...].map { $0.map(\.seconds).reduce(0, +) }) / Double(steps)
    }

    /// The median of all recordings.
    package var trace: StepTrace { StepTrace(middleOf: recordings, steps: steps) }
}
