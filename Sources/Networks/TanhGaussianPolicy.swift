import Glibc
import Numerics

/// A Gaussian squashed as a whole, its deviation depending on the state (policy family T: SAC, CQL).
///
/// MLP(s) → (m, ℓ), log σ = clamp(ℓ, -20, 2), x = m + σε, a = tanh(x);
/// log π(a|s) = Σⱼ [log N(xⱼ; mⱼ, σⱼ) - 2(log 2 - xⱼ - softplus(-2xⱼ))]. x is kept; tanh is never inverted.
public final class TanhGaussianPolicy {
    /// The clamp of ℓ, as in rlkit.
    static let logDeviationRange: ClosedRange<Real> = -20...2

    /// s → (m, ℓ), the A means before the A deviations.
    public let network: MLP
    /// a [batch × actions] of the last `sample`.
    public let actions: MatrixView
    /// log π(a|s) [batch] of the last `sample`.
    public let logLikelihoods: UnsafeMutablePointer<Real>
    private let actionSize: Int
    private let tape: Tape
    private let outputGradient: Matrix
    private let storage: (actions: Matrix, logLikelihoods: Matrix)

    /// A policy of zeros with buffers for `batch` states.
    public convenience init(states: Int, actions: Int, hidden: [Int], batch: Int) {
        self.init(network: MLP(MLP.Shape(inputs: states, hidden: hidden, outputs: 2 * actions)), batch: batch)
    }

    /// The same policy, parameters shared, with buffers for another batch (one state, to act with while it learns).
    public convenience init(sharing other: TanhGaussianPolicy, batch: Int) {
        self.init(network: other.network, batch: batch)
    }

    private init(network: MLP, batch: Int) {
        self.network = network
        actionSize = network.shape.outputs / 2
        tape = Tape(network.shape, batch: batch)
        outputGradient = Matrix(batch, 2 * actionSize)
        storage = (Matrix(batch, actionSize), Matrix(vector: batch))
        actions = storage.actions.view
        logLikelihoods = storage.logLikelihoods.pointer
    }

    /// Draws an action for each state, with its log-likelihood.
    ///
    /// - Parameters:
    ///   - states: [batch × states].
    ///   - noise: ε, standard normal [batch × actions].
    public func sample(_ states: MatrixView, noise: MatrixView) {
        network.forward(states, tape)
        for b in 0..<actions.rows {
            let (m, l) = (tape.output.row(b), tape.output.row(b) + actionSize)
            var logLikelihood: Real = 0
            for j in 0..<actionSize {
                let sampled = TanhGaussian.sample(mean: m[j], logDeviation: l[j], noise: noise.row(b)[j])
                actions.row(b)[j] = sampled.action
                logLikelihood += sampled.logLikelihood
            }
            logLikelihoods[b] = logLikelihood
        }
    }

    /// The gradient of L = (1/B) Σ_b [α log π(a_b|s_b) - Q(s_b, a_b)] through a = tanh(m + σε), for the last `sample`,
    /// left in `network.gradients`.
    ///
    /// - Parameters:
    ///   - valueGradient: ∂Q/∂a at the sampled actions [batch × actions].
    ///   - temperature: α.
    public func backward(states: MatrixView, noise: MatrixView, valueGradient: MatrixView, temperature: Real) {
        let scale = 1 / Real(actions.rows)
        for b in 0..<actions.rows {
            let l = tape.output.row(b) + actionSize
            for j in 0..<actionSize {
                let a = actions.row(b)[j]
                let isFree = TanhGaussianPolicy.logDeviationRange.contains(l[j])
                let sigmaNoise = exp(TanhGaussian.clamped(l[j])) * noise.row(b)[j]
                // ∂log π/∂x = 2 tanh(x), ∂a/∂x = 1 - a², ∂x/∂m = 1, ∂x/∂log σ = σε, and -1 from -log σ.
                let dx = temperature * 2 * a - valueGradient.row(b)[j] * (1 - a * a)
                outputGradient.row(b)[j] = scale * dx
                outputGradient.row(b)[actionSize + j] = isFree ? scale * (dx * sigmaNoise - temperature) : 0
            }
        }
        network.backward(states, tape, outputGradient: outputGradient.view)
    }
}

/// One dimension of the tanh-transformed Gaussian.
public enum TanhGaussian {
    /// log σ within its range.
    public static func clamped(_ logDeviation: Real) -> Real {
        let range = TanhGaussianPolicy.logDeviationRange
        return min(max(logDeviation, range.lowerBound), range.upperBound)
    }

    /// a = tanh(m + σε) and this dimension's share of log π(a|s).
    public static func sample(mean: Real, logDeviation: Real, noise: Real) -> (action: Real, logLikelihood: Real) {
        let logSigma = clamped(logDeviation)
        let x = mean + exp(logSigma) * noise
        let gaussian = -noise * noise / 2 - logSigma - Real(0.5 * log(2 * Double.pi))
        let softplus = max(-2 * x, 0) + log1p(exp(-abs(2 * x)))
        return (tanh(x), gaussian - 2 * (Real(log(2.0)) - x - softplus))
    }
}
