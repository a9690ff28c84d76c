import Algorithms
import Foundation
import Networks
import Numerics
import Testing

/// Several ranks that each own some of a case's networks compute every network, and what the owner of the policy
/// reports, as a single rank does.
@Suite struct TeamTests {
    static let cases: [(LearnerDefinition, [String: SettingValue])] =
        LearnerRegistry.standard.learners.map { ($0, [:]) } + [
            (.cql, ["lagrange": .flag(true), "max_target_backup": .flag(true)]),
            (.activeI, ["backup": .word("quantile"), "cloning_temperature": .word("off")]),
            (.activeS, ["backup": .word("mean"), "q_normalisation": .flag(true), "actor_dropout": .real(0.3)]),
        ]

    /// Two ranks, with the policy on either of them; then three and five ranks, where the last owns only the policy and
    /// some may own nothing.
    @Test(.timeLimit(.minutes(15)), arguments: cases, [(2, 0), (2, 1), (3, 2), (5, 4)])
    func everyOwnerHasWhatOneRankHas(
        _ subject: (LearnerDefinition, [String: SettingValue]), team: (ranks: Int, policy: Int)
    ) {
        let (kind, changes) = subject
        let steps = 20
        let alone = LearnerSample(kind, seed: 0, changes)
        for step in 0..<steps { alone.update(step) }
        let mailbox = Mailbox(ranks: team.ranks)
        let parts = (0..<team.ranks).map { Part(rank: $0, policyOwner: team.policy, mailbox: mailbox) }
        let ranks = parts.map { Rank(LearnerSample(kind, seed: 0, changes, team: $0), mailbox) }
        // Threads rather than a concurrent queue: on one core a queue runs its work in turns, and the ranks wait for
        // each other.
        let threads = ranks.map { rank in Thread { rank.run(steps) } }
        threads.forEach { $0.start() }
        ranks.forEach { $0.finished.wait() }
        for (i, network) in alone.learner.networks.enumerated() {
            let other = ranks[parts[0].owner(network.group, network.index)].sample.learner.networks[i]
            #expect(values(of: other.parameters) == values(of: network.parameters), "\(network.name)")
        }
        for (i, scalar) in alone.learner.scalars.enumerated() {
            let other = ranks[parts[0].owner(scalar.group, 0)].sample.learner.scalars[i]
            #expect(other.adam.value == scalar.adam.value, "\(scalar.name)")
        }
        #expect(ranks[team.policy].diagnostics == alone.learner.diagnostics())
        #expect(ranks[team.policy].sample.learner.resumableScalars == alone.learner.resumableScalars)
    }
}

/// A learner on its own thread.
private final class Rank: @unchecked Sendable {
    let sample: LearnerSample
    let finished = DispatchSemaphore(value: 0)
    private let mailbox: Mailbox
    private(set) var diagnostics: [Diagnostic] = []

    init(_ sample: LearnerSample, _ mailbox: Mailbox) {
        self.sample = sample
        self.mailbox = mailbox
    }

    func run(_ steps: Int) {
        mailbox.alone {
            for step in 0..<steps { sample.update(step) }
            diagnostics = sample.learner.diagnostics()
        }
        finished.signal()
    }
}

/// Rows that ranks pass to each other, one exchange at a time. A rank computes while the others wait: ranks are processes,
/// in each of which one thread computes products.
private final class Mailbox: @unchecked Sendable {
    let ranks: Int
    private let condition = NSCondition()
    private var waiting = 0
    private var meetings = 0
    private var rows: [Int: [Double]] = [:]

    init(ranks: Int) { self.ranks = ranks }

    /// Runs a rank's work, which no other rank's runs beside except where this one waits in `exchange`.
    func alone(_ work: () -> Void) { condition.withLock(work) }

    /// Posts this rank's rows and returns those that the others posted. Called within `alone`.
    func exchange(_ own: [Int: [Double]]) -> [Int: [Double]] {
        rows = (waiting == 0 ? [:] : rows).merging(own) { _, new in new }
        waitForAll()
        let all = rows
        waitForAll()
        return all.filter { own[$0.key] == nil }
    }

    private func waitForAll() {
        waiting += 1
        guard waiting < ranks else {
            (waiting, meetings) = (0, meetings + 1)
            return condition.broadcast()
        }
        let meeting = meetings
        while meetings == meeting { condition.wait() }
    }
}

/// One of several ranks: it owns every n-th network of an ensemble, and the policy if it is the policy's rank. Networks
/// that it neither owns nor reads are filled with NaN.
private struct Part: Exchange {
    let rank: Int
    let policyOwner: Int
    let mailbox: Mailbox

    func owner(_ group: NetworkGroup, _ index: Int) -> Int {
        group == .policy ? policyOwner : index % mailbox.ranks
    }

    func owns(_ group: NetworkGroup, _ index: Int) -> Bool { owner(group, index) == rank }

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

    /// Reads as if every ensemble had a member for every rank, and two critics.
    private func reads(_ readers: Readers) -> Bool {
        (readers.contains(.critics) && rank < 2) || readers.contains(.values)
            || (readers.contains(.policy) && rank == policyOwner)
    }
}
