package import Networks
import Numerics

/// The events of a gradient step and their times: the work on each network, in the learner's order, and the exchanges
/// in between. Recorded on one process (`RecordingExchange`), replayed on any number of ranks (`StepModel`).
package struct StepTrace: Sendable, Equatable {
    /// The rank that does a piece of work.
    package enum Worker: Sendable, Hashable {
        /// The owner of network `index` of `group`.
        case owner(NetworkGroup, Int)
        /// Every rank itself, as for drawing the batch.
        case everyone
    }

    /// Rows of `group` that `readers` know afterwards.
    package struct Exchanged: Sendable, Hashable {
        package var group: NetworkGroup
        package var readers: Readers
        package var rows: Int
        package var columns: Int

        package init(_ group: NetworkGroup, for readers: Readers, rows: Int, columns: Int) {
            (self.group, self.readers, self.rows, self.columns) = (group, readers, rows, columns)
        }
    }

    /// The kind of an event.
    package enum Kind: Sendable, Hashable {
        case work(Worker)
        /// The exchange of the rows themselves.
        case share(Exchanged)
        /// The minimum over the rows.
        case minimum(Exchanged)
    }

    /// An event of the trace.
    package struct Event: Sendable, Equatable {
        package var kind: Kind
        /// Seconds of computation on one process; 0 for an exchange of rows.
        package var seconds: Double

        package init(_ kind: Kind, seconds: Double = 0) { (self.kind, self.seconds) = (kind, seconds) }
    }

    /// The number of gradient steps in the trace: the period of a delayed policy.
    package var steps: Int
    package var events: [Event]

    package init(steps: Int = 1, _ events: [Event]) { (self.steps, self.events) = (steps, events) }

    /// Seconds per gradient step on one process.
    package var stepSeconds: Double { events.map(\.seconds).reduce(0, +) / Double(steps) }
}

extension StepTrace {
    /// The median of several recordings of the same steps, event by event. Medians of parts sum to less than the median
    /// of the whole, so all are scaled up to match it.
    package init(middleOf recordings: [[Event]], steps: Int) {
        guard let first = recordings.first else { preconditionFailure("no recording") }
        precondition(
            recordings.allSatisfy { $0.map(\.kind) == first.map(\.kind) }, "steps that differ in their exchanges")
        var events = first
        for i in events.indices { events[i].seconds = median(recordings.map { $0[i].seconds }) }
        let whole = median(recordings.map { $0.map(\.seconds).reduce(0, +) })
        let parts = events.map(\.seconds).reduce(0, +)
        if parts > 0 { for i in events.indices { events[i].seconds *= whole / parts } }
        self.init(steps: steps, events)
    }
}
