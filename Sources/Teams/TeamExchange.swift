import Failures
import Foundation
package import MPI
import Networks
import Numerics
import Supervision

/// The exchange of a case over the ranks of a team: the owners of networks send what they compute to its readers.
///
/// Rows go from each owner directly to the readers; only readers wait, and an owner that does not read continues at
/// once. The minimum over an ensemble is an MPI_Allreduce over owners and readers with an operation that propagates
/// NaN; for one or two networks the rows are sent instead. Ranks that neither own nor read take no part. So the policy
/// step on one batch overlaps with the value step on the next if they have different owners. Memory is allocated only
/// the first time each exchange is made.
package final class TeamExchange: Exchange {
    /// Counts of what this rank has sent.
    package struct Traffic {
        /// The number of messages; a message to two readers counts twice, a reduction once.
        package var messages = 0
        package var bytes = 0
        /// Nanoseconds spent in MPI calls, mostly waiting.
        package var nanoseconds: UInt64 = 0
    }

    private let communicator: Communicator
    private let placement: Placement
    private let worldRank: Int
    private let fail: (any Error) -> Never
    private var channels: [RowChannel] = []
    private var minima: [MinimumChannel] = []
    package private(set) var traffic = Traffic()
    /// The current gradient step, for fault injection.
    package var step = 0

    /// - Parameter fail: ends the job, because an exchange cannot continue after an error.
    package init(
        _ communicator: Communicator, _ placement: Placement, worldRank: Int, fail: @escaping (any Error) -> Never
    ) {
        self.communicator = communicator
        self.placement = placement
        self.worldRank = worldRank
        self.fail = fail
    }

    func owns(_ group: NetworkGroup, _ index: Int) -> Bool {
        placement.owner(group, index) == communicator.rank
    }

    func share(_ rows: MatrixView, of group: NetworkGroup, for readers: Readers) {
        exchange {
            let channel = rowChannel(rows, of: group, for: readers)
            traffic.messages += try channel.send(rows)
            traffic.bytes += channel.postedBytes
            try FaultInjection.atStep(step, rank: worldRank, place: .inside)
            try channel.receive(into: rows)
        }
    }

    func minimum(
        _ rows: MatrixView, of group: NetworkGroup, for readers: Readers, into out: UnsafeMutablePointer<Real>
    ) {
        guard Placement.reduces(minimumOver: rows.rows) else {
            share(rows, of: group, for: readers)
            return columnMinimum(rows, into: out)
        }
        exchange {
            let channel = try minimumChannel(rows, of: group, for: readers)
            try FaultInjection.atStep(step, rank: worldRank, place: .inside)
            guard try channel.reduce(rows, into: out) else { return }
            traffic.messages += 1
            traffic.bytes += rows.columns * MemoryLayout<Real>.stride
        }
    }

    func report(_ numbers: inout [Double], each count: Int, of group: NetworkGroup) {
        do {
            for i in 0..<numbers.count / count {
                let range = i * count..<(i + 1) * count
                let own = numbers[range].withUnsafeBytes { Array($0) }
                let known = try communicator.broadcast(own, from: placement.owner(group, i))
                numbers.replaceSubrange(range, with: known.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) })
            }
        } catch {
            fail(error)
        }
    }

    /// Waits until all messages have been sent, then frees requests and communicators. Collective.
    package func finish() throws {
        for channel in channels { try channel.finish() }
        for channel in minima { try channel.finish() }
    }

    private func exchange(_ body: () throws -> Void) {
        Supervision.enter("exchange with the team")
        let (start, profiled) = (DispatchTime.now().uptimeNanoseconds, KernelProfile.begin())
        do {
            try FaultInjection.atStep(step, rank: worldRank, place: .before)
            try body()
            try FaultInjection.atStep(step, rank: worldRank, place: .after)
        } catch {
            fail(error)
        }
        traffic.nanoseconds += DispatchTime.now().uptimeNanoseconds - start
        KernelProfile.end(profiled, "exchange with the team", 1, 1, numbers: 0)
        Supervision.enter("training")
    }

    private func rowChannel(_ rows: MatrixView, of group: NetworkGroup, for readers: Readers) -> RowChannel {
        for channel in channels where channel.key == (group, readers, rows.rows, rows.columns) { return channel }
        // All ranks make the same exchanges in the same order, so the numbers agree.
        let channel = RowChannel(
            rows, of: group, for: readers, placement, communicator, tag: MessageTag.rows + channels.count)
        channels.append(channel)
        return channel
    }

    private func minimumChannel(
        _ rows: MatrixView, of group: NetworkGroup, for readers: Readers
    ) throws -> MinimumChannel {
        for channel in minima where channel.key == (group, readers, rows.rows, rows.columns) { return channel }
        let channel = try MinimumChannel(rows, of: group, for: readers, placement, communicator)
        minima.append(channel)
        return channel
    }
}

