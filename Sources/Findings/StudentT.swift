import Foundation
import Report

/// The quantile of Student's t distribution: the value that a variable of it exceeds with probability 1 - p.
///
/// By bisection of the distribution function, which is a finite sum for whole degrees of freedom (Abramowitz and Stegun,
/// 26.7.3 and 26.7.4). Accurate to about 1e-12, relative.
///
/// - `p`: in (0, 1); NaN outside.
/// - `degreesOfFreedom`: 1 or more; NaN below.
package func studentQuantile(_ p: Double, degreesOfFreedom: Int) -> Double {
    guard p > 0 && p < 1 && degreesOfFreedom > 0 else { return .nan }
    guard p != 0.5 else { return 0 }
    // The angle θ = atan(t / √f) has a bounded range, and the symmetry leaves half of it.
    let inside = 2 * max(p, 1 - p) - 1
    var (low, high) = (0.0, Double.pi / 2)
    while true {
        let middle = (low + high) / 2
        guard middle > low && middle < high else { break }
        if probability(within: middle, degreesOfFreedom) < inside { low = middle } else { high = middle }
    }
    return (p < 0.5 ? -1 : 1) * tan(low) * Double(degreesOfFreedom).squareRoot()
}

/// A(t|f), the probability of a value between -t and t, with θ = atan(t / √f).
private func probability(within angle: Double, _ degreesOfFreedom: Int) -> Double {
    let (sine, cosine) = (sin(angle), cos(angle))
    let isOdd = degreesOfFreedom % 2 == 1
    // 1 + ½ cos² + ½·¾ cos⁴ + … for an even number, cos + ⅔ cos³ + ⅔·⅘ cos⁵ + … for an odd one.
    var term = isOdd ? cosine : 1
    var sum = degreesOfFreedom == 1 ? 0 : term
    for k in stride(from: isOdd ? 3 : 2, to: degreesOfFreedom - 1, by: 2) {
        term *= Double(k - 1) / Double(k) * cosine * cosine
        sum += term
    }
    return isOdd ? 2 / .pi * (angle + sine * sum) : sine * sum
}

/// The mean of a sample, with a confidence interval by Student's t.
struct MeanInterval {
    /// The sample's mean.
    let mean: Double
    /// Half of the interval's width.
    let halfWidth: Double

    /// The interval that holds the mean of the population with probability `confidence`, if the values are independent and
    /// normally distributed.
    ///
    /// - `values`: two or more.
    init(_ values: [Double], confidence: Double) {
        mean = Statistics.mean(values)
        halfWidth =
            studentQuantile((1 + confidence) / 2, degreesOfFreedom: values.count - 1)
            * Statistics.sampleStandardDeviation(values) / Double(values.count).squareRoot()
    }

    /// The lower end.
    var low: Double { mean - halfWidth }
    /// The upper end.
    var high: Double { mean + halfWidth }
}
