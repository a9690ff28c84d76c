package import Networks
import Numerics

/// What happens in a gradient step and what it costs: the work on each network, in the learner's order, and what is exchanged
/// in between. Recorded on one process (`RecordingExchange`), replayed on any number of ranks (`StepModel`).
package struct StepTrace: Sendable, Equatable {
    /// Who does a piece of work.
    package enum Worker: Sendable, Hashable {
        /// The owner of network `index` of `group`.
        case owner(NetworkGroup, Int)
        /// Every rank for itself, such as drawing the batch.
        case everyone
    }

    /// Rows of `group`, known to `readers` afterwards.
    package struct Exchanged: Sendable, Hashable {
        package var group: NetworkGroup
        package var readers: Readers
        package var rows: Int
        package var columns: Int

        package init(_ group: NetworkGroup, for readers: Readers, rows: Int, columns: Int) {
            (self.group, self.readers, self.rows, self.columns) = (group, readers, rows, columns)
        }
    }

    /// What happens.
    package enum Kind: Sendable, Hashable {
        case work(Worker)
        /// The rows themselves.
        case share(Exchanged)
        /// Their minimum.
        case minimum(Exchanged)
    }

    /// One thing after the other.
    package struct Event: Sendable, Equatable {
        package var kind: Kind
        /// Of computing, on one process; none for rows that are shared.
        package var seconds: Double

        package init(_ kind: Kind, seconds: Double = 0) { (self.kind, self.seconds) = (kind, seconds) }
    }

    /// How many gradient steps the events are of: as many as there are from one step of a delayed policy to the next.
    package var steps: Int
    package var events: [Event]

    package init(steps: Int = 1, _ events: [Event]) { (self.steps, self.events) = (steps, events) }

    /// Seconds of a gradient step on one process.
    package var stepSeconds: Double { events.map(\.seconds).reduce(0, +) / Double(steps) }
}

extension StepTrace {
    /// The middle of several recordings of the same steps, event by event. As middles of parts add up to less than the middle
    /// of the whole, all are stretched to that.
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
