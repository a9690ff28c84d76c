import Glibc
package import Numerics

/// The transitions an online learner (SAC) has seen, oldest first until `capacity` is reached; then each new one takes
/// the place of the oldest.
package final class ReplayBuffer {
    /// The most transitions held.
    package let capacity: Int
    /// S.
    package let stateSize: Int
    /// A.
    package let actionSize: Int
    /// The number of transitions held.
    package private(set) var count = 0
    private var next = 0
    private let rows: TransitionRows

    /// Room for `capacity` transitions, all allocated at once.
    package init(capacity: Int, stateSize: Int, actionSize: Int) {
        precondition(capacity > 0 && capacity <= Int(Int32.max) && stateSize > 0 && actionSize > 0)
        self.capacity = capacity
        self.stateSize = stateSize
        self.actionSize = actionSize
        let size = TransitionRows.elementCount(capacity: capacity, stateSize: stateSize, actionSize: actionSize)
        rows = TransitionRows(
            base: allocateAligned(size), capacity: capacity, stateSize: stateSize, actionSize: actionSize)
    }

    deinit { free(rows.base) }

    /// Adds a transition (s, a, r, s', d); the pointers are read for S, A and S elements.
    ///
    /// - Parameter terminal: whether the environment ended the episode; false for a time limit.
    package func append(
        observation: UnsafePointer<Real>, action: UnsafePointer<Real>, reward: Real,
        next successor: UnsafePointer<Real>, terminal: Bool
    ) {
        (rows.observations + next * stateSize).update(from: observation, count: stateSize)
        (rows.actions + next * actionSize).update(from: action, count: actionSize)
        (rows.nextObservations + next * stateSize).update(from: successor, count: stateSize)
        rows.rewards[next] = reward
        rows.terminals[next] = terminal ? 1 : 0
        next = (next + 1) % capacity
        count = min(count + 1, capacity)
    }

    /// Fills `batch` uniformly with replacement from the transitions held; traps when there are none.
    package func draw(step: Int, stream: RandomStream, into batch: Batch) {
        batch.draw(from: rows, count: count, stream: stream, step: step)
    }
}
