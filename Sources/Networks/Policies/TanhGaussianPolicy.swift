package import Numerics

/// A tanh-squashed Gaussian whose standard deviation depends on the state (policy family T: SAC, CQL).
///
/// MLP(s) → (m, ℓ), log σ = clamp(k·ℓ + b, -20, 2), x = m + σε, a = tanh(x);
/// log π(a|s) = Σⱼ [log N(xⱼ; mⱼ, σⱼ) - 2(log 2 - xⱼ - softplus(-2xⱼ))]. It is computed from x, so tanh is never inverted.
/// k and b are trained in CQL (tensors `log_std_scale`, `log_std_shift`); in SAC they are 1 and 0.
package final class TanhGaussianPolicy {
    /// The clamp of log σ, as in rlkit.
    static let logDeviationRange: ClosedRange<Real> = -20...2

    /// The network s → (m, ℓ), the A means before the A values ℓ.
    package let network: MLP
    /// The actions a [batch × actions] of the last `sample`.
    package let actions: MatrixView
    /// log π(a|s) [batch] of the last `sample`.
    package let logLikelihoods: UnsafeMutablePointer<Real>
    private let actionSize: Int
    /// Pointers to k, b and their gradients; nil where k = 1 and b = 0 are constant.
    private let affineParameters: (values: Affine, gradients: Affine)?
    private let tape: Tape
    private let outputGradient: Matrix
    private let storage: (actions: Matrix, logLikelihoods: Matrix)

    /// Makes a policy whose parameters are zero, with buffers for `batch` states.
    ///
    /// - Parameter affineDeviation: whether k and b are trained; they then start at 1 and -1.
    package convenience init(
        states: Int, actions: Int, hidden: [Int], precision: Precision = .full, batch: Int,
        affineDeviation: Bool = false
    ) {
        let network = MLP(
            MLP.Shape(inputs: states, hidden: hidden, outputs: 2 * actions, precision: precision),
            extra: affineDeviation ? [("log_std_scale", [1]), ("log_std_shift", [1])] : [])
        self.init(network: network, batch: batch)
        guard affineDeviation else { return }
        network.parameters.mutate("log_std_scale") { $0[0] = 1 }
        network.parameters.mutate("log_std_shift") { $0[0] = -1 }
    }

    /// Makes a policy that shares the parameters of `other` but has buffers of its own (for one state, to act with while
    /// the other learns; for the next states of a batch).
    package convenience init(sharing other: TanhGaussianPolicy, batch: Int) {
        self.init(network: other.network, batch: batch)
    }

    /// Pointers to k and b in a block of parameters or of gradients.
    private struct Affine {
        let scale: UnsafeMutablePointer<Real>
        let shift: UnsafeMutablePointer<Real>

        init(_ block: ParameterBlock) {
            (scale, shift) = (block.pointer("log_std_scale"), block.pointer("log_std_shift"))
        }
    }

    private init(network: MLP, batch: Int) {
        self.network = network
        actionSize = network.shape.outputs / 2
        tape = Tape(network.shape, batch: batch)
        outputGradient = Matrix(batch, 2 * actionSize)
        storage = (Matrix(batch, actionSize), Matrix(vector: batch))
        actions = storage.actions.view
        logLikelihoods = storage.logLikelihoods.pointer
        let isAffine = network.parameters.tensors.contains { $0.name == "log_std_scale" }
        affineParameters = network.gradients.flatMap { gradients in
            isAffine ? (Affine(network.parameters), Affine(gradients)) : nil
        }
    }

    /// k and b.
    var affine: (scale: Real, shift: Real) {
        guard let values = affineParameters?.values else { return (1, 0) }
        return (values.scale.pointee, values.shift.pointee)
    }

    /// Computes m and ℓ for a batch of states [batch × states].
    package func forward(_ states: MatrixView) { network.forward(states, tape) }

    /// Draws an action for each state, with its log-likelihood.
    ///
    /// - Parameters:
    ///   - states: [batch × states].
    ///   - noise: ε, standard normal [batch × actions].
    package func sample(_ states: MatrixView, noise: MatrixView) {
        forward(states)
        draw(noise: noise, into: actions, logLikelihoods: logLikelihoods)
    }

    /// Draws K actions for each state of the last `forward`.
    ///
    /// - Parameters:
    ///   - noise: ε, standard normal [K·batch × actions]; row k·batch + b is the k-th draw for state b.
    ///   - drawn: receives the actions, in the same order.
    ///   - logLikelihoods: receives log π of each action [K·batch].
    package func draw(noise: MatrixView, into drawn: MatrixView, logLikelihoods: UnsafeMutablePointer<Real>) {
        let (scale, shift) = affine
        let batch = tape.output.rows
        for i in 0..<noise.rows {
            let (m, l) = (tape.output.row(i % batch), tape.output.row(i % batch) + actionSize)
            var logLikelihood: Real = 0
            for j in 0..<actionSize {
                let sampled = TanhGaussian.sample(
                    mean: m[j], logDeviation: scale * l[j] + shift, noise: noise.row(i)[j])
                drawn.row(i)[j] = sampled.action
                logLikelihood += sampled.logLikelihood
            }
            logLikelihoods[i] = logLikelihood
        }
    }

    /// Computes the gradient of L = (1/B) Σ_b [α log π(a_b|s_b) - Q(s_b, a_b)] through a = tanh(m + σε) for the last `sample`,
    /// into `network.gradients`.
    ///
    /// - Parameters:
    ///   - valueGradient: ∂Q/∂a at the sampled actions [batch × actions].
    ///   - temperature: α.
    package func backward(states: MatrixView, noise: MatrixView, valueGradient: MatrixView, temperature: Real) {
        let (scale, shift) = affine
        var (scaleGradient, shiftGradient): (Real, Real) = (0, 0)
        let share = 1 / Real(actions.rows)
        for b in 0..<actions.rows {
            let l = tape.output.row(b) + actionSize
            for j in 0..<actionSize {
                let a = actions.row(b)[j]
                let logDeviation = scale * l[j] + shift
                let isFree = TanhGaussianPolicy.logDeviationRange.contains(logDeviation)
                let sigmaNoise = Elementary.exp(TanhGaussian.clamped(logDeviation)) * noise.row(b)[j]
                // ∂log π/∂x = 2 tanh(x), ∂a/∂x = 1 - a², ∂x/∂m = 1, ∂x/∂log σ = σε, and -1 from -log σ.
                let dx = temperature * 2 * a - valueGradient.row(b)[j] * (1 - a * a)
                let dLogDeviation = isFree ? share * (dx * sigmaNoise - temperature) : 0
                outputGradient.row(b)[j] = share * dx
                outputGradient.row(b)[actionSize + j] = scale * dLogDeviation
                scaleGradient += l[j] * dLogDeviation
                shiftGradient += dLogDeviation
            }
        }
        if let gradients = affineParameters?.gradients {
            gradients.scale.pointee = scaleGradient
            gradients.shift.pointee = shiftGradient
        }
        network.backward(states, tape, outputGradient: outputGradient.view)
    }
}

/// One dimension of the tanh-transformed Gaussian.
package enum TanhGaussian {
    /// Returns log σ clamped to its range.
    package static func clamped(_ logDeviation: Real) -> Real {
        let range = TanhGaussianPolicy.logDeviationRange
        return min(max(logDeviation, range.lowerBound), range.upperBound)
    }

    /// Returns a = tanh(m + σε) and this dimension's term of log π(a|s).
    package static func sample(mean: Real, logDeviation: Real, noise: Real) -> (action: Real, logLikelihood: Real) {
        let logSigma = clamped(logDeviation)
        let x = mean + Elementary.exp(logSigma) * noise
        let gaussian = -noise * noise / 2 - logSigma - Real(Elementary.halfLogOfTwoPi)
        let softplus = max(-2 * x, 0) + Elementary.log1p(Elementary.exp(-abs(2 * x)))
        return (Elementary.tanh(x), gaussian - 2 * (Real(Elementary.logOfTwo) - x - softplus))
    }
}
