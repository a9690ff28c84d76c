import Foundation
import Numerics
package import Networks

/// β, the adaptive cloning temperature: the multiplier of the constraint E_D[log π(a|s)] ≥ H_D.
///
/// Dual ascent on ρ = log β with Adam: ∂L(β)/∂ρ = β·(E_D[log π] - H_D), so β rises while the data's likelihood under
/// the policy is below H_D and falls while it is above. β stays within [1e-4, 1e4].
package struct AdaptiveTemperature {
    /// The range of log β.
    package static let logRange = Elementary.log(1e-4)...Elementary.log(1e4)
    /// The multiple of its first value above which β counts as run away, if the likelihood is still below H_D.
    package static let runawayFactor = 100.0
    /// The number of updates after which β also counts as run away if it is at its upper bound.
    static let settlingUpdates = 10_000

    /// H_D, in nats of log-density in action space.
    package let targetLogLikelihood: Double
    /// Adam's rate λ_β on log β; 0 keeps β as it is.
    package let rate: Double
    /// ρ with its moments.
    package let logBeta: ScalarAdam
    private let initial: Double
    /// An exponential moving average of E_D[log π] over about a thousand steps; nil before the first.
    var smoothedLogLikelihood: Double?

    /// Starts at β = `initial`, which must be positive, with Adam's moments at zero.
    package init(initial: Double, targetLogLikelihood: Double, rate: Double) {
        self.initial = initial
        self.targetLogLikelihood = targetLogLikelihood
        self.rate = rate
        logBeta = ScalarAdam(Elementary.log(initial))
    }

    /// β.
    package var value: Double { Elementary.exp(logBeta.value) }

    /// Makes one step on L(β) = E_D[β(log π(a|s) - H_D)].
    ///
    /// - Returns: L(β) before the step.
    package mutating func step(meanLogLikelihood: Double) -> Double {
        let loss = value * (meanLogLikelihood - targetLogLikelihood)
        logBeta.step(gradient: loss, rate: rate, range: AdaptiveTemperature.logRange)
        let before = smoothedLogLikelihood ?? meanLogLikelihood
        smoothedLogLikelihood = before + 1e-3 * (meanLogLikelihood - before)
        return loss
    }

    /// The warning if β has run away, because the policy cannot reach H_D and cloning outweighs the value term; else nil.
    package var warning: String? {
        guard let likelihood = smoothedLogLikelihood, likelihood < targetLogLikelihood,
            value > AdaptiveTemperature.runawayFactor * initial
                || (logBeta.value >= AdaptiveTemperature.logRange.upperBound
                    && logBeta.steps >= AdaptiveTemperature.settlingUpdates)
        else { return nil }
        return String(
            format: "target_log_likelihood %.3g is out of reach: β ran from %.3g to %.3g with E[log π] still at %.3g; "
                + "see active-bench probe-likelihood", targetLogLikelihood, initial, value, likelihood)
    }
}
