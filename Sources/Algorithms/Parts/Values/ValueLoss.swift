package import Numerics

/// f, the in-sample value loss, whose minimiser V(s) is an implicit maximum of Q̂(s, a) over the data's actions.
package enum ValueLoss: Sendable, Equatable {
    /// f(u) = |τ - 1(u < 0)|·u² (IQL, ACTIVE-I): τ = ½ gives the mean, τ → 1 the in-sample maximum.
    case expectile(tau: Double)
    /// f(u) = max(0, 1 + u/(2α))² - u/α (SQL, ACTIVE-S): α → ∞ gives the mean, α → 0 the in-sample maximum.
    ///
    /// The reported value is that of the authors' code, with V/α instead of -u/α: it differs by Q̂/α and has the same gradient.
    case sparse(alpha: Double)

    /// Returns the loss of one sample and its derivative with respect to V.
    ///
    /// - Parameters:
    ///   - q: Q̂(s, a).
    ///   - v: V(s).
    @inline(__always)
    func evaluate(q: Real, v: Real) -> (loss: Real, derivative: Real) {
        let u = q - v
        switch self {
        case .expectile(let tau):
            let weight = u < 0 ? Real(1 - tau) : Real(tau)
            return (weight * u * u, -2 * weight * u)
        case .sparse(let alpha):
            let inverse = 1 / Real(alpha)
            let slope = 1 + u * inverse / 2
            let active = slope < 0 ? 0 : slope
            return (active * active + v * inverse, inverse * (1 - active))
        }
    }

    /// Returns the mean loss of a batch; writes ∂(mean loss)/∂V to `gradient`.
    package func evaluate(
        q: UnsafePointer<Real>, v: UnsafePointer<Real>, count: Int, gradient: UnsafeMutablePointer<Real>
    ) -> Double {
        var sum = 0.0
        for b in 0..<count {
            let (loss, derivative) = evaluate(q: q[b], v: v[b])
            sum += Double(loss)
            gradient[b] = derivative / Real(count)
        }
        return sum / Double(count)
    }
}
