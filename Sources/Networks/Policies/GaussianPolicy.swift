import CKernels
package import Numerics

/// A Gaussian policy with a squashed mean and a standard deviation that does not depend on the state (policy family G:
/// IQL, SQL, ACTIVE).
///
/// z = MLP(s), μ = tanh(z), σ = exp(clamp(ρ, -5, 2)) with one free ρ per action dimension (tensor `log_std`);
/// log π(a|s) = Σⱼ [-(aⱼ - μⱼ)²/(2σⱼ²) - log σⱼ - ½ log 2π]. The Gaussian lives in action space: no tanh Jacobian.
package final class GaussianPolicy {
    /// The clamp of ρ in the official IQL and SQL code.
    package static let logDeviationRange: ClosedRange<Real> = -5...2

    /// The network s → z, with ρ as the extra tensor `log_std`.
    package let network: MLP
    /// ρ, one per action dimension.
    package let logDeviation: UnsafeMutablePointer<Real>
    /// μ(s) [batch × actions] of the last pass.
    package let means: MatrixView
    private let logDeviationGradient: UnsafeMutablePointer<Real>
    private let tape: Tape
    private let outputGradient: Matrix
    private let storage: Matrix
    /// The masks of a training pass; nil without dropout.
    package let dropout: Dropout?
    /// Whether the last pass was a training pass that `backward` has not followed yet.
    package private(set) var isTraining = false

    /// Makes a policy whose parameters are zero, with buffers for `batch` states.
    ///
    /// - Parameter dropout: the rate at which training passes drop hidden units; 0 for none.
    package init(
        states: Int, actions: Int, hidden: [Int], precision: Precision = .full, batch: Int, dropout: Double = 0
    ) {
        let shape = MLP.Shape(inputs: states, hidden: hidden, outputs: actions, precision: precision)
        network = MLP(shape, extra: [("log_std", [actions])])
        logDeviation = network.parameters.pointer("log_std")
        guard let gradients = network.gradients else { preconditionFailure("a policy is trainable") }
        logDeviationGradient = gradients.pointer("log_std")
        tape = Tape(shape, batch: batch)
        storage = Matrix(batch, actions)
        means = storage.view
        outputGradient = Matrix(batch, actions)
        self.dropout = dropout > 0 ? Dropout(rate: dropout, hidden: hidden, batch: batch) : nil
    }

    /// Computes μ(s) for a batch of states [batch × states].
    ///
    /// - Parameters:
    ///   - states: s [batch × states].
    ///   - isTraining: whether hidden units are dropped by the current masks, if there are any.
    package func forward(_ states: MatrixView, isTraining: Bool = false) {
        self.isTraining = isTraining
        network.forward(states, tape, dropout: isTraining ? dropout : nil)
        ab_tanh_each(means.pointer, tape.output.pointer, means.count)
    }

    /// Returns σ of action dimension `j`.
    package func deviation(_ j: Int) -> Real { Elementary.exp(clampedLogDeviation(j)) }

    /// Returns log σ of action dimension `j`.
    package func clampedLogDeviation(_ j: Int) -> Real {
        min(
            max(logDeviation[j], GaussianPolicy.logDeviationRange.lowerBound),
            GaussianPolicy.logDeviationRange.upperBound)
    }

    /// Computes out[b] = log π(a_b|s_b) for the states of the last `forward`.
    package func logLikelihood(of actions: MatrixView, into out: UnsafeMutablePointer<Real>) {
        for b in 0..<means.rows { out[b] = 0 }
        let halfLogTwoPi = Real(Elementary.halfLogOfTwoPi)
        for j in 0..<means.columns {
            let logSigma = clampedLogDeviation(j)
            let inverse = Elementary.exp(-logSigma)
            for b in 0..<means.rows {
                let standardised = (actions.row(b)[j] - means.row(b)[j]) * inverse
                out[b] -= standardised * standardised / 2 + logSigma + halfLogTwoPi
            }
        }
    }

    /// Computes a = clip(μ + σε, ±1) into `actions`.
    ///
    /// - Parameter noise: ε, standard normal [batch × actions].
    package func sample(noise: MatrixView, into actions: MatrixView) {
        for j in 0..<means.columns {
            let sigma = deviation(j)
            for b in 0..<means.rows {
                actions.row(b)[j] = min(max(means.row(b)[j] + sigma * noise.row(b)[j], -1), 1)
            }
        }
    }

    /// Computes the gradient of L = (1/B) Σ_b [-w_b log π(a_b|s_b)] - (1/B) Σ_b g_b·(μ_b + σε_b) for the states of the last
    /// `forward`, into `network.gradients`.
    ///
    /// - Parameters:
    ///   - weights: w, one per sample; no gradient flows through it.
    ///   - pathwise: g = ∂Q/∂a at the sampled actions, zero where they were clipped, and the ε that they were sampled with.
    package func backward(
        states: MatrixView, actions: MatrixView, weights: UnsafePointer<Real>,
        pathwise: (gradient: MatrixView, noise: MatrixView)? = nil
    ) {
        let scale = 1 / Real(means.rows)
        for j in 0..<means.columns {
            let inverseVariance = Elementary.exp(-2 * clampedLogDeviation(j))
            let sigma = deviation(j)
            var dRho: Real = 0
            for b in 0..<means.rows {
                let mean = means.row(b)[j]
                let residual = actions.row(b)[j] - mean
                var dMean = weights[b] * residual * inverseVariance
                dRho += weights[b] * (residual * residual * inverseVariance - 1)
                if let pathwise {
                    let g = pathwise.gradient.row(b)[j]
                    dMean += g
                    dRho += g * sigma * pathwise.noise.row(b)[j]
                }
                outputGradient.row(b)[j] = -scale * dMean * (1 - mean * mean)
            }
            let isFree = GaussianPolicy.logDeviationRange.contains(logDeviation[j])
            logDeviationGradient[j] = isFree ? -scale * dRho : 0
        }
        network.backward(states, tape, outputGradient: outputGradient.view, dropout: isTraining ? dropout : nil)
        isTraining = false
    }
}
