import Algorithms
import Foundation
import Networks
import Numerics
import Testing

/// Two ranks that own half of a case's networks each: every network, and what the owner of the policy reports, must come
/// out as one rank alone computes it.
@Suite struct TeamTests {
    static let cases: [(LearnerKind, [String: SettingValue])] =
        LearnerKind.allCases.map { ($0, [:]) } + [
            (.cql, ["lagrange": .flag(true), "max_target_backup": .flag(true)]),
            (.activeI, ["backup": .word("quantile"), "cloning_temperature": .word("off")]),
            (.activeS, ["backup": .word("mean"), "q_normalisation": .flag(true), "actor_dropout": .real(0.3)]),
        ]

    @Test(.timeLimit(.minutes(1)), arguments: cases, [0, 1])
    func everyOwnerHasWhatOneRankHas(_ subject: (LearnerKind, [String: SettingValue]), policyOwner: Int) {
        let (kind, changes) = subject
        let steps = 20
        let alone = LearnerSample(kind, seed: 0, changes)
        for step in 0..<steps { alone.update(step) }
        let mailbox = Mailbox()
        let ranks = (0..<2).map { rank in
            let half = Half(rank: rank, policyOwner: policyOwner, mailbox: mailbox)
            return Rank(LearnerSample(kind, seed: 0, changes, team: half))
        }
        // Threads and not a concurrent queue, which on one core does its work in turns: the ranks wait for each other.
        let threads = ranks.map { rank in Thread { rank.run(steps) } }
        threads.forEach { $0.start() }
        ranks.forEach { $0.finished.wait() }
        let half = { (group: NetworkGroup, index: Int) in group == .policy ? policyOwner : index % 2 }
        for (i, network) in alone.learner.networks.enumerated() {
            let other = ranks[half(network.group, network.index)].sample.learner.networks[i]
            #expect(values(of: other.parameters) == values(of: network.parameters), "\(network.name)")
        }
        for (i, scalar) in alone.learner.scalars.enumerated() {
            let other = ranks[half(scalar.group, 0)].sample.learner.scalars[i]
            #expect(other.adam.value == scalar.adam.value, "\(scalar.name)")
        }
        #expect(ranks[policyOwner].diagnostics == alone.learner.diagnostics())
        #expect(ranks[policyOwner].sample.learner.memory == alone.learner.memory)
    }
}

/// A learner on a thread of its own.
private final class Rank: @unchecked Sendable {
    let sample: LearnerSample
    let finished = DispatchSemaphore(value: 0)
    private(set) var diagnostics: [Diagnostic] = []

    init(_ sample: LearnerSample) { self.sample = sample }

    func run(_ steps: Int) {
        for step in 0..<steps { sample.update(step) }
        diagnostics = sample.learner.diagnostics()
        finished.signal()
    }
}

/// Rows on their way between the two ranks, one exchange at a time.
private final class Mailbox: @unchecked Sendable {
    private let condition = NSCondition()
    private var waiting = 0
    private var meetings = 0
    private var rows: [Int: [Double]] = [:]

    /// Posts `own` (by row) and gives what the other has posted.
    func exchange(_ own: [Int: [Double]]) -> [Int: [Double]] {
        meet { rows = (waiting == 0 ? [:] : rows).merging(own) { _, new in new } }
        let all = condition.withLock { rows }
        meet {}
        return all.filter { own[$0.key] == nil }
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

/// One of two ranks: it owns every second network of an ensemble, and the policy if it is the one. What neither is its own
/// nor shared with it is poisoned.
private struct Half: Exchange {
    let rank: Int
    let policyOwner: Int
    let mailbox: Mailbox

    func owns(_ group: NetworkGroup, _ index: Int) -> Bool {
        (group == .policy ? policyOwner : index % 2) == rank
    }

    func share(_ rows: MatrixView, of group: NetworkGroup, for readers: Readers) {
        let own = (0..<rows.rows).filter { owns(group, $0) }
        let posted = own.map { i in (i, (0..<rows.columns).map { Double(rows.row(i)[$0]) }) }
        let others = mailbox.exchange(Dictionary(uniqueKeysWithValues: posted))
        for i in 0..<rows.rows where !own.contains(i) {
            for j in 0..<rows.columns { rows.row(i)[j] = reads(readers) ? Real(others[i]?[j] ?? .nan) : .nan }
        }
    }

    func minimum(
        _ rows: MatrixView, of group: NetworkGroup, for readers: Readers, into out: UnsafeMutablePointer<Real>
    ) {
        let copy = Matrix(rows.rows, rows.columns)
        for i in 0..<rows.rows { copy.row(i).update(from: rows.row(i), count: rows.columns) }
        share(copy.view, of: group, for: readers)
        columnMinimum(copy.view, into: out)
    }

    func report(_ numbers: inout [Double], each count: Int, of group: NetworkGroup) {
        let own = (0..<numbers.count / count).filter { owns(group, $0) }
        let posted = own.map { ($0, Array(numbers[$0 * count..<($0 + 1) * count])) }
        for (i, row) in mailbox.exchange(Dictionary(uniqueKeysWithValues: posted)) {
            numbers.replaceSubrange(i * count..<(i + 1) * count, with: row)
        }
    }

    private func reads(_ readers: Readers) -> Bool {
        // Of every ensemble each half owns a part, but for the case of one member.
        readers.contains(.critics) || (readers.contains(.values) && rank < 2)
            || (readers.contains(.policy) && rank == policyOwner)
    }
}
