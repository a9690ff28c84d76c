/// Returns Φ⁻¹(p), the quantile of the standard normal distribution, within 2 ulp; NaN outside (0, 1).
package func normalQuantile(_ p: Double) -> Double {
    guard p > 0 && p < 1 else { return .nan }
    let q = DoubleDouble(-0.5, p)
    if abs(q.high) < 0.34 { return centralQuantile(q) }
    return p < 0.5 ? -tailQuantile(p) : tailQuantile(1 - p)
}

/// √(2π).
private let rootOfTwoPi = DoubleDouble(0x1.40d931ff62706p1, -0x1.a6a0d6f814637p-53)

/// Returns x with Φ(x) - ½ = q for |x| < 1, by Newton's iteration on the series
/// √(2π)(Φ(x) - ½) = x - x³/(2·3) + x⁵/(2²·2!·5) - …, which is summed with twice the digits.
private func centralQuantile(_ q: DoubleDouble) -> Double {
    let target = q * rootOfTwoPi
    var x = target.high
    for _ in 0..<20 {
        let minusHalfSquare = DoubleDouble(product: x, -x / 2)
        var (power, sum) = (DoubleDouble(x), DoubleDouble(x))
        for k in 1..<20 {
            power = power * minusHalfSquare / Double(k)
            sum = sum + power / Double(2 * k + 1)
        }
        let step = (sum + -target).high / Elementary.exp(minusHalfSquare.high)
        x -= step
        if abs(step) <= 1e-9 * abs(x) { break }  // The next step would be some 1e-18 of x.
    }
    return x
}

/// Returns x with Φ(-x) = p for p up to 0.16, by Newton's iteration on log Φ(-x) = log M(x) - x²/2 - log √(2π).
///
/// M is Mills' ratio, by Laplace's continued fraction 1/(x + 1/(x + 2/(x + 3/(x + …)))).
private func tailQuantile(_ p: Double) -> Double {
    let target = Elementary.log(p)
    var x = (-2 * target).squareRoot()
    for _ in 0..<50 {
        var denominator = x
        for k in stride(from: 400.0, through: 1, by: -1) { denominator = x + k / denominator }
        let excess = (-target - Elementary.halfLogOfTwoPi) - (x * x / 2 + Elementary.log(denominator))
        let step = excess / denominator
        x += step
        if abs(step) <= 1e-9 * x { break }
    }
    return x
}
