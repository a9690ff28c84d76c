import Numerics

/// Compares `gradient` with central differences of `loss` for every element of `parameters`.
///
/// In the Double build a difference of 1e-6 leaves an error of about 1e-9; a wrong formula is off by the size of the
/// gradient. In the Float build rounding hides the differences: there golden values are used instead.
///
/// - Returns: the largest |difference - gradient| over 1 + |gradient|.
func largestGradientError(
    _ parameters: UnsafeMutablePointer<Real>, _ gradient: UnsafePointer<Real>, count: Int, loss: () -> Double
) -> Double {
    let step: Real = 1e-6
    var largest = 0.0
    for i in 0..<count {
        let value = parameters[i]
        parameters[i] = value + step
        let above = loss()
        parameters[i] = value - step
        let below = loss()
        parameters[i] = value
        let difference = (above - below) / (2 * Double(step))
        largest = max(largest, abs(difference - Double(gradient[i])) / (1 + abs(Double(gradient[i]))))
    }
    return largest
}
