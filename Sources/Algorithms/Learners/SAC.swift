package import Datasets
package import Networks
package import Numerics

/// Soft actor-critic with twin critics and automatic temperature (Haarnoja et al. 2018, arXiv:1812.05905): the
/// behaviour policy that D4RL's locomotion data come from.
///
///     y     = r + γ(1 - d)·[min Q̂(s', a') - α log π(a'|s')],  a' ~ π(s')
///     L_Q   = E[(Q₁ - y)² + (Q₂ - y)²]
///     L_π   = E[α log π(ã|s) - min Q(s, ã)],  ã ~ π(s)
///     L_α   = -log α·E[log π(ã|s) + H̄],  H̄ = -dim(A)
///
/// Constants as in rlkit: rate 3e-4 throughout, γ 0.99, η 0.005, 256-256 networks, PyTorch initialisation.
package final class SAC {
    /// The diagnostics of a step.
    package struct Report: Sendable {
        /// Losses and values of Q₁ and Q₂ on the batch, before their step.
        package var critic = Critics.Report()
        /// E[log π(ã|s)] before the policy's step, in nats; α is stationary where it is −H̄.
        package var meanLogLikelihood = 0.0
        /// α after its step.
        package var temperature = 1.0
    }

    /// Learning rate of critics, policy and temperature.
    static let rate = 3e-4
    /// γ, the discount.
    static let discount: Real = 0.99
    /// η, the rate of the targets' moving average.
    static let targetRate = 0.005
    static let hidden = [256, 256]

    /// π, with buffers for a batch; a second policy that shares its parameters can act while it learns.
    package let policy: TanhGaussianPolicy
    /// The report of the last `update`; zeros before the first.
    package private(set) var report = Report()
    private let critic: Critics
    private let policyOptimiser: Adam
    private let logTemperature = ScalarAdam(0)
    private let noiseStream: RandomStream
    private var updates = 0

    private let noise: Matrix
    private let policyStateActions: Matrix
    private let target: Matrix
    private let policyValue: Matrix
    private let valueGradient: Matrix

    /// Makes networks with first weights for an environment of the given sizes.
    package init(states: Int, actions: Int, batch: Int, stream: RandomStream) {
        policy = TanhGaussianPolicy(states: states, actions: actions, hidden: SAC.hidden, batch: batch)
        Initialiser.uniformByFanIn.fill(policy.network, stream: stream.stream("policy"))
        critic = Critics(
            states: states, actions: actions, hidden: SAC.hidden, batch: batch, initialiser: .uniformByFanIn,
            stream: stream, team: Solo())
        policyOptimiser = Adam(policy.network)
        noiseStream = stream.stream("policy-noise")
        noise = Matrix(batch, actions)
        policyStateActions = Matrix(batch, states + actions)
        target = Matrix(vector: batch)
        policyValue = Matrix(vector: batch)
        valueGradient = Matrix(batch, actions)
    }

    /// Makes one gradient step of critics, policy and temperature.
    package func update(_ batch: Batch) {
        let temperature = Real(Elementary.exp(logTemperature.value))
        updateCritic(batch, temperature)
        updatePolicy(batch, temperature)
        critic.trackTargets(rate: SAC.targetRate)
        updates += 1
    }

    private func updateCritic(_ batch: Batch, _ temperature: Real) {
        samplePolicy(batch.nextStates.view, draw: 2 * updates)
        critic.targetMinimum(policyStateActions.view, for: .critics, into: target.pointer)
        for b in 0..<batch.size {
            let soft = target[b] - temperature * policy.logLikelihoods[b]
            target[b] = batch.rewards[b] + SAC.discount * batch.continuations[b] * soft
        }
        critic.step(batch.stateActions.view, target: target.pointer, rate: SAC.rate)
        report.critic = critic.report
    }

    private func updatePolicy(_ batch: Batch, _ temperature: Real) {
        samplePolicy(batch.states, draw: 2 * updates + 1)
        critic.minimumAndActionGradient(
            policyStateActions.view, ofTargets: false, into: policyValue.pointer, gradient: valueGradient.view)
        policy.backward(
            states: batch.states, noise: noise.view, valueGradient: valueGradient.view, temperature: temperature)
        policyOptimiser.step(rate: SAC.rate)

        report.meanLogLikelihood = orderedMean(policy.logLikelihoods, count: batch.size)
        let targetEntropy = -Double(batch.actions.columns)
        logTemperature.step(
            gradient: -(report.meanLogLikelihood + targetEntropy), rate: SAC.rate, range: -20...20)
        report.temperature = Elementary.exp(logTemperature.value)
    }

    /// Draws a ~ π(s) and writes the rows (s, a) for the critics.
    private func samplePolicy(_ states: MatrixView, draw: Int) {
        noiseStream.normals(step: draw, into: noise.pointer, count: noise.count)
        policy.sample(states, noise: noise.view)
        layOut(states, policy.actions, into: policyStateActions.view)
    }
}
