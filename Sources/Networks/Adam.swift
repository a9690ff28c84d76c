import CKernels
import Glibc
import Numerics

/// Adam (Kingma and Ba 2015) on the parameters of one network: bias-corrected, epsilon outside the square root,
/// no weight decay, no clipping.
package final class Adam {
    /// The constants besides the learning rate.
    package struct Constants: Sendable, Equatable {
        /// β₁, the decay of the first moment.
        package var beta1 = 0.9
        /// β₂, the decay of the second moment.
        package var beta2 = 0.999
        /// ε, added to the square root of the second moment.
        package var epsilon = 1e-8

        /// Those of the paper, which all official codes of the learners use.
        package init() {}
    }

    let parameters: ParameterBlock
    let gradients: ParameterBlock
    /// m, laid out as the parameters.
    package let firstMoment: ParameterBlock
    /// v, likewise.
    package let secondMoment: ParameterBlock
    /// t, the updates made so far; to be set only when a run is taken up again.
    package var steps = 0
    private let constants: Constants
    private let network: MLP

    /// Moments at zero for a trainable network.
    package init(_ network: MLP, constants: Constants = Constants()) {
        guard let gradients = network.gradients else { preconditionFailure("Adam needs a trainable network") }
        parameters = network.parameters
        self.gradients = gradients
        firstMoment = ParameterBlock(like: gradients)
        secondMoment = ParameterBlock(like: gradients)
        self.constants = constants
        self.network = network
    }

    /// One update with the gradient as it stands.
    package func step(rate: Double) {
        steps += 1
        let kernelConstants = ab_adam_constants(
            rate: Real(rate), decay1: Real(constants.beta1), gain1: Real(1 - constants.beta1),
            decay2: Real(constants.beta2), gain2: Real(1 - constants.beta2),
            correction1: Real(1 / (1 - pow(constants.beta1, Double(steps)))),
            correction2: Real(1 / (1 - pow(constants.beta2, Double(steps)))), epsilon: Real(constants.epsilon))
        ab_adam(
            parameters.values, gradients.values, firstMoment.values, secondMoment.values, parameters.count,
            kernelConstants)
        network.roundWeights()  // Now they are in the cache.
    }
}

/// A trained number with its Adam, in double precision (log β of ACTIVE, the entropy temperature of SAC and CQL).
///
/// Value, moments and `steps` are to be set only when a run is taken up again.
package final class ScalarAdam {
    /// The number as the last step left it; NaN once a gradient was NaN.
    package var value: Double
    /// m.
    package var firstMoment = 0.0
    /// v.
    package var secondMoment = 0.0
    /// t, the updates made so far.
    package var steps = 0
    private let constants = Adam.Constants()

    /// Starts at `value` with both moments at zero.
    package init(_ value: Double) { self.value = value }

    /// One update with `gradient`, the value kept within `range` where one is given.
    package func step(gradient: Double, rate: Double, range: ClosedRange<Double>? = nil) {
        steps += 1
        firstMoment = constants.beta1 * firstMoment + (1 - constants.beta1) * gradient
        secondMoment = constants.beta2 * secondMoment + (1 - constants.beta2) * gradient * gradient
        let first = firstMoment / (1 - pow(constants.beta1, Double(steps)))
        let second = secondMoment / (1 - pow(constants.beta2, Double(steps)))
        let next = value - rate * first / (second.squareRoot() + constants.epsilon)
        guard let range, !next.isNaN else {
            value = next
            return
        }
        value = min(max(next, range.lowerBound), range.upperBound)
    }
}

/// The actor's learning rate at update t: rate·½(1 + cos(π·min(t, T)/T)) (algorithms of IQL and SQL).
package struct CosineSchedule: Sendable, Equatable {
    var rate: Double
    /// T, the planned number of updates.
    var horizon: Int

    /// A schedule that begins at `rate` and reaches 0 after `horizon` updates.
    package init(rate: Double, horizon: Int) {
        self.rate = rate
        self.horizon = horizon
    }

    /// The rate when `t` updates have been made before.
    package func rate(at t: Int) -> Double {
        rate * 0.5 * (1 + cos(Double.pi * Double(min(t, horizon)) / Double(horizon)))
    }
}

/// Exponential moving average of a network, θ̂ ← (1 - η)θ̂ + ηθ (Polyak averaging).
package func trackWithAverage(_ target: ParameterBlock, of source: ParameterBlock, rate: Double) {
    precondition(target.tensors == source.tensors)
    ab_polyak(target.values, source.values, source.count, Real(rate))
}
