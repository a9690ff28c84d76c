import Foundation

/// Formats a number of gradient steps per second: "324 steps/s", "81.3 steps/s", "0.02 steps/s".
///
/// - Returns: nil if the rate is not positive, such as before it has been measured and during evaluations.
package func stepRate(_ perSecond: Double) -> String? {
    guard perSecond > 0 else { return nil }
    return String(format: perSecond < 0.1 ? "%.1g" : perSecond < 100 ? "%.1f" : "%.0f", perSecond) + " steps/s"
}
