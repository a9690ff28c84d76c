package import Datasets
package import Numerics

/// The gradient steps of a learner: draw a batch, update. A case trains by it, and whatever measures training.
///
/// Allocates in its initialiser and not again.
package final class TrainingLoop {
    /// What is trained.
    package let learner: any Learner
    private let sampler: BatchSampler
    private let batch: Batch
    /// Gradient steps made, which number the batches.
    private var step: Int

    /// A loop over batches of `transitions`, drawn by the stream "minibatch" of `stream`.
    ///
    /// - `startingAt`: the gradient steps that the learner has made already.
    package init(
        _ learner: any Learner, on transitions: Transitions, stream: RandomStream, batchSize: Int,
        startingAt step: Int = 0
    ) {
        self.learner = learner
        self.step = step
        sampler = BatchSampler(transitions, stream: stream.stream("minibatch"), batchSize: batchSize)
        batch = sampler.makeBatch()
    }

    /// Makes `count` steps.
    package func run(_ count: Int) {
        for _ in 0..<count {
            sampler.draw(step: step, into: batch)
            learner.update(batch)
            step += 1
        }
    }
}
