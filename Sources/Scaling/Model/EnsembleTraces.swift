import Foundation
import Networks

/// Traces of one learner with ensembles of several sizes, from which the traces of other sizes are extrapolated:
/// ensembles that are too large to be run here.
package struct EnsembleTraces: Sendable {
    /// A trace in which the consecutive turns of V₁ … V_m are folded into one event with their mean time.
    private struct Folded {
        var members: Int
        var events: [StepTrace.Event]
        /// Whether an event is a turn of all members.
        var isTurn: [Bool]

        init(_ trace: StepTrace, members: Int) {
            self.members = members
            (events, isTurn) = ([], [])
            for event in trace.events {
                if case .work(.owner(.values, let index)) = event.kind, index > 0, isTurn.last == true {
                    events[events.count - 1].seconds += event.seconds / Double(members)
                } else if case .work(.owner(.values, 0)) = event.kind {
                    events.append(.init(event.kind, seconds: event.seconds / Double(members)))
                    isTurn.append(true)
                } else {
                    events.append(event)
                    isTurn.append(false)
                }
            }
        }

        /// The kinds of the events, with the row counts of this ensemble replaced by those for `other` members.
        func kinds(members other: Int) -> [StepTrace.Kind] {
            events.map { event in
                func resized(_ rows: StepTrace.Exchanged) -> StepTrace.Exchanged {
                    var rows = rows
                    if rows.group == .values, rows.rows == members { rows.rows = other }
                    return rows
                }
                switch event.kind {
                case .work: return event.kind
                case .share(let rows): return .share(resized(rows))
                case .minimum(let rows): return .minimum(resized(rows))
                }
            }
        }
    }

    private let folded: [Folded]
    private let traces: [Int: StepTrace]
    private let steps: Int

    /// - Parameter traces: traces of the same learner by m.
    package init(_ traces: [Int: StepTrace]) {
        self.traces = traces
        folded = traces.sorted { $0.key < $1.key }.map { Folded($0.value, members: $0.key) }
        steps = traces.values.first?.steps ?? 1
        precondition(
            Set(folded.map { $0.kinds(members: 0) }).count == 1, "steps that differ by more than their members")
    }

    /// The trace of a step with m members: recorded, or with the time of every event extrapolated as a power of m
    /// through the two nearest recordings.
    package func trace(members m: Int) -> StepTrace {
        if let known = traces[m] { return known }
        guard let nearest = folded.first else { return StepTrace([]) }
        var events: [StepTrace.Event] = []
        for (i, kind) in nearest.kinds(members: m).enumerated() {
            let seconds = seconds(ofEvent: i, members: m)
            if nearest.isTurn[i] {
                events += (0..<m).map { .init(.work(.owner(.values, $0)), seconds: seconds) }
            } else {
                events.append(.init(kind, seconds: seconds))
            }
        }
        return StepTrace(steps: steps, events)
    }

    private func seconds(ofEvent i: Int, members m: Int) -> Double {
        let last = folded.count - 1
        guard last > 0 else { return folded[0].events[i].seconds }
        let upper = folded.firstIndex { $0.members >= m } ?? last
        let (a, b) = (folded[max(upper, 1) - 1], folded[max(upper, 1)])
        let (known, other) = (a.events[i].seconds, b.events[i].seconds)
        guard known > 0, other > 0 else { return other }
        let power = log(other / known) / log(Double(b.members) / Double(a.members))
        // No work grows faster than a sort over all members; an exponent below a fifth is noise.
        let exponent = power < 0.2 ? 0 : min(power, 2)
        return other * pow(Double(m) / Double(b.members), exponent)
    }
}