/// One kind of row exchange: who sends which rows, and who receives them.
private final class RowChannel {
    let key: (NetworkGroup, Readers, Int, Int)
    /// The rows of this rank.
    private let own: [Int]
    /// The rows of other ranks that this rank reads.
    private let sources: [(rank: Int, rows: [Int])]
    private let sender: MulticastSender?
    private let readerCount: Int
    private let staging: UnsafeMutablePointer<Real>
    private let communicator: Communicator
    private let tag: Int

    package init(
        _ rows: MatrixView, of group: NetworkGroup, for readers: Readers, _ placement: Placement,
        _ communicator: Communicator, tag: Int
    ) {
        key = (group, readers, rows.rows, rows.columns)
        self.communicator = communicator
        self.tag = tag
        let rank = communicator.rank
        let pattern = placement.exchangePattern(of: group, rows: rows.rows, for: readers)
        own = pattern.rows(of: rank)
        sources = pattern.sources(to: rank)
        let receivers = pattern.receivers(from: rank)
        readerCount = receivers.count
        let bytes = own.count * rows.columns * MemoryLayout<Real>.stride
        sender = readerCount > 0 ? MulticastSender(capacity: bytes, to: receivers, tag: tag, on: communicator) : nil
        staging = allocateAligned(rows.count)
    }

    deinit { free(staging) }

    /// The bytes sent to all readers in one exchange of this rank's rows.
    var postedBytes: Int { readerCount * own.count * key.3 * MemoryLayout<Real>.stride }

    /// Starts to send this rank's rows; returns the number of messages.
    func send(_ rows: MatrixView) throws -> Int {
        guard let sender else { return 0 }
        let size = rows.columns * MemoryLayout<Real>.stride
        try sender.send(count: own.count * size) { message in
            guard let start = message.baseAddress else { return }
            for (k, i) in own.enumerated() { (start + k * size).copyMemory(from: rows.row(i), byteCount: size) }
        }
        return readerCount
    }

    func receive(into rows: MatrixView) throws {
        for (source, indices) in sources {
            let count = indices.count * rows.columns * MemoryLayout<Real>.stride
            try communicator.receive(into: staging, count: count, from: source, tag: tag)
            for (k, i) in indices.enumerated() {
                rows.row(i).update(from: staging + k * rows.columns, count: rows.columns)
            }
        }
    }

    package func finish() throws { try sender?.complete() }
}

/// One kind of minimum: its ranks, and this rank's rows.
private final class MinimumChannel {
    let key: (NetworkGroup, Readers, Int, Int)
    private let own: [Int]
    /// The communicator of owners and readers; nil on the other ranks.
    private let members: Communicator?
    private let scratch: UnsafeMutablePointer<Real>

    /// Collective over the team.
    package init(
        _ rows: MatrixView, of group: NetworkGroup, for readers: Readers, _ placement: Placement,
        _ communicator: Communicator
    ) throws {
        key = (group, readers, rows.rows, rows.columns)
        let rank = communicator.rank
        own = (0..<rows.rows).filter { placement.owner(group, $0) == rank }
        let takesPart = placement.members(ofMinimumOver: group, for: readers).contains(rank)
        members = try communicator.split(color: takesPart ? 0 : nil, key: rank)
        scratch = allocateAligned(rows.columns)
    }

    deinit { free(scratch) }

    /// Computes the minimum; returns whether a message was needed. `out` is defined on all members.
    func reduce(_ rows: MatrixView, into out: UnsafeMutablePointer<Real>) throws -> Bool {
        guard let members else { return false }
        let count = rows.columns
        scratch.update(repeating: .infinity, count: count)
        for i in own { elementwiseMinimum(scratch, with: rows.row(i), count: count) }
        if members.size > 1 { try members.minimum(scratch, count: count) }
        out.update(from: scratch, count: count)
        return members.size > 1
    }

    package func finish() throws { try members?.free() }
}
