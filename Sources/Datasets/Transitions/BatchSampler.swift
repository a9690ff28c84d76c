package import Numerics

/// Draws the minibatches of a case uniformly with replacement, as a function of stream and step alone.
///
/// So every rank of a team draws the same batch, and a resumed case draws the batch that it would have drawn.
package struct BatchSampler {
    /// The table to draw from.
    package let transitions: Transitions
    /// The random stream that chooses the rows.
    package let stream: RandomStream
    /// B, the number of transitions per draw.
    package let batchSize: Int

    /// Makes a sampler of batches of `batchSize` from `transitions`.
    package init(_ transitions: Transitions, stream: RandomStream, batchSize: Int) {
        precondition(batchSize > 0)
        self.transitions = transitions
        self.stream = stream
        self.batchSize = batchSize
    }

    /// Makes a batch of the right sizes for `draw`.
    package func makeBatch() -> Batch {
        Batch(size: batchSize, stateSize: transitions.stateSize, actionSize: transitions.actionSize)
    }

    /// Fills `batch` for gradient step `step`; allocates nothing.
    package func draw(step: Int, into batch: Batch) {
        precondition(batch.size == batchSize, "a batch of \(batch.size), not \(batchSize)")
        let start = KernelProfile.begin()
        batch.draw(from: transitions.rows, count: transitions.count, stream: stream, step: step)
        let width = 2 * transitions.stateSize + transitions.actionSize + 2
        KernelProfile.end(start, "sampling of a batch", batchSize, width, numbers: 2 * batchSize * width)
    }
}
