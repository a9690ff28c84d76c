package import Datasets
package import Networks
import Numerics

/// Conservative Q-learning (Kumar, Zhou, Tucker, Levine; NeurIPS 2020), CQL(H), as CORL and young-geng/CQL run it.
///
///     y    = r + γ(1 - d)·min(Q̂₁, Q̂₂)(s', a'),  a' ~ π(s')    (max-target backup: the largest over N draws)
///     Q_j: E[(Q_j - y)²] + α_CQL·Δ_j    (Lagrange: ζ·α_CQL·(Δ_j - gap)),  Δ_j: see `ConservativePenalty`
///     π:   E[α log π(ã|s) - min(Q₁, Q₂)(s, ã)],  ã ~ π(s)
///     α:   -E[log α·(log π(ã|s) + H̄)],   α':  -½ Σ_j ζ·α_CQL·(Δ_j - gap),  ζ = clip(exp(log α'), 0, 1e6)
///
/// Every loss is computed from the parameters before the step.
package final class CQL: Learner {
    private let settings: CQLSettings
    private let critics: Critics
    private let penalty: ConservativePenalty
    private let actor: TanhGaussianPolicy
    /// The same policy with separate buffers for the next states.
    private let nextActor: TanhGaussianPolicy
    private let actorOptimiser: Adam
    private let logAlpha = ScalarAdam(0)
    private let logLagrange = ScalarAdam(1)
    private let noise: any NoiseSource
    private let team: any Exchange
    private var updates = 0
    private var report = Report()

    /// The diagnostics of the last update.
    private struct Report {
        var policyLoss = 0.0
        var alphaLoss = 0.0
        var alpha = 1.0
        var meanLogLikelihood = 0.0
        var lagrangeLoss = 0.0
        var lagrange = 0.0
    }

    /// Δ of every critic [critics × 1], which α' needs from all of them.
    private let differences: Matrix
    private let policyNoise: Matrix
    private let stateActions: Matrix
    private let target: Matrix
    private let policyValue: Matrix
    private let actionGradient: Matrix
    /// a' with its ε and log π: one draw per state, or N for the max-target backup.
    private let nextNoise: Matrix
    private let nextActions: Matrix
    private let nextLogLikelihoods: Matrix

    init(_ settings: CQLSettings, problem: Problem) {
        self.settings = settings
        let (states, actions, shape) = (problem.states, problem.actions, settings.shape)
        let batch = shape.batch
        critics = Critics(
            shape, hidden: settings.criticHidden, initialiser: .orthogonalSmallOutput, problem: problem)
        penalty = ConservativePenalty(settings, critic: critics.networks[0].shape, actions: actions)
        actor = TanhGaussianPolicy(
            states: states, actions: actions, hidden: shape.hidden, precision: shape.precision, batch: batch,
            affineDeviation: true)
        Initialiser.uniformSmallOutput.fill(actor.network, stream: problem.initialStream.stream("policy"))
        nextActor = TanhGaussianPolicy(sharing: actor, batch: batch)
        actorOptimiser = Adam(actor.network)
        noise = problem.noise
        team = problem.team
        differences = Matrix(critics.networks.count, 1)
        policyNoise = Matrix(batch, actions)
        stateActions = Matrix(batch, states + actions)
        target = Matrix(vector: batch)
        policyValue = Matrix(vector: batch)
        actionGradient = Matrix(batch, actions)
        let draws = settings.maxTargetBackup ? settings.sampledActions : 1
        nextNoise = Matrix(draws * batch, actions)
        nextActions = Matrix(draws * batch, actions)
        nextLogLikelihoods = Matrix(vector: draws * batch)
    }

    package func update(_ batch: Batch) {
        if team.ownsPolicy { nextActor.forward(batch.nextStates.view) }
        differentiatePolicy(batch)
        penalty.draw(atState: actor, atNextState: nextActor, noise: noise, step: updates, team: team)
        computeTargets(batch)
        updateCritics(batch)
        if team.ownsPolicy {
            actorOptimiser.step(rate: settings.policyLearningRate)
            updateAlpha(targetEntropy: settings.targetEntropy)
        }
        critics.trackTargets(rate: settings.offPolicy.targetRate)
        updates += 1
    }

    /// Computes the policy's loss and gradient with the critics before their step.
    private func differentiatePolicy(_ batch: Batch) {
        if team.ownsPolicy {
            noise.normals(.policy, step: updates, into: policyNoise.pointer, count: policyNoise.count)
            actor.sample(batch.states, noise: policyNoise.view)
        }
        team.share(actor.actions.asOneRow, of: .policy, for: .critics)
        layOut(batch.states, actor.actions, into: stateActions.view)
        critics.minimumAndActionGradient(
            stateActions.view, ofTargets: false, into: policyValue.pointer, gradient: actionGradient.view)
        guard team.ownsPolicy else { return }
        report.alpha = Elementary.exp(logAlpha.value)
        report.meanLogLikelihood = orderedMean(actor.logLikelihoods, count: batch.size)
        report.policyLoss =
            report.alpha * report.meanLogLikelihood - orderedMean(policyValue.pointer, count: batch.size)
        actor.backward(
            states: batch.states, noise: policyNoise.view, valueGradient: actionGradient.view,
            temperature: Real(report.alpha))
    }

    /// Computes target = y.
    private func computeTargets(_ batch: Batch) {
        if team.ownsPolicy {
            noise.normals(.nextPolicy, step: updates, into: nextNoise.pointer, count: nextNoise.count)
            nextActor.draw(noise: nextNoise.view, into: nextActions.view, logLikelihoods: nextLogLikelihoods.pointer)
        }
        team.share(nextActions.view.asOneRow, of: .policy, for: .critics)
        let rows = batch.size
        for k in 0..<nextActions.rows / rows {
            let actions = MatrixView(
                pointer: nextActions.row(k * rows), rows: rows, columns: nextActions.columns)
            layOut(batch.nextStates.view, actions, into: stateActions.view)
            critics.targetMinimum(stateActions.view, for: .critics, into: policyValue.pointer)
            for b in 0..<rows where k == 0 || policyValue[b] > target[b] || policyValue[b].isNaN {
                target[b] = policyValue[b]
            }
        }
        batch.bootstrap(target, discount: settings.offPolicy.discount)
    }

    private func updateCritics(_ batch: Batch) {
        let multiplier = settings.lagrange ? min(Elementary.exp(logLagrange.value), 1e6) : 1
        let weight = multiplier * settings.alpha
        let gap = settings.lagrange ? settings.lagrangeGap : 0
        report.lagrange = multiplier
        for j in critics.networks.indices where team.owns(.critics, j) {
            let network = critics.networks[j]
            critics.evaluate(j, batch.stateActions.view)
            let squares = critics.temporalDifference(j, target: target.pointer)
            let difference = penalty.evaluate(
                network, states: batch.states, dataValues: critics.values.row(j), weight: Real(weight),
                dataGradient: critics.outputGradient.pointer)
            critics.backward(j, batch.stateActions.view)
            penalty.addGradient(network, states: batch.states)
            critics.optimisers[j].step(rate: settings.learningRate)
            differences[j] = Real(difference)
            critics.records[j].penalty = difference
            critics.records[j].loss = squares + weight * (difference - gap)
        }
        guard settings.lagrange else { return }
        team.share(differences.view, of: .critics, for: .critics)
        guard critics.networks.indices.contains(where: { team.owns(.critics, $0) }) else { return }
        report.lagrangeLoss = 0
        for j in 0..<differences.count { report.lagrangeLoss -= weight * (Double(differences[j]) - gap) / 2 }
        // ∂L/∂(log α') = L where the clip is inactive, ζ being exp(log α').
        logLagrange.step(
            gradient: multiplier < 1e6 ? report.lagrangeLoss : 0, rate: settings.learningRate)
    }

    private func updateAlpha(targetEntropy: Double) {
        let slack = report.meanLogLikelihood + targetEntropy
        report.alphaLoss = -logAlpha.value * slack
        logAlpha.step(gradient: -slack, rate: settings.policyLearningRate)
    }
}

