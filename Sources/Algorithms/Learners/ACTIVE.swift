package import Datasets
import Foundation
package import Networks
import Numerics

/// ACTIVE: offline RL via adaptive imitation and in-sample V-ensemble (Chen, Cai, Wu, Zhang; ICLR 2025).
///
/// Equation numbers are those of the paper's slides (see the chapter Learners). With the expectile loss this is
/// ACTIVE-I, with the sparse loss ACTIVE-S. Order of updates as in the paper's algorithm: ψ₁…ψ_m, θ, θ̂, β, φ, all on one
/// batch; the weight w and the policy's Q term use θ̂ and ψ after their steps.
///
/// With the cloning temperature off, the step is the baseline's, with the ensemble
/// (`InSampleNetworks.stepByCloning`): IQL or SQL bit for bit when m = 1.
package final class ACTIVE: Learner {
    private let settings: ACTIVESettings
    private let parts: InSampleNetworks
    private let noise: any NoiseSource
    private var beta: AdaptiveTemperature
    private var updates = 0
    private var report = InSampleReport()
    private var temperatureLoss = 0.0

    /// ε of a = μ(s) + σε [B × A].
    private let policyNoise: Matrix
    /// a ~ π(s) [B × A].
    private let sampled: Matrix
    private let policyStateActions: Matrix
    private let policyValue: Matrix
    private let actionGradient: Matrix
    /// β·w, the weights of the cloning term [B].
    private let cloningWeights: Matrix

    init(_ settings: ACTIVESettings, problem: Problem) {
        self.settings = settings
        parts = InSampleNetworks(settings.common, members: settings.members, problem: problem)
        beta = AdaptiveTemperature(
            initial: settings.initialBeta, targetLogLikelihood: settings.targetLogLikelihood,
            rate: settings.temperature == .adaptive ? settings.betaRate : 0)
        noise = problem.noise
        let batch = settings.common.shape.batch
        policyNoise = Matrix(batch, problem.actions)
        sampled = Matrix(batch, problem.actions)
        policyStateActions = Matrix(batch, problem.states + problem.actions)
        policyValue = Matrix(vector: batch)
        actionGradient = Matrix(batch, problem.actions)
        cloningWeights = Matrix(vector: batch)
    }

    package func update(_ batch: Batch) {
        if settings.temperature == .off {
            parts.stepByCloning(
                batch, step: updates, loss: settings.loss, quantile: settings.quantile, backup: settings.backup,
                weight: settings.weight, into: &report)
        } else {
            updateValues(batch)
            updateCritics(batch)
            weighAdvantages(batch)
            adaptTemperature(batch)
            updatePolicy(batch)
        }
        updates += 1
    }

    /// (3), (5): L(ψᵢ) = E[f(Q̂(s,a) - Vᵢ(s))] for every member.
    private func updateValues(_ batch: Batch) {
        parts.stepValues(batch, loss: settings.loss, qFor: .values)
    }

    /// (4), (6): L(θ) = E[(r + γ minᵢ Vᵢ(s') - Q(s,a))²], then θ̂ ← (1 - η)θ̂ + ηθ.
    private func updateCritics(_ batch: Batch) {
        parts.stepCritics(batch, backup: settings.backup)
        parts.critics.trackTargets(rate: settings.common.offPolicy.targetRate)
    }

    /// (7): A(s,a) = Q̂(s,a) - E_c[V](s), and the weight w = exp(A) of (13).
    private func weighAdvantages(_ batch: Batch) {
        parts.critics.targetMinimum(batch.stateActions.view, for: .policy, into: parts.q.pointer)
        parts.weighAdvantages(batch, quantile: settings.quantile, weight: settings.weight)
    }

    /// (12), (14): L(β) = E_D[β(log π(a|s) - H_D)], the likelihood being that of the policy before its update.
    private func adaptTemperature(_ batch: Batch) {
        guard parts.team.ownsPolicy else { return }
        report.logLikelihood = parts.actor.evaluate(batch, step: updates)
        guard settings.temperature == .adaptive else { return }
        temperatureLoss = beta.step(meanLogLikelihood: report.logLikelihood)
    }

    /// (11), (13): L(φ) = -E_{a~π}[Q̂(s,a)] - β E_D[w(s,a) log π(a|s)], the first term reparameterised.
    private func updatePolicy(_ batch: Batch) {
        if parts.team.ownsPolicy {
            noise.normals(.policy, step: updates, into: policyNoise.pointer, count: policyNoise.count)
            parts.actor.policy.sample(noise: policyNoise.view, into: sampled.view)
        }
        parts.team.share(sampled.view.asOneRow, of: .policy, for: .critics)
        layOut(batch.states, sampled.view, into: policyStateActions.view)
        parts.critics.minimumAndActionGradient(
            policyStateActions.view, ofTargets: true, into: policyValue.pointer, gradient: actionGradient.view)
        guard parts.team.ownsPolicy else { return }
        stopAtBounds(sampled.view)
        let scale = settings.normalisesQ ? normaliseValue() : 1
        report.weightedLogLikelihood = parts.actor.meanWeighted(by: parts.weights)
        report.policyLoss =
            -scale * orderedMean(policyValue.pointer, count: batch.size) - beta.value * report.weightedLogLikelihood
        for b in 0..<batch.size { cloningWeights[b] = parts.weights[b] * Real(beta.value) }
        parts.actor.step(batch, weights: cloningWeights, pathwise: (actionGradient.view, policyNoise.view))
    }

    /// Sets the action gradient to 0 where a sampled action was clipped to ±1.
    private func stopAtBounds(_ sampled: MatrixView) {
        for b in 0..<sampled.rows {
            for j in 0..<sampled.columns where abs(sampled.row(b)[j]) >= 1 { actionGradient.row(b)[j] = 0 }
        }
    }

    /// Divides ∂Q̂/∂a by E|Q̂(s, a_π)|, through which no gradient passes; returns the factor.
    private func normaliseValue() -> Double {
        let scale =
            Double(policyValue.count) / orderedMagnitudeSum(policyValue.pointer, count: policyValue.count)
        for i in 0..<actionGradient.count { actionGradient[i] *= Real(scale) }
        return scale
    }
}

// The rest of `Learner`.
extension ACTIVE {
    package var policy: PolicySnapshot { parts.actor.policy.snapshot }

    package var networks: [NamedNetwork] { parts.networks }

    package var scalars: [NamedScalar] {
        settings.temperature == .adaptive ? [NamedScalar(name: "log_beta", adam: beta.logBeta, group: .policy)] : []
    }

    package func diagnostics() -> [Diagnostic] {
        let spread = parts.values.spread
        var diagnostics = report.diagnostics(parts)
        if settings.temperature == .adaptive { diagnostics.append(Diagnostic("temperature_loss", temperatureLoss)) }
        if settings.temperature != .off { diagnostics.append(Diagnostic("beta", beta.value)) }
        diagnostics.append(Diagnostic("ensemble_std", spread.deviation))
        diagnostics.append(Diagnostic("min_gap_ratio", spread.gapRatio))
        return diagnostics
    }

    package var resumableScalars: [String: Double] {
        get { beta.smoothedLogLikelihood.map { ["smoothed_log_likelihood": $0] } ?? [:] }
        set { beta.smoothedLogLikelihood = newValue["smoothed_log_likelihood"] }
    }

    package var warning: String? { settings.temperature == .adaptive ? beta.warning : nil }

    package func resume(after updates: Int) {
        self.updates = updates
        parts.resume(after: updates)
        beta.logBeta.steps = updates
    }
}
