package import Numerics

/// The layout of the five columns (s, a, r, s', d) of a table of transitions in one block of memory.
///
/// One block can be copied at once into memory that the ranks of a node share. Every column begins
/// on a 64-byte boundary.
package struct TransitionRows {
    package let capacity: Int
    package let stateSize: Int
    package let actionSize: Int
    package let base: UnsafeMutablePointer<Real>
    package let observations: UnsafeMutablePointer<Real>
    package let actions: UnsafeMutablePointer<Real>
    package let rewards: UnsafeMutablePointer<Real>
    package let nextObservations: UnsafeMutablePointer<Real>
    package let terminals: UnsafeMutablePointer<Real>

    /// Makes the layout of `capacity` rows in the `elementCount` elements at `base`.
    package init(base: UnsafeMutablePointer<Real>, capacity: Int, stateSize: Int, actionSize: Int) {
        self.base = base
        self.capacity = capacity
        self.stateSize = stateSize
        self.actionSize = actionSize
        observations = base
        actions = observations + Self.padded(capacity * stateSize)
        rewards = actions + Self.padded(capacity * actionSize)
        nextObservations = rewards + Self.padded(capacity)
        terminals = nextObservations + Self.padded(capacity * stateSize)
    }

    /// Returns the number of elements of a block.
    package static func elementCount(capacity: Int, stateSize: Int, actionSize: Int) -> Int {
        2 * padded(capacity * stateSize) + padded(capacity * actionSize) + 2 * padded(capacity)
    }

    /// Writes zeros between the columns.
    func clearPadding() {
        let columns = [
            (observations, capacity * stateSize), (actions, capacity * actionSize), (rewards, capacity),
            (nextObservations, capacity * stateSize), (terminals, capacity),
        ]
        for (column, count) in columns {
            (column + count).update(repeating: 0, count: Self.padded(count) - count)
        }
    }

    /// Rounds up to a multiple of 16 elements: 64 bytes in single precision, 128 in double.
    private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
