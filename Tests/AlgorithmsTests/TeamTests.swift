import Algorithms
import Foundation
import Networks
import Numerics
import Testing

/// Two ranks that own half of a case's networks each: every network must come out as one rank alone computes it.
@Suite struct TeamTests {
    static let cases: [(LearnerKind, [String: SettingValue])] =
        LearnerKind.allCases.map { ($0, [:]) } + [
            (.cql, ["lagrange": .flag(true), "max_target_backup": .flag(true)]),
            (.activeI, ["backup": .word("quantile"), "cloning_temperature": .word("off")]),
            (.activeS, ["backup": .word("mean"), "q_normalisation": .flag(true), "actor_dropout": .real(0.3)]),
        ]

    @Test(.timeLimit(.minutes(1)), arguments: cases)
    func everyOwnerHasWhatOneRankHas(kind: LearnerKind, changes: [String: SettingValue]) {
        let steps = 20
        let alone = LearnerSample(kind, seed: 0, changes)
        for step in 0..<steps { alone.update(step) }
        let mailbox = Mailbox()
        let ranks = (0..<2).map { Rank(LearnerSample(kind, seed: 0, changes, team: Half(rank: $0, mailbox: mailbox))) }
        // Threads and not a concurrent queue, which on one core does its work in turns: the ranks wait for each other.
        let threads = ranks.map { rank in Thread { rank.run(steps) } }
        threads.forEach { $0.start() }
        ranks.forEach { $0.finished.wait() }
        for (i, network) in alone.learner.networks.enumerated() {
            let index = Int(network.name.suffix(1))
            for rank in 0..<2 where index == nil || index.map({ $0 % 2 }) == rank {
                let other = ranks[rank].sample.learner.networks[i]
                #expect(values(of: other.parameters) == values(of: network.parameters), "\(network.name)")
            }
        }
        for (i, scalar) in alone.learner.scalars.enumerated() {
            for rank in ranks {
                #expect(rank.sample.learner.scalars[i].adam.value == scalar.adam.value, "\(scalar.name)")
            }
        }
    }
}

/// A learner on a thread of its own.
private final class Rank: @unchecked Sendable {
    let sample: LearnerSample
    let finished = DispatchSemaphore(value: 0)

    init(_ sample: LearnerSample) { self.sample = sample }

    func run(_ steps: Int) {
        for step in 0..<steps { sample.update(step) }
        finished.signal()
    }
}

/// Rows on their way between the two ranks, one exchange at a time.
private final class Mailbox: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting = 0
    private var meetings = 0
    private var rows: [Int: [Real]] = [:]

    func exchange(_ view: MatrixView, rank: Int) {
        meet {
            for i in stride(from: rank, to: view.rows, by: 2) { rows[i] = (0..<view.columns).map { view.row(i)[$0] } }
        }
        for i in stride(from: 1 - rank, to: view.rows, by: 2) {
            for (j, value) in (rows[i] ?? []).enumerated() { view.row(i)[j] = value }
        }
        meet {}
    }

    /// Does `body` alone, then waits for the other.
    private func meet(_ body: () -> Void) {
        condition.lock()
        defer { condition.unlock() }
        body()
        waiting += 1
        guard waiting < 2 else {
            (waiting, meetings) = (0, meetings + 1)
            return condition.broadcast()
        }
        let meeting = meetings
        while meetings == meeting { condition.wait() }
    }
}

/// One of two ranks: it owns every second network of an ensemble; both compute the policy. What it does not own it
/// must not use unless it was shared.
private struct Half: Exchange {
    let rank: Int
    let mailbox: Mailbox

    func owns(_ group: NetworkGroup, _ index: Int) -> Bool { group == .policy || index % 2 == rank }

    func share(_ rows: MatrixView, of group: NetworkGroup) { mailbox.exchange(rows, rank: rank) }

    func minimum(_ rows: MatrixView, of group: NetworkGroup, into out: UnsafeMutablePointer<Real>) {
        share(rows, of: group)
        columnMinimum(rows, into: out)
    }
}
