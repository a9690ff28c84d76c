import Algorithms
import ManualClock
import Networks
import Numerics
import Scaling
import Teams
import Testing

@Suite struct StepModelTests {
    private let messageCosts = LogGPParameters(latency: 3, overhead: 0.5, gap: 1, gapPerByte: 0.01)
    /// The size of 100 numbers.
    private let bytes = 100 * MemoryLayout<Real>.stride

    /// The networks of a learner with two critics and a policy.
    private var networks: [NetworkWork] {
        var hyperparameters = LearnerDefinition.td3bc.hyperparameters()
        hyperparameters.set("hidden", to: .integers([8]), from: "test")
        return LearnerDefinition.td3bc.work(hyperparameters, states: 3, actions: 2)
    }

    /// The critics are on ranks 0 and 1, the policy on rank 0 or on a third rank.
    private func placement(ranks: Int) -> Placement { Placement(networks, costs: [2, 2, 1], ranks: ranks) }

    private func exchanged(_ group: NetworkGroup, for readers: Readers, rows: Int) -> StepTrace.Exchanged {
        .init(group, for: readers, rows: rows, columns: 100)
    }

    private func critics(_ seconds: Double) -> [StepTrace.Event] {
        [0, 1].map { .init(.work(.owner(.critics, $0)), seconds: seconds) }
    }

    private func model(
        _ events: [StepTrace.Event], ranks: Int, steps: Int = 1, _ messageCosts: LogGPParameters? = nil,
        slowdown: Double = 1
    ) -> StepModel {
        StepModel(
            StepTrace(steps: steps, events), placement(ranks: ranks), messageCosts ?? self.messageCosts,
            slowdown: slowdown)
    }

    @Test func oneRankDoesAllOfIt() {
        let events =
            [.init(.work(.everyone), seconds: 3)] + critics(7)
            + [
                .init(.share(exchanged(.critics, for: .policy, rows: 2))),
                .init(.minimum(exchanged(.critics, for: .policy, rows: 2)), seconds: 0.25),
                .init(.minimum(exchanged(.values, for: .policy, rows: 0)), seconds: 0),
                .init(.work(.owner(.policy, 0)), seconds: 2),
            ]
        let one = model(events, ranks: 1)
        #expect(abs(one.stepSeconds - 19.25) < 1e-12 && one.traffic == [.init()])
        #expect(abs(StepTrace(events).stepSeconds - 19.25) < 1e-12)
        #expect(abs(model(events, ranks: 1, steps: 2, slowdown: 1.5).stepSeconds - 1.5 * 19.25 / 2) < 1e-12)
    }

    /// Critics are computed in parallel; rank 1's row takes o + L + kG to arrive, and another o.
    @Test func rowsToTheOwnerOfThePolicy() {
        let events =
            critics(7) + [
                .init(.share(exchanged(.critics, for: .policy, rows: 2))),
                .init(.work(.owner(.policy, 0)), seconds: 2),
                .init(.share(exchanged(.policy, for: .critics, rows: 1))),
            ]
        #expect(placement(ranks: 2).owner(.critics, 1) != placement(ranks: 2).owner(.policy, 0))
        let message = 2 * 0.5 + 3 + 0.01 * Double(bytes)
        let two = model(events, ranks: 2)
        #expect(abs(two.stepSeconds - (7 + message + 2 + message)) < 1e-9)
        #expect(two.traffic == [.init(messages: 1, bytes: bytes), .init(messages: 1, bytes: bytes)])
        #expect(abs(model(events, ranks: 2, .free).stepSeconds - 9) < 1e-9)
        // A policy on its own rank sends two messages, and the critic that gets the second is late in the next step as
        // well, so that the rows do not wait for each other.
        let interval = max(1, 0.01 * Double(bytes))
        let three = model(events, ranks: 3)
        #expect(abs(three.stepSeconds - (7 + message + 2 + interval + message)) < 1e-9)
        #expect(three.traffic.map(\.messages).reduce(0, +) == 4)
    }