// The rest of `Learner`.
extension CQL {
    package var policy: PolicySnapshot { actor.snapshot }

    package var networks: [NamedNetwork] {
        critics.named + [NamedNetwork("policy", actor.network, actorOptimiser, of: .policy, 0)]
    }

    package var scalars: [NamedScalar] {
        [NamedScalar(name: "log_alpha", adam: logAlpha, group: .policy)]
            + (settings.lagrange ? [NamedScalar(name: "log_lagrange", adam: logLagrange, group: .critics)] : [])
    }

    package func diagnostics() -> [Diagnostic] {
        critics.gatherRecords()
        let critic = critics.report
        var lagrange = critics.networks.flatMap { _ in [report.lagrangeLoss, report.lagrange] }
        team.report(&lagrange, each: 2, of: .critics)
        return [
            Diagnostic("critic_loss", critic.loss), Diagnostic("policy_loss", report.policyLoss),
            Diagnostic("temperature_loss", report.alphaLoss),
        ] + (settings.lagrange ? [Diagnostic("lagrange_loss", lagrange[0])] : []) + critic.diagnostics + [
            Diagnostic("cql_penalty", critic.penalty), Diagnostic("entropy_temperature", report.alpha),
            Diagnostic("policy_log_likelihood", report.meanLogLikelihood),
        ] + (settings.lagrange ? [Diagnostic("lagrange_multiplier", lagrange[1])] : []) + [
            gradientNorm("critic", critics.networks, of: .critics, team),
            gradientNorm("policy", [actor.network], of: .policy, team),
        ]
    }

    package func resume(after updates: Int) {
        self.updates = updates
        for network in networks { network.optimiser?.steps = updates }
        for scalar in scalars { scalar.adam.steps = updates }
    }
}
