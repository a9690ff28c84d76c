import Datasets
import Foundation
import Networks
import Numerics

/// ACTIVE: offline RL via adaptive imitation and in-sample V-ensemble (Chen, Cai, Wu, Zhang; ICLR 2025).
///
/// Equation numbers are those of the paper's slides. With the expectile loss this is ACTIVE-I, with the sparse loss
/// ACTIVE-S. Order of updates as in the paper's algorithm: ψ₁…ψ_m, θ, θ̂, β, φ, all on one batch; the weight w and the
/// policy's Q term see θ̂ and ψ as they are after their own step.
package final class ACTIVE<Team: Exchange>: Learner {
    /// Hyperparameters: f, m, H_D, c, β₀, λ_β beside the common ones.
    package struct Settings: Sendable, Equatable {
        let common: InSample<Team>.Settings
        /// f.
        let loss: ValueLoss
        /// m, the number of V networks.
        let members: Int
        /// c of E_c: which quantile of the ensemble the advantage is measured from.
        let quantile: Double
        /// H_D, what E_D[log π(a|s)] is held at.
        let targetLogLikelihood: Double
        /// β before the first step.
        let initialBeta: Double
        /// λ_β, Adam's rate on log β.
        let betaRate: Double
        /// Cap on w = exp(A).
        let weightCap: Double

        package init(_ hyperparameters: Hyperparameters, loss: ValueLoss) {
            common = .init(hyperparameters)
            self.loss = loss
            members = hyperparameters.integer("m")
            quantile = hyperparameters.real("quantile")
            targetLogLikelihood = hyperparameters.real("target_log_likelihood")
            initialBeta = hyperparameters.real("initial_beta")
            betaRate = hyperparameters.real("beta_rate")
            weightCap = hyperparameters.real("weight_cap")
        }

        /// w = exp(A), capped.
        package func weight(advantage: Real) -> Real { min(exp(advantage), Real(weightCap)) }
    }

    private let settings: Settings
    private let parts: InSample<Team>
    private var beta: AdaptiveTemperature
    private let noiseStream: RandomStream
    private var updates = 0
    private var report = InSampleReport<Team>()
    private var temperatureLoss = 0.0

    private let noise: Matrix
    private let policyStateActions: Matrix
    private let policyValue: Matrix
    private let actionGradient: Matrix

    init(_ settings: Settings, problem: Problem<Team>) {
        self.settings = settings
        parts = InSample(settings.common, members: settings.members, problem: problem)
        beta = AdaptiveTemperature(
            initial: settings.initialBeta, targetLogLikelihood: settings.targetLogLikelihood, rate: settings.betaRate)
        noiseStream = problem.stream.stream("policy-noise")
        let batch = settings.common.batch
        noise = Matrix(batch, problem.actions)
        policyStateActions = Matrix(batch, problem.states + problem.actions)
        policyValue = Matrix(vector: batch)
        actionGradient = Matrix(batch, problem.actions)
    }

    package func update(_ batch: Batch) {
        updateValues(batch)
        updateCritic(batch)
        weighAdvantages(batch)
        adaptTemperature(batch)
        updatePolicy(batch)
        updates += 1
    }

    /// (3), (5): L(ψᵢ) = E[f(Q̂(s,a) - Vᵢ(s))] for every member.
    private func updateValues(_ batch: Batch) {
        parts.critic.targetMinimum(batch.stateActions.view, into: parts.q.pointer)
        report.valueLoss = parts.values.step(
            batch.states, towards: parts.q.pointer, loss: settings.loss, rate: settings.common.learningRate)
    }

    /// (4), (6): L(θ) = E[(r + γ minᵢ Vᵢ(s') - Q(s,a))²], then θ̂ ← (1 - η)θ̂ + ηθ.
    private func updateCritic(_ batch: Batch) {
        report.critic = parts.stepCritic(batch)
        parts.critic.trackTargets(rate: settings.common.targetRate)
    }

    /// (7): A(s,a) = Q̂(s,a) - E_c[V](s), and the weight w = exp(A) of (13).
    private func weighAdvantages(_ batch: Batch) {
        parts.critic.targetMinimum(batch.stateActions.view, into: parts.q.pointer)
        parts.values.quantile(settings.quantile, at: batch.states, into: parts.baseline.pointer)
        for b in 0..<batch.size {
            parts.weights[b] = settings.weight(advantage: parts.q[b] - parts.baseline[b])
        }
    }

    /// (12), (14): L(β) = E_D[β(log π(a|s) - H_D)], the likelihood being that of the policy before its update.
    private func adaptTemperature(_ batch: Batch) {
        report.logLikelihood = parts.evaluatePolicy(batch)
        temperatureLoss = beta.step(meanLogLikelihood: report.logLikelihood)
    }

    /// (11), (13): L(φ) = -E_{a~π}[Q̂(s,a)] - β E_D[w(s,a) log π(a|s)], the first term reparameterised.
    private func updatePolicy(_ batch: Batch) {
        noiseStream.normals(step: updates, into: noise.pointer, count: noise.count)
        let sampled = policyStateActions.view.columns(batch.states.columns..<policyStateActions.columns)
        layOut(batch.states, noise.view, into: policyStateActions.view)
        parts.policy.sample(noise: noise.view, into: sampled)
        parts.critic.minimumAndActionGradient(
            policyStateActions.view, ofTargets: true, into: policyValue.pointer, gradient: actionGradient.view)
        stopAtBounds(sampled)
        report.meanWeight = orderedMean(parts.weights.pointer, count: batch.size)
        report.policyLoss =
            -orderedMean(policyValue.pointer, count: batch.size) - beta.value * parts.weightedLogLikelihood()
        for b in 0..<batch.size { parts.weights[b] *= Real(beta.value) }
        parts.policy.backward(
            states: batch.states, actions: batch.actions, weights: parts.weights.pointer,
            pathwise: (actionGradient.view, noise.view))
        parts.stepPolicy()
    }

    /// No gradient passes where a sampled action was clipped to ±1.
    private func stopAtBounds(_ sampled: MatrixView) {
        for b in 0..<sampled.rows {
            for j in 0..<sampled.columns where abs(sampled.row(b)[j]) >= 1 { actionGradient.row(b)[j] = 0 }
        }
    }
}

// What the harness asks for.
extension ACTIVE {
    package var policy: PolicySnapshot { parts.policy.snapshot }

    package var networks: [NamedNetwork] { parts.networks }

    package var diagnostics: [Diagnostic] {
        report.diagnostics(parts) + [
            Diagnostic("temperature_loss", temperatureLoss), Diagnostic("beta", beta.value),
            Diagnostic("ensemble_std", parts.values.meanDeviation),
        ]
    }
}
