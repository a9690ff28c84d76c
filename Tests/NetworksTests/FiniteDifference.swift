import Numerics

/// Central differences of `loss` with respect to `parameters`, compared with `gradient`, for every element.
///
/// In the Double build a difference of 1e-6 leaves an error of about 1e-9; a wrong formula is off by its own size. In
/// the Float build differences drown in rounding: there the golden values and the Double build speak.
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
