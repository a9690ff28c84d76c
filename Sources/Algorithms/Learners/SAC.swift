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
package final class SAC: Learner {
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
    package let actor: TanhGaussianPolicy
    /// The report of the last `update`; zeros before the first.
    package private(set) var report = Report()
    private let critic: Critics
    private let actorOptimiser: Adam
    private let logTemperature = ScalarAdam(0)
    private let noiseStream: RandomStream
    /// The number of updates made so far.
    package private(set) var updates = 0

    private let noise: Matrix
    private let policyStateActions: Matrix
    private let target: Matrix
    private let policyValue: Matrix
    private let valueGradient: Matrix

    /// Makes networks with first weights for an environment of the given sizes.
    package init(states: Int, actions: Int, precision: Precision = .full, batch: Int, stream: RandomStream) {
        actor = TanhGaussianPolicy(
            states: states, actions: actions, hidden: SAC.hidden, precision: precision, batch: batch)
        Initialiser.uniformByFanIn.fill(actor.network, stream: stream.stream("policy"))
        critic = Critics(
            states: states, actions: actions, hidden: SAC.hidden, precision: precision, batch: batch,
            initialiser: .uniformByFanIn, stream: stream, team: Solo())
        actorOptimiser = Adam(actor.network)
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
            let soft = target[b] - temperature * actor.logLikelihoods[b]
            target[b] = batch.rewards[b] + SAC.discount * batch.continuations[b] * soft
        }
        critic.step(batch.stateActions.view, target: target.pointer, rate: SAC.rate)
        report.critic = critic.report
    }

    private func updatePolicy(_ batch: Batch, _ temperature: Real) {
        samplePolicy(batch.states, draw: 2 * updates + 1)
        critic.minimumAndActionGradient(
            policyStateActions.view, ofTargets: false, into: policyValue.pointer, gradient: valueGradient.view)
        actor.backward(
            states: batch.states, noise: noise.view, valueGradient: valueGradient.view, temperature: temperature)
        actorOptimiser.step(rate: SAC.rate)

        report.meanLogLikelihood = orderedMean(actor.logLikelihoods, count: batch.size)
        let targetEntropy = -Double(batch.actions.columns)
        logTemperature.step(
            gradient: -(report.meanLogLikelihood + targetEntropy), rate: SAC.rate, range: -20...20)
        report.temperature = Elementary.exp(logTemperature.value)
    }

    /// Draws a ~ π(s) and writes the rows (s, a) for the critics.
    private func samplePolicy(_ states: MatrixView, draw: Int) {
        noiseStream.normals(step: draw, into: noise.pointer, count: noise.count)
        actor.sample(states, noise: noise.view)
        layOut(states, actor.actions, into: policyStateActions.view)
    }
}

// What a learner has: reports, and the state from which a training goes on.
extension SAC {
    package var policy: PolicySnapshot { actor.snapshot }

    package func diagnostics() -> [Diagnostic] {
        [Diagnostic("critic_loss", report.critic.loss)] + report.critic.diagnostics + [
            Diagnostic("log_likelihood", report.meanLogLikelihood), Diagnostic("temperature", report.temperature),
        ]
    }

    package var networks: [NamedNetwork] {
        critic.named + [NamedNetwork("policy", actor.network, actorOptimiser, of: .policy, 0)]
    }

    package var scalars: [NamedScalar] {
        [NamedScalar(name: "log_temperature", adam: logTemperature, group: .policy)]
    }

    /// The last report, which a curve's row repeats when training goes on from there.
    package var resumableScalars: [String: Double] {
        get {
            [
                "loss": report.critic.loss, "mean_q": report.critic.meanValue,
                "mean_abs_q": report.critic.meanMagnitude, "log_likelihood": report.meanLogLikelihood,
                "temperature": report.temperature,
            ]
        }
        set {
            report.critic = Critics.Report(
                loss: newValue["loss"] ?? 0, meanValue: newValue["mean_q"] ?? 0,
                meanMagnitude: newValue["mean_abs_q"] ?? 0)
            report.meanLogLikelihood = newValue["log_likelihood"] ?? 0
            report.temperature = newValue["temperature"] ?? 1
        }
    }

    package func resume(after updates: Int) {
        self.updates = updates
        for network in networks { network.optimiser?.steps = updates }
        logTemperature.steps = updates
    }
}
