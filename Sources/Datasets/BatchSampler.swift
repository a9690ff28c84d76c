import Numerics

/// Draws the minibatches of a case: uniform with replacement, a function of stream and step alone.
///
/// So every rank of a team draws the same batch, and a resumed case the batch it would have drawn.
public struct BatchSampler {
    public let transitions: Transitions
    public let stream: RandomStream
    public let batchSize: Int

    public init(_ transitions: Transitions, stream: RandomStream, batchSize: Int) {
        precondition(batchSize > 0)
        self.transitions = transitions
        self.stream = stream
        self.batchSize = batchSize
    }

    /// Buffers of the right sizes for `draw`.
    public func makeBatch() -> Batch {
        Batch(size: batchSize, stateSize: transitions.stateSize, actionSize: transitions.actionSize)
    }

    /// Fills `batch` for gradient step `step`; allocates nothing.
    public func draw(step: Int, into batch: Batch) {
        precondition(batch.size == batchSize, "a batch of \(batch.size), not \(batchSize)")
        batch.draw(from: transitions.rows, count: transitions.count, stream: stream, step: step)
    }
}
