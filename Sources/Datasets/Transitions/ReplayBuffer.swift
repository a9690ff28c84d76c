import Glibc
package import Numerics

/// The replay memory of an online learner (SAC): oldest first until `capacity` is reached; then each new transition
/// replaces the oldest.
package final class ReplayBuffer {
    /// The maximum number of transitions.
    package let capacity: Int
    /// S, the length of a state.
    package let stateSize: Int
    /// A, the length of an action.
    package let actionSize: Int
    /// The number of transitions held.
    package private(set) var count = 0
    private var next = 0
    private let rows: TransitionRows

    /// Allocates memory for `capacity` transitions.
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

    /// Adds a transition (s, a, r, s', d); s, a and s' have S, A and S elements.
    ///
    /// - `terminal`: whether the environment ended the episode; false for a time limit.
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

    /// Counts `rows` transitions as appended that newer ones have replaced since: the next is stored where it would be
    /// after them. For an empty buffer, which is filled again when a training goes on.
    package func skip(_ rows: Int) {
        precondition(count == 0)
        next = rows % capacity
    }

    /// Fills `batch` uniformly with replacement; traps if the buffer is empty.
    package func draw(step: Int, stream: RandomStream, into batch: Batch) {
        batch.draw(from: rows, count: count, stream: stream, step: step)
    }
}
