package import Numerics

/// The action of the current control step in double precision, known to be finite.
package final class ActionBuffer {
    /// The environment errors are reported under.
    private let environment: String
    private let elements: UnsafeMutableBufferPointer<Double>

    /// Room for an action of the environment described by `specification`; zeros.
    package init(_ specification: EnvironmentSpecification) {
        environment = specification.name
        elements = .allocate(capacity: specification.actionSize)
        elements.initialize(repeating: 0)
    }

    deinit { elements.deallocate() }

    /// Elements of an action.
    package var indices: Range<Int> { elements.indices }

    /// Element `i` as it was given.
    package subscript(i: Int) -> Double { elements[i] }

    /// Element `i` within the action box: in [−1, 1].
    package func clipped(_ i: Int) -> Double { min(max(elements[i], -1), 1) }

    /// Takes `action`, as many elements as there is room for.
    ///
    /// - Throws: `EnvironmentError.nonFiniteAction`.
    package func set(_ action: UnsafePointer<Real>) throws {
        for i in indices { elements[i] = Double(action[i]) }
        try requireFinite()
    }

    /// Takes `action` without rounding it to `Real` first.
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
