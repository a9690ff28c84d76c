package import Numerics

/// Draws the minibatches of a case: uniform with replacement, a function of stream and step alone.
///
/// So every rank of a team draws the same batch, and a resumed case the batch it would have drawn.
package struct BatchSampler {
    /// What is drawn from.
    package let transitions: Transitions
    /// The numbers that choose the rows.
    package let stream: RandomStream
    /// B, the number of transitions of a draw.
    package let batchSize: Int

    /// Draws batches of `batchSize` from `transitions`.
    package init(_ transitions: Transitions, stream: RandomStream, batchSize: Int) {
        precondition(batchSize > 0)
        self.transitions = transitions
        self.stream = stream
        self.batchSize = batchSize
    }

    /// Buffers of the right sizes for `draw`.
    package func makeBatch() -> Batch {
        Batch(size: batchSize, stateSize: transitions.stateSize, actionSize: transitions.actionSize)
    }

    /// Fills `batch` for gradient step `step`; allocates nothing.
    package func draw(step: Int, into batch: Batch) {
        precondition(batch.size == batchSize, "a batch of \(batch.size), not \(batchSize)")
        let start = Profile.begin()
        batch.draw(from: transitions.rows, count: transitions.count, stream: stream, step: step)
        let width = 2 * transitions.stateSize + transitions.actionSize + 2
        Profile.end(start, "sampling of a batch", batchSize, width, numbers: 2 * batchSize * width)
    }
}
