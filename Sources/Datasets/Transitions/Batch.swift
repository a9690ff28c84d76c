package import Numerics

/// The B transitions of one gradient step; its buffers are allocated once and filled by every draw.
package final class Batch {
    /// B, the number of transitions.
    package let size: Int
    /// (s, a) side by side, [B, S + A]: the input of a critic.
    package let stateActions: Matrix
    /// s, the columns 0 ..< S of `stateActions`.
    package let states: MatrixView
    /// a, the columns from S on of `stateActions`.
    package let actions: MatrixView
    /// s' [B, S].
    package let nextStates: Matrix
    /// r [1, B].
    package let rewards: Matrix
    /// 1 − d [1, B], the factor of a bootstrapped value.
    package let continuations: Matrix
    /// The rows of the table that the last draw took [B].
    package let indices: UnsafeMutablePointer<Int32>

    /// Allocates buffers for `size` transitions.
    package init(size: Int, stateSize: Int, actionSize: Int) {
        precondition(size > 0 && stateSize > 0 && actionSize > 0)
        self.size = size
        stateActions = Matrix(size, stateSize + actionSize)
        states = stateActions.view.columns(0..<stateSize)
        actions = stateActions.view.columns(stateSize..<stateSize + actionSize)
        nextStates = Matrix(size, stateSize)
        rewards = Matrix(vector: size)
        continuations = Matrix(vector: size)
        indices = .allocate(capacity: size)
        indices.initialize(repeating: 0, count: size)
    }

    deinit { indices.deallocate() }

    /// Draws B of the first `count` rows of a table, uniformly with replacement, and copies them.
    func draw(from table: TransitionRows, count: Int, stream: RandomStream, step: Int) {
        stream.integers(below: count, step: step, into: indices, count: size)
        let stateSize = states.columns
        let actionSize = actions.columns
        precondition(stateSize == table.stateSize && actionSize == table.actionSize, "sizes of batch and table")
        gatherRows(indices, of: table.observations, into: states)
        gatherRows(indices, of: table.actions, into: actions)
        gatherRows(indices, of: table.nextObservations, into: nextStates.view)
        let column = { (matrix: Matrix) in MatrixView(pointer: matrix.pointer, rows: self.size, columns: 1) }
        gatherRows(indices, of: table.rewards, into: column(rewards))
        gatherRows(indices, of: table.terminals, into: column(continuations))
        for b in 0..<size { continuations[b] = 1 - continuations[b] }
    }

    /// Turns V(s') into the critics' target, in place: values = r + γ(1 − d)·values [1, B].
    package func bootstrap(_ values: Matrix, discount: Double) {
        for b in 0..<size { values[b] = rewards[b] + Real(discount) * continuations[b] * values[b] }
    }
}
