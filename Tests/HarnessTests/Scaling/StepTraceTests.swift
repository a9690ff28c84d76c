import Algorithms
import Foundation
import Networks
import Scaling
import Testing

@Suite struct StepTraceTests {
    /// The trace of an ACTIVE-I step: the rows that each network shares, their readers, and the work between them.
    @Test func stepOfACTIVE() {
        let subject = SmallSubject.make(.activeI, [("m", .integer(5))])
        let trace = SmallSubject.trace(subject)
        #expect(trace.steps == 1)
        for event in trace.events {
            let isMessage = if case .share = event.kind { true } else { false }
            #expect(abs(event.seconds - (isMessage ? 0 : 1)) < 1e-9, "\(event): messages are the model's to time")
        }
        #expect(trace.stepSeconds == trace.events.map(\.seconds).reduce(0, +))
        let exchanges = trace.events.map(\.kind).filter { if case .work = $0 { false } else { true } }
        let (batch, actions) = (32, 3)
        #expect(
            exchanges == [
                .minimum(.init(.critics, for: .values, rows: 2, columns: batch)),
                .minimum(.init(.values, for: .critics, rows: 5, columns: batch)),
                .minimum(.init(.critics, for: .policy, rows: 2, columns: batch)),
                .share(.init(.values, for: .policy, rows: 5, columns: batch)),
                .share(.init(.policy, for: .critics, rows: 1, columns: batch * actions)),
                .share(.init(.critics, for: .policy, rows: 2, columns: batch * (1 + actions))),
            ])
        for network in subject.networks {
            let own = trace.events.filter { $0.kind == .work(.owner(network.group, network.index)) }
            #expect(!own.isEmpty, "\(network.group) \(network.index)")
        }
        #expect(trace.events.first?.kind == .work(.everyone), "the batch")
    }

    /// A policy that is updated in every second step is recorded over two steps.
    @Test func delayedPolicy() {
        let trace = SmallSubject.trace(SmallSubject.make(.td3bc))
        #expect(trace.steps == 2)
        #expect(trace.stepSeconds == trace.events.map(\.seconds).reduce(0, +) / 2)
        let shares = trace.events.count { if case .share = $0.kind { true } else { false } }
        #expect(shares == 2 * 1 + 2, "two of the target policy; one of the policy and its backward pass")
    }

    /// The medians of the parts, scaled to the median of the whole.
    @Test func middleOfRecordings() {
        func recording(_ a: Double, _ b: Double) -> [StepTrace.Event] {
            [.init(.work(.everyone), seconds: a), .init(.work(.owner(.policy, 0)), seconds: b)]
        }
        let trace = StepTrace(middleOf: [recording(1, 9), recording(4, 2), recording(2, 3)], steps: 1)
        // The parts' medians are 2 and 3, the whole's is 6.
        let expected = [2.4, 3.6]
        #expect(zip(trace.events, expected).allSatisfy { abs($0.seconds - $1) < 1e-12 }, "\(trace.events)")
    }

    // MARK: Ensembles of other sizes

    /// Members cost 3 each, the quantile m²/100, the critics 50 for every m.
    private func trace(members m: Int) -> StepTrace {
        let turn = (0..<m).map { StepTrace.Event(.work(.owner(.values, $0)), seconds: 3) }
        let share = StepTrace.Event(.share(.init(.values, for: .policy, rows: m, columns: 8)))
        let quantile = StepTrace.Event(.work(.owner(.policy, 0)), seconds: Double(m * m) / 100)
        return StepTrace(turn + turn + [share, quantile, .init(.work(.owner(.critics, 0)), seconds: 50)])
    }

    @Test(arguments: [1, 7, 10, 15, 20, 80, 1000]) func othersFollowFromThree(members: Int) {
        let traces = EnsembleTraces([10: trace(members: 10), 20: trace(members: 20), 80: trace(members: 80)])
        let (found, expected) = (traces.trace(members: members), trace(members: members))
        #expect(found.events.map(\.kind) == expected.events.map(\.kind))
        for (a, b) in zip(found.events, expected.events) {
            #expect(abs(a.seconds - b.seconds) <= 1e-9 * b.seconds, "\(a.kind): \(a.seconds), not \(b.seconds)")
        }
    }

    /// The trace of a real learner's step, derived from traces of other
    /// sizes, has the messages of a trace of its own size.
    @Test func realStepsOfOtherSizes() {
        func subject(_ m: Int) -> ScalingSubject { SmallSubject.make(.activeS, [("m", .integer(m))]) }
        let traces = EnsembleTraces([2: SmallSubject.trace(subject(2)), 5: SmallSubject.trace(subject(5))])
        for m in [1, 3, 12] {
            let real = SmallSubject.trace(subject(m))
            #expect(traces.trace(members: m).events.map(\.kind) == real.events.map(\.kind), "\(m) members")
        }
    }
}
