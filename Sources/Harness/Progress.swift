import Foundation
import MPI

/// What a rank says about itself while it works; a fixed number of bytes on the wire.
package struct ProgressRecord: Equatable {
    /// Index of the running case in the rank's own share; the number of finished cases.
    package var casesDone: Int32 = 0
    /// Gradient steps made of the running case.
    package var step: Int32 = 0
    package var stepsPerSecond: Float = 0
    /// 1 once the rank has nothing left to do.
    package var isFinished: Int32 = 0

    package static let size = 16

    package var bytes: [UInt8] {
        [
            UInt32(bitPattern: casesDone), UInt32(bitPattern: step), stepsPerSecond.bitPattern,
            UInt32(bitPattern: isFinished),
        ]
        .flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    package init() {}

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == ProgressRecord.size else { return nil }
        let words = (0..<4).map { i in (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[4 * i + $1]) << (8 * $1) } }
        casesDone = Int32(bitPattern: words[0])
        step = Int32(bitPattern: words[1])
        stepsPerSecond = Float(bitPattern: words[2])
        isFinished = Int32(bitPattern: words[3])
    }
}

/// Message tags between ranks.
enum MessageTag {
    static let progress = 1
    static let goHome = 2
}

/// Tells rank 0 how this rank is getting on, at most once a second, and on rank 0 shows what all ranks have told.
///
/// Nothing here waits for another rank: records are dropped while the last has not left.
final class ProgressReporter {
    private let world: Communicator
    private let outbox: Outbox?
    private let board: ProgressBoard?
    private var record = ProgressRecord()
    private var lastTold = DispatchTime.now()
    private var stepsWhenTold = 0

    /// - Parameter board: on rank 0, what is shown; nil elsewhere.
    init(_ world: Communicator, board: ProgressBoard?) {
        self.world = world
        self.board = board
        outbox =
            world.rank == 0
            ? nil : Outbox(recordSize: ProgressRecord.size, to: 0, tag: MessageTag.progress, on: world)
    }

    /// Called after every gradient step of the running case.
    func tick(_ step: Int) throws {
        let seconds = secondsSince(lastTold)
        guard seconds >= 1 else { return }
        record.step = Int32(clamping: step)
        record.stepsPerSecond = Float(Double(max(0, step - stepsWhenTold)) / seconds)
        lastTold = .now()
        stepsWhenTold = step
        try tell()
    }

    /// Called when a case has finished.
    func caseDone() throws {
        record.casesDone += 1
        record.step = 0
        stepsWhenTold = 0
        try tell()
    }

    /// This rank has nothing left to do. Ranks other than 0 wait here, without using the core, until rank 0 lets them
    /// go; rank 0 waits for all others, then calls `conclude` and lets them go.
    func finish(conclude: () throws -> Void) throws {
        record.isFinished = 1
        record.stepsPerSecond = 0
        guard let board else {
            try outbox?.send(record.bytes)
            while try world.receive(ifAvailable: MessageTag.goHome) == nil { usleep(20_000) }
            return
        }
        while true {
            try tell()
            if board.isEveryRankFinished { break }
            usleep(20_000)
        }
        board.end()
        try conclude()
        for rank in 1..<max(1, world.size) {
            try Outbox(recordSize: 1, to: rank, tag: MessageTag.goHome, on: world).send([1])
        }
    }

    private func tell() throws {
        guard let board else {
            _ = try outbox?.offer(record.bytes)
            return
        }
        board.update(rank: 0, record)
        while let (source, bytes) = try world.receive(ifAvailable: MessageTag.progress) {
            if let record = ProgressRecord(bytes) { board.update(rank: source, record) }
        }
        board.show()
    }
}
