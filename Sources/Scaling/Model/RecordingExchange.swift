import Dispatch
import Networks
import Numerics

/// The exchange of a single process that computes every network, recording the times. A learner asks for a network's
/// owner just before it works on the network, so the time until its next call belongs to that network.
///
/// Work that every rank does for itself after a network's turn, without an exchange in between, also counts for that
/// network.
final class RecordingExchange: Exchange {
    private var events: [StepTrace.Event] = []
    private var worker = StepTrace.Worker.everyone
    private let clock: MonotonicClock
    private var start: DispatchTime

    init(clock: MonotonicClock) {
        self.clock = clock
        start = clock.now()
    }

    /// Starts a recording.
    func begin() {
        events.removeAll(keepingCapacity: true)
        go(on: .everyone)
    }

    /// The events since `begin`.
    func end() -> [StepTrace.Event] {
        stop()
        return events
    }

    func owns(_ group: NetworkGroup, _ index: Int) -> Bool {
        stop()
        go(on: .owner(group, index))
        return true
    }

    func share(_ rows: MatrixView, of group: NetworkGroup, for readers: Readers) {
        stop()
        events.append(.init(.share(.init(group, for: readers, rows: rows.rows, columns: rows.columns))))
        go(on: .everyone)
    }

    func minimum(
        _ rows: MatrixView, of group: NetworkGroup, for readers: Readers, into out: UnsafeMutablePointer<Real>
    ) {
        stop()
        go(on: .everyone)
        columnMinimum(rows, into: out)
        events.append(
            .init(.minimum(.init(group, for: readers, rows: rows.rows, columns: rows.columns)), seconds: elapsed))
        go(on: .everyone)
    }

    func report(_ numbers: inout [Double], each count: Int, of group: NetworkGroup) {}

    private var elapsed: Double { clock.seconds(since: start) }

    private func go(on next: StepTrace.Worker) {
        worker = next
        start = clock.now()
    }

    /// Attributes the time since the last call.
    private func stop() {
        events.append(.init(.work(worker), seconds: elapsed))
    }
}
