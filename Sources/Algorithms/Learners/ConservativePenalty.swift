import Networks
import Numerics

extension NoiseStream {
    /// ε of the regulariser's actions drawn at s.
    static let sampledAtState = NoiseStream("sampled-at-state", inTraces: "cql_current")
    /// ε of the regulariser's actions drawn at s'.
    static let sampledAtNextState = NoiseStream("sampled-at-next-state", inTraces: "cql_next")
    /// The regulariser's uniform actions.
    static let uniformActions = NoiseStream("uniform-actions", inTraces: "cql_uniform")
}

/// CQL's regulariser: the excess of a critic's values of sampled and random actions over those of the data's actions.
///
/// Over N uniform actions aᵘ, N of π(s') and N of π(s), all valued at s,
///
///     lse = T·log Σ exp([Q(s,aᵘ) - A·log ½ ; Q(s,a^{s'}) - log π(a^{s'}|s') ; Q(s,a^s) - log π(a^s|s)]/T)
///     Δ   = E[clamp(lse - Q(s,a), lo, hi)]
///
/// Without importance sampling the log-densities are left out and Q(s,a) itself joins the sum. No gradient passes into
/// the policy. The critics share the buffers: call `evaluate` and `addGradient` for one, then for the next.
final class ConservativePenalty {
    private let settings: CQLSettings
    private let samples: ActionSamples
    private let draws: Int
    private let batch: Int
    /// The uniform actions, those of π(s') and those of π(s) [3N·B × A].
    private let actions: Matrix
    private let noise: Matrix
    /// The log-densities that are subtracted from the sampled values [3N × B].
    private let logDensities: Matrix
    /// ∂L/∂(sampled values) [3N × B].
    private let valueGradient: Matrix

    init(_ settings: CQLSettings, critic: MLP.Shape, actions: Int) {
        self.settings = settings
        batch = settings.shape.batch
        draws = settings.sampledActions
        samples = ActionSamples(critic, actions: actions, batch: batch, samples: 3 * draws)
        self.actions = Matrix(3 * draws * batch, actions)
        noise = Matrix(draws * batch, actions)
        logDensities = Matrix(3 * draws, batch)
        valueGradient = Matrix(3 * draws, batch)
    }

    /// Draws the step's actions, after `forward` of both policies: the uniform ones on every owner of a critic, the
    /// policy's on its owner, which sends them to the owners of critics.
    func draw(
        atState policy: TanhGaussianPolicy, atNextState nextPolicy: TanhGaussianPolicy, noise source: any NoiseSource,
        step: Int, team: any Exchange
    ) {
        let count = noise.count
        source.uniforms(.uniformActions, step: step, into: actions.pointer, count: count)
        if team.ownsPolicy { draw(atState: policy, atNextState: nextPolicy, noise: source, step: step) }
        let drawn = MatrixView(pointer: actions.pointer + count, rows: 1, columns: 2 * count)
        team.share(drawn, of: .policy, for: .critics)
        let densities = MatrixView(pointer: logDensities.row(draws), rows: 1, columns: 2 * draws * batch)
        team.share(densities, of: .policy, for: .critics)
        logDensities.pointer.update(
            repeating: Real(-Elementary.logOfTwo * Double(actions.columns)), count: draws * batch)
    }

    /// Draws the actions of both policies, with their log-densities.
    private func draw(
        atState policy: TanhGaussianPolicy, atNextState nextPolicy: TanhGaussianPolicy, noise source: any NoiseSource,
        step: Int
    ) {
        let count = noise.count
        for (part, stream, policy) in [(1, NoiseStream.sampledAtNextState, nextPolicy), (2, .sampledAtState, policy)] {
            source.normals(stream, step: step, into: noise.pointer, count: count)
            let drawn = MatrixView(
                pointer: actions.pointer + part * count, rows: draws * batch, columns: actions.columns)
            policy.draw(noise: noise.view, into: drawn, logLikelihoods: logDensities.row(part * draws))
        }
    }

    /// Computes Δ of one critic.
    ///
    /// - Parameters:
    ///   - dataValues: Q(s, a) of the data's actions [B].
    ///   - weight: the factor of Δ in the loss.
    ///   - dataGradient: ∂L/∂Q(s, a) [B], to which the penalty's part is added.
    func evaluate(
        _ critic: MLP, states: MatrixView, dataValues: UnsafePointer<Real>, weight: Real,
        dataGradient: UnsafeMutablePointer<Real>
    ) -> Double {
        samples.forward(critic, states: states, actions: actions.view)
        if settings.importanceSampling {
            for i in 0..<logDensities.count { samples.values.pointer[i] -= logDensities[i] }
        }
        let temperature = Real(settings.softmaxTemperature)
        let (lowest, highest) = (Real(settings.penaltyRange.lowerBound), Real(settings.penaltyRange.upperBound))
        var sum = 0.0
        for b in 0..<batch {
            let data = dataValues[b]
            var top = settings.importanceSampling ? -Real.infinity : data
            for k in 0..<samples.values.rows { top = max(top, samples.values.row(k)[b]) }
            var total = settings.importanceSampling ? 0 : Elementary.exp((data - top) / temperature)
            let dataShare = total
            for k in 0..<samples.values.rows {
                let term = Elementary.exp((samples.values.row(k)[b] - top) / temperature)
                valueGradient.row(k)[b] = term
                total += term
            }
            let difference = top + temperature * Elementary.log(total) - data
            let clamped = min(max(difference, lowest), highest)
            sum += Double(clamped)
            let slope = clamped == difference ? weight / Real(batch) : 0
            for k in 0..<samples.values.rows { valueGradient.row(k)[b] *= slope / total }
            dataGradient[b] += slope * (dataShare / total - 1)
        }
        return sum / Double(batch)
    }

    /// Adds the penalty's gradient to the critic's, after its `evaluate`.
    func addGradient(_ critic: MLP, states: MatrixView) {
        samples.addGradient(critic, states: states, actions: actions.view, valueGradient: valueGradient.view)
    }
}
