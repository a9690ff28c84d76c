import CKernels
import Numerics

/// Adam (Kingma and Ba 2015) on the parameters of one network: bias-corrected, epsilon outside the square root,
/// no weight decay, no clipping.
package final class Adam {
    /// The decay rates and ε; the learning rate is given at each step.
    package struct Constants: Sendable, Equatable {
        /// β₁, the decay of the first moment.
        package var beta1 = 0.9
        /// β₂, the decay of the second moment.
        package var beta2 = 0.999
        /// ε, added to the square root of the second moment.
        package var epsilon = 1e-8

        /// The values of the paper, which all official codes of the learners use.
        package init() {}
    }

    let parameters: ParameterBlock
    let gradients: ParameterBlock
    /// m, the mean of the gradients, in the layout of the parameters.
    package let firstMoment: ParameterBlock
    /// v, the mean of the squared gradients, in the same layout.
    package let secondMoment: ParameterBlock
    /// t, the number of updates made so far; set only when a run is resumed.
    package var steps = 0
    private let constants: Constants
    private let network: MLP

    /// Starts with both moments at zero; the network must be trainable.
    package init(_ network: MLP, constants: Constants = Constants()) {
        guard let gradients = network.gradients else { preconditionFailure("Adam needs a trainable network") }
        parameters = network.parameters
        self.gradients = gradients
        firstMoment = ParameterBlock(like: gradients)
        secondMoment = ParameterBlock(like: gradients)
        self.constants = constants
        self.network = network
    }

    /// Makes one update with the network's current gradient.
    package func step(rate: Double) {
        steps += 1
        let kernelConstants = ab_adam_constants(
            rate: Real(rate), decay1: Real(constants.beta1), gain1: Real(1 - constants.beta1),
            decay2: Real(constants.beta2), gain2: Real(1 - constants.beta2),
            correction1: Real(1 / (1 - Elementary.power(constants.beta1, steps))),
            correction2: Real(1 / (1 - Elementary.power(constants.beta2, steps))), epsilon: Real(constants.epsilon))
        parameters.mutate { parameters in
            firstMoment.mutate { first in
                secondMoment.mutate { second in
                    ab_adam(parameters, gradients.values, first, second, gradients.count, kernelConstants)
                }
            }
        }
        network.roundWeights()  // The weights are still in the cache.
    }
}

/// A trained scalar with its own Adam, in double precision (log β of ACTIVE, the entropy temperature of SAC and CQL).
///
/// Value, moments and `steps` are set from outside only when a run is resumed.
package final class ScalarAdam {
    /// The scalar after the last step; NaN once a gradient was NaN.
    package var value: Double
    /// m, the mean of the gradients.
    package var firstMoment = 0.0
    /// v, the mean of the squared gradients.
    package var secondMoment = 0.0
    /// t, the number of updates made so far.
    package var steps = 0
    private let constants = Adam.Constants()

    /// Starts at `value` with both moments at zero.
    package init(_ value: Double) { self.value = value }

    /// Makes one update with `gradient`, then clamps the value to `range` if one is given. NaN stays NaN.
    package func step(gradient: Double, rate: Double, range: ClosedRange<Double>? = nil) {
        steps += 1
        firstMoment = constants.beta1 * firstMoment + (1 - constants.beta1) * gradient
        secondMoment = constants.beta2 * secondMoment + (1 - constants.beta2) * gradient * gradient
        let first = firstMoment / (1 - Elementary.power(constants.beta1, steps))
        let second = secondMoment / (1 - Elementary.power(constants.beta2, steps))
        let next = value - rate * first / (second.squareRoot() + constants.epsilon)
        guard let range, !next.isNaN else {
            value = next
            return
        }
        value = min(max(next, range.lowerBound), range.upperBound)
    }
}

/// The policy's learning rate at update t: rate·½(1 + cos(π·min(t, T)/T)), as in the official IQL and SQL code.
package struct CosineSchedule: Sendable, Equatable {
    var rate: Double
    /// T, the planned number of updates.
    var horizon: Int

    /// A schedule that begins at `rate` and reaches 0 after `horizon` updates.
    package init(rate: Double, horizon: Int) {
        self.rate = rate
        self.horizon = horizon
    }

    /// Returns the rate of the update that follows `t` others.
    package func rate(at t: Int) -> Double {
        let turns = Double(min(t, horizon)) / (2 * Double(horizon))
        return rate * 0.5 * (1 + Elementary.sineAndCosine(turns: turns).cosine)
    }
}

/// Moves `target` towards `source` by Polyak averaging, θ̂ ← (1 - η)θ̂ + ηθ with η = `rate`.
package func trackWithAverage(_ target: ParameterBlock, of source: ParameterBlock, rate: Double) {
    precondition(target.tensors == source.tensors)
    target.mutate { ab_polyak($0, source.values, source.count, Real(rate)) }
}
