import Foundation
import Numerics

/// k(m) of formula (8): E[minᵢVᵢ] ≈ μ - k(m)·σ with k(m) = Φ⁻¹((m - π/8)/(m - π/4 + 1)), for Vᵢ ~ N(μ, σ²) (Blom's rule in
/// Royston's form; 6 % above the exact value at m = 2, 1 % at m = 10).
func expectedGap(members m: Int) -> Double {
    normalQuantile((Double(m) - .pi / 8) / (Double(m) - .pi / 4 + 1))
}

/// Returns (mean - minimum)/(k(m)·σ) of `m` ≥ 2 independent Gaussian members whose σ is estimated from them: E[max of m]/(k(m)·c₄(m)).
package func gaussianGapRatio(members m: Int) -> Double {
    expectedMaximum(of: m) / (expectedGap(members: m) * deviationBias(of: m))
}

/// The expected maximum of `m` independent standard normal variables, ∫ x·m·φ(x)·Φ(x)^(m - 1) dx.
///
/// By the trapezoidal rule, whose error vanishes faster than any power of the step for an analytic integrand that decays.
package func expectedMaximum(of m: Int) -> Double {
    let step = 1.0 / 64
    let sum = stride(from: -12.0, through: 12, by: step).reduce(0) { sum, x in
        let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        return sum + x * density * pow(0.5 * erfc(-x / 2.0.squareRoot()), Double(m - 1))
    }
    return Double(m) * step * sum
}

/// c₄(m) = √(2/(m - 1))·Γ(m/2)/Γ((m - 1)/2): the expected standard deviation of a sample of `m` ≥ 2 standard normal variables.
package func deviationBias(of m: Int) -> Double {
    (2 / Double(m - 1)).squareRoot() * exp(lgamma(Double(m) / 2) - lgamma(Double(m - 1) / 2))
}
