package import Numerics

/// w(s, a), the weight of an action of the data in the cloning term, as a function of its advantage A.
package enum AdvantageWeight: Sendable, Equatable {
    /// exp(κA), capped (ACTIVE, IQL).
    case exponential(inverseTemperature: Double)
    /// w = 1 (plain likelihood).
    case one
    /// max(A, 0), capped (SQL; its paper divides by α, its code does not).
    case positivePart

    /// Returns w of one sample's advantage.
    @inline(__always)
    package func callAsFunction(_ advantage: Real, cap: Real) -> Real {
        switch self {
        case .exponential(let inverseTemperature): min(Elementary.exp(Real(inverseTemperature) * advantage), cap)
        case .one: 1
        case .positivePart: min(max(advantage, 0), cap)
        }
    }
}
