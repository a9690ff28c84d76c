package import Numerics

/// The action of the current control step in double precision, known to be finite.
package final class ActionBuffer {
    /// The environment's name, for errors.
    private let environment: String
    private let elements: UnsafeMutableBufferPointer<Double>

    /// Makes a buffer of zeros for an action of the environment of `specification`.
    package init(_ specification: EnvironmentSpecification) {
        environment = specification.name
        elements = .allocate(capacity: specification.actionSize)
        elements.initialize(repeating: 0)
    }

    deinit { elements.deallocate() }

    /// The indices of an action's elements.
    package var indices: Range<Int> { elements.indices }

    /// Element `i`, not clipped.
    package subscript(i: Int) -> Double { elements[i] }

    /// Returns element `i` clipped to [−1, 1].
    package func clipped(_ i: Int) -> Double { min(max(elements[i], -1), 1) }

    /// Copies `action`, `actionSize` elements.
    ///
    /// - Throws: `EnvironmentError.nonFiniteAction`.
    package func set(_ action: UnsafePointer<Real>) throws {
        for i in indices { elements[i] = Double(action[i]) }
        try requireFinite()
    }

    /// Copies `action` without rounding it to `Real`.
    ///
    /// - Throws: `EnvironmentError.nonFiniteAction`.
    package func set(exactly action: [Double]) throws {
        precondition(action.count == elements.count, "an action of \(action.count) elements")
        for i in indices { elements[i] = action[i] }
        try requireFinite()
    }

    private func requireFinite() throws {
        for i in indices where !elements[i].isFinite {
            throw EnvironmentError.nonFiniteAction(environment: environment, index: i, value: elements[i])
        }
    }
}
