import Glibc
package import Numerics

/// A table of transitions (s, a, r, s', d), the form in which every learner sees its data.
///
/// It is never written after it is made, so any number of samplers and threads may read it. All columns are in one `block`,
/// which another object may own (memory shared by the ranks of a node).
package final class Transitions: @unchecked Sendable {
    /// The source of the data, for errors.
    package let origin: String
    /// n, the number of transitions.
    package let count: Int
    /// S, the length of a state.
    package let stateSize: Int
    /// A, the length of an action.
    package let actionSize: Int
    package let rows: TransitionRows
    /// The runs of a file's rows that became transitions, for errors; empty if the table is not from a file.
    var sourceRuns: [Range<Int>] = []
    private let release: @Sendable () -> Void

    /// Makes a table in a block that another object owns and fills before the first reading.
    ///
    /// - `block`: `blockSize(…)` elements on a 64-byte boundary, in the layout of `TransitionRows`.
    /// - `release`: called when the table is deallocated.
    package init(
        count: Int, stateSize: Int, actionSize: Int, origin: String, block: UnsafeMutablePointer<Real>,
        release: @escaping @Sendable () -> Void
    ) {
        precondition(count > 0 && count <= Int(Int32.max) && stateSize > 0 && actionSize > 0)
        self.origin = origin
        self.count = count
        self.stateSize = stateSize
        self.actionSize = actionSize
        self.release = release
        rows = TransitionRows(base: block, capacity: count, stateSize: stateSize, actionSize: actionSize)
    }

    /// Makes a table in memory of its own, to be filled through `rows` before it is shared.
    ///
    /// - `zeroed`: false if every row will be filled, which saves about half of the time.
    package convenience init(count: Int, stateSize: Int, actionSize: Int, origin: String, zeroed: Bool = true) {
        nonisolated(unsafe) let block = allocateAligned(
            Self.blockSize(count: count, stateSize: stateSize, actionSize: actionSize), zeroed: zeroed)
        self.init(count: count, stateSize: stateSize, actionSize: actionSize, origin: origin, block: block) {
            free(block)
        }
        rows.clearPadding()
    }

    deinit { release() }

    /// Returns the number of elements in the block of a table of these sizes.
    package static func blockSize(count: Int, stateSize: Int, actionSize: Int) -> Int {
        TransitionRows.elementCount(capacity: count, stateSize: stateSize, actionSize: actionSize)
    }

    /// All columns as they are in memory, to be copied to another table of the same sizes.
    package var block: UnsafeBufferPointer<Real> {
        let size = Self.blockSize(count: count, stateSize: stateSize, actionSize: actionSize)
        return UnsafeBufferPointer(start: rows.base, count: size)
    }

    /// s [n, S]; like all columns, read-only.
    package var observations: MatrixView { MatrixView(pointer: rows.observations, rows: count, columns: stateSize) }
    /// a [n, A].
    package var actions: MatrixView { MatrixView(pointer: rows.actions, rows: count, columns: actionSize) }
    /// r [1, n].
    package var rewards: MatrixView { MatrixView(pointer: rows.rewards, rows: 1, columns: count) }
    /// s' [n, S].
    package var nextObservations: MatrixView {
        MatrixView(pointer: rows.nextObservations, rows: count, columns: stateSize)
    }
    /// d [1, n]: 1 where the environment ended the episode (never for a time limit), else 0.
    package var terminals: MatrixView { MatrixView(pointer: rows.terminals, rows: 1, columns: count) }

    /// Returns the file's row from which transition `i` was made; `i` itself if the table is not from a file.
    func sourceRow(of i: Int) -> Int {
        var first = 0
        for run in sourceRuns {
            if i < first + run.count { return run.lowerBound + i - first }
            first += run.count
        }
        return i
    }

    /// Makes a copy in memory of its own.
    package func copy() -> Transitions {
        let copy = Transitions(
            count: count, stateSize: stateSize, actionSize: actionSize, origin: origin, zeroed: false)
        copy.rows.base.update(from: rows.base, count: block.count)
        return copy
    }
}
