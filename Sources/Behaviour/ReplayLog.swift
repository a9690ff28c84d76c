import Datasets
import Numerics
import Storage

/// The transitions of a training in the order of its steps, in a file `replay.bin` that only grows. A checkpoint records
/// its length; so the replay buffer, which holds the newest, is never written again.
///
/// A row has 3 + A + 2S numbers of type `Real`: the environment's number, 1 for a terminal step, the reward, action,
/// state, next state.
final class ReplayLog {
    /// One row.
    struct Row {
        let environment: Int
        let isTerminal: Bool
        let reward: Real
        let action, state, next: UnsafePointer<Real>
    }

    private let file: AppendOnlyFile
    private let stateSize, actionSize: Int
    /// Rows not yet written to the file.
    private var pending: [Real] = []
    /// The rows after which the pending ones are written.
    private static let pieceRows = 1_000

    /// Refers to the file at `path` without opening it.
    init(_ path: String, stateSize: Int, actionSize: Int) {
        file = AppendOnlyFile(path)
        self.stateSize = stateSize
        self.actionSize = actionSize
        pending.reserveCapacity(Self.pieceRows * width)
    }

    private var width: Int { 3 + actionSize + 2 * stateSize }
    private var rowBytes: Int { width * MemoryLayout<Real>.stride }

    /// Makes an empty file.
    func create() throws { try file.createEmpty() }

    /// Goes on after the rows recorded by a checkpoint.
    ///
    /// - Throws: `HarnessError.badInput` if they have changed.
    func resume(at position: OutputLength) throws { try file.resume(at: position) }

    /// Appends the step made in an environment.
    func append(_ step: ActingEnvironments.Step, environment: Int) throws {
        pending += [Real(environment), step.isTerminal ? 1 : 0, step.reward]
        pending += UnsafeBufferPointer(start: step.action, count: actionSize)
        pending += UnsafeBufferPointer(start: step.state, count: stateSize)
        pending += UnsafeBufferPointer(start: step.next, count: stateSize)
        if pending.count >= Self.pieceRows * width { try flush() }
    }

    private func flush() throws {
        try pending.withUnsafeBytes { try file.append($0) }
        pending.removeAll(keepingCapacity: true)
    }

    /// Returns when all rows are on disk.
    func sync() throws {
        try flush()
        try file.sync()
    }

    /// The file's length and hash, after `sync`.
    var position: OutputLength { file.position }

    /// The number of rows on disk, after `sync`.
    var count: Int { position.bytes / rowBytes }

    /// Calls `body` with the rows from number `start` on, in order, after `sync`.
    func forEach(from start: Int = 0, _ body: (Row) throws -> Void) throws {
        try file.forEachPiece(ofSize: Self.pieceRows * rowBytes, from: start * rowBytes) { piece in
            let numbers = piece.bindMemory(to: Real.self)
            guard let base = numbers.baseAddress else { return }
            for first in stride(from: 0, to: numbers.count, by: width) {
                let (row, actions) = (base + first, base + first + 3)
                try body(
                    Row(
                        environment: Int(row[0]), isTerminal: row[1] != 0, reward: row[2], action: actions,
                        state: actions + actionSize, next: actions + actionSize + stateSize))
            }
        }
    }

    /// The last `count` steps in an environment, each with its action and next state, after `sync`; fewer if the log has
    /// fewer.
    func lastSteps(_ count: Int, of environment: Int, among environments: Int) throws -> [(
        action: [Real], next: [Real]
    )] {
        var steps: [(action: [Real], next: [Real])] = []
        try forEach(from: max(0, self.count - (count + 1) * environments)) { row in
            guard row.environment == environment else { return }
            steps.append(
                (
                    Array(UnsafeBufferPointer(start: row.action, count: actionSize)),
                    Array(UnsafeBufferPointer(start: row.next, count: stateSize))
                ))
        }
        return steps.suffix(count)
    }

    /// Fills an empty buffer with the newest rows, as if all had been appended to it.
    func fill(_ buffer: ReplayBuffer) throws {
        let first = max(0, count - buffer.capacity)
        buffer.skip(first)
        try forEach(from: first) {
            buffer.append(
                observation: $0.state, action: $0.action, reward: $0.reward, next: $0.next, terminal: $0.isTerminal)
        }
    }
}