    /// A rank that waits for no message goes on: the policy's long work overlaps with the critics' next step.
    @Test func stepsOverlap() {
        let events =
            critics(7) + [
                .init(.share(exchanged(.critics, for: .policy, rows: 2))), .init(.work(.owner(.policy, 0)), seconds: 6),
            ]
        #expect(abs(model(events, ranks: 3, .free).stepSeconds - 7) < 1e-9)
        #expect(abs(model(events, ranks: 2, .free).stepSeconds - 13) < 1e-9)
    }

    /// The reduction of more than two rows begins when the last row is ready and delays all members.
    @Test func reductionOfAnEnsemble() {
        var hyperparameters = LearnerDefinition.activeI.hyperparameters()
        hyperparameters.set("m", to: .integer(4), from: "test")
        let networks = LearnerDefinition.activeI.work(hyperparameters, states: 3, actions: 2)
        let costs = networks.map { $0.group == .values ? 1.0 : 10 }
        let placement = Placement(networks, costs: costs, ranks: 4)
        let members = (0..<4).map { StepTrace.Event(.work(.owner(.values, $0)), seconds: Double($0)) }
        let minimum = StepTrace.Event(.minimum(exchanged(.values, for: .critics, rows: 4)), seconds: 4)
        let model = StepModel(StepTrace(members + [minimum]), placement, messageCosts)
        // Two rounds among four ranks, after each has spent 1 on its own row.
        #expect(abs(model.stepSeconds - (3 + 1 + 2 * (4 + 0.01 * Double(bytes)))) < 1e-9)
        #expect(model.traffic == [StepModel.Traffic](repeating: .init(messages: 1, bytes: bytes), count: 4))
    }

    /// More expensive messages never make a team faster, and no team is faster than its busiest rank or its share.
    @Test(arguments: [LearnerDefinition.activeI, .iql, .td3bc, .cql], 1...6) func bounds(
        learner: LearnerDefinition, ranks: Int
    ) {
        let subject = SmallSubject.make(learner)
        let trace = SmallSubject.trace(subject)
        let placement = Placement(
            subject.networks, costs: subject.networks.map(\.multiplyAdds), ranks: ranks)
        var last = 0.0
        for factor in [0.0, 1, 10, 100] {
            let messageCosts = LogGPParameters(
                latency: factor * 1e-6, overhead: factor * 2e-7, gap: factor * 1e-6, gapPerByte: factor * 1e-10)
            let seconds = StepModel(trace, placement, messageCosts).stepSeconds
            #expect(seconds >= last * (1 - 1e-9), "\(learner) on \(ranks) ranks: \(seconds) after \(last)")
            #expect(seconds >= trace.stepSeconds / Double(ranks) * (1 - 1e-9))
            if ranks == 1 { #expect(abs(seconds / trace.stepSeconds - 1) < 1e-9) }
            last = seconds
        }
    }
}

/// Learners with small networks.
enum SmallSubject {
    static func make(_ learner: LearnerDefinition, _ changes: [(String, SettingValue)] = []) -> ScalingSubject {
        var hyperparameters = learner.hyperparameters()
        let small: [(String, SettingValue)] = [("hidden", .integers([16, 16])), ("batch", .integer(32))]
        let cql: [(String, SettingValue)] =
            learner == .cql ? [("critic_hidden", .integers([16, 16])), ("sampled_actions", .integer(2))] : []
        for (key, value) in small + cql + changes { hyperparameters.set(key, to: value, from: "test") }
        return ScalingSubject(learner, hyperparameters)
    }

    /// A trace recorded by a clock that any work advances by one second.
    static func trace(_ subject: ScalingSubject) -> StepTrace {
        let recording = StepTraceRecorder(
            subject, subject.transitions(100), clock: ManualClock(secondsPerLook: 1).clock)
        recording.record(seconds: 0)
        return recording.trace
    }
}
