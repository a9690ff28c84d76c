import Foundation
import Networks

/// β, the adaptive cloning temperature: the multiplier of the constraint E_D[log π(a|s)] ≥ H_D.
///
/// Dual ascent on ρ = log β with Adam: ∂L(β)/∂ρ = β·(E_D[log π] - H_D), so β rises while the data's likelihood under
/// the policy is below H_D and falls while it is above. β stays within [1e-4, 1e4].
public struct AdaptiveTemperature: Sendable {
    /// The range of log β.
    public static let logRange = log(1e-4)...log(1e4)

    /// H_D, in nats of log-density in action space.
    public let targetLogLikelihood: Double
    /// Adam's rate λ_β on log β.
    public let rate: Double
    private var logBeta: ScalarAdam

    /// Starts at β = `initial`, which must be positive, with Adam's moments at zero.
    public init(initial: Double, targetLogLikelihood: Double, rate: Double) {
        self.targetLogLikelihood = targetLogLikelihood
        self.rate = rate
        logBeta = ScalarAdam(log(initial))
    }

    /// β.
    public var value: Double { exp(logBeta.value) }

    /// One step on L(β) = E_D[β(log π(a|s) - H_D)].
    ///
    /// - Returns: L(β) before the step.
    public mutating func step(meanLogLikelihood: Double) -> Double {
        let loss = value * (meanLogLikelihood - targetLogLikelihood)
        logBeta.step(gradient: loss, rate: rate, range: AdaptiveTemperature.logRange)
        return loss
    }
}
