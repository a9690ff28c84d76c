import Datasets
import Networks
import Numerics

/// What every in-sample learner (IQL, SQL, ACTIVE) has: V networks, critics, a cloned Gaussian policy, and the
/// per-sample vectors that pass between them. The learners differ in how they put these to use.
struct InSampleNetworks {
    /// Hyperparameters common to these learners.
    struct Settings: Sendable, Equatable {
        /// B.
        let batch: Int
        /// Widths of the hidden layers of every network.
        let hidden: [Int]
        /// Of the products between hidden layers.
        let precision: Precision
        /// γ.
        let discount: Double
        /// η, the rate of the targets' moving average.
        let targetRate: Double
        /// Of V, Q and (at its start) the policy.
        let learningRate: Double
        /// 2 for clipped double Q-learning, or 1.
        let critics: Int
        /// Whether V's hidden layers are layer-normalised.
        let valueLayerNorm: Bool
        /// Rate at which training passes of the policy drop hidden units.
        let actorDropout: Double
        /// Cap on w.
        let weightCap: Double

        init(_ hyperparameters: Hyperparameters) {
            batch = hyperparameters.batchSize
            hidden = hyperparameters[.hidden]
            precision = hyperparameters.precision
            discount = hyperparameters[.discount]
            targetRate = hyperparameters[.targetRate]
            learningRate = hyperparameters[.learningRate]
            critics = hyperparameters[.critics]
            valueLayerNorm = hyperparameters[.valueLayerNorm]
            actorDropout = hyperparameters[.actorDropout]
            weightCap = hyperparameters[.weightCap]
        }
    }

    let settings: Settings
    let values: ValueEnsemble
    let critics: Critics
    let actor: AdvantageWeightedPolicy
    let team: any Exchange

    /// Q̂(s, a).
    let q: Matrix
    /// E_c[V](s), the baseline of the advantage; V(s) itself when there is one member.
    let baseline: Matrix
    /// r + γ(1 - d)·V(s').
    let target: Matrix
    /// w(s, a), the advantage weights.
    let weights: Matrix

    /// - Parameter members: m, the number of V networks.
    init(_ settings: Settings, members: Int, problem: Problem) {
        self.settings = settings
        team = problem.team
        values = ValueEnsemble(
            count: members, states: problem.states, hidden: settings.hidden, layerNorm: settings.valueLayerNorm,
            precision: settings.precision, batch: settings.batch, stream: problem.initialStream, team: problem.team)
        critics = Critics(
            count: settings.critics, states: problem.states, actions: problem.actions, hidden: settings.hidden,
            precision: settings.precision, batch: settings.batch, initialiser: .orthogonal,
            stream: problem.initialStream, team: problem.team)
        actor = AdvantageWeightedPolicy(
            hidden: settings.hidden, precision: settings.precision, batch: settings.batch,
            rate: settings.learningRate, dropout: settings.actorDropout, problem: problem)
        q = Matrix(vector: settings.batch)
        baseline = Matrix(vector: settings.batch)
        target = Matrix(vector: settings.batch)
        weights = Matrix(vector: settings.batch)
    }

    /// One step of every V on E[f(Q̂(s,a) - Vᵢ(s))].
    ///
    /// - Parameter readers: whose owners will find Q̂(s,a) in `q`.
    func stepValues(_ batch: Batch, loss: ValueLoss, qFor readers: Readers) {
        critics.targetMinimum(batch.stateActions.view, for: readers, into: q.pointer)
        values.step(batch.states, towards: q.pointer, loss: loss, rate: settings.learningRate)
    }

    /// w of the advantage Q̂(s,a) - E_c[V](s), with Q̂ as it stands in `q`, for the policy.
    func weighAdvantages(_ batch: Batch, quantile: Double, weight: AdvantageWeight) {
        values.quantile(quantile, at: batch.states, into: baseline.pointer)
        guard team.ownsPolicy else { return }
        for b in 0..<batch.size { weights[b] = weight(q[b] - baseline[b], cap: Real(settings.weightCap)) }
    }

    /// One step of Q on E[(r + γ(1 - d)·V(s') - Q(s,a))²], V(s') being what `backup` makes of the members.
    func stepCritics(_ batch: Batch, backup: Backup) {
        values.combineMembers(backup, at: batch.nextStates.view, into: target.pointer)
        batch.bootstrap(target, discount: settings.discount)
        critics.step(batch.stateActions.view, target: target.pointer, rate: settings.learningRate)
    }

    /// A step of IQL and SQL in their order: V, π by weighted cloning, Q, then the targets. V is taken after its own
    /// step, Q̂ from before this one.
    ///
    /// - Parameters:
    ///   - loss: f of the value loss.
    ///   - quantile: c of E_c, and `backup` of V(s'): of no effect with one member.
    ///   - weight: w of the advantage.
    func stepByCloning(
        _ batch: Batch, step: Int, loss: ValueLoss, quantile: Double = 0, backup: Backup = .minimum,
        weight: AdvantageWeight, into report: inout InSampleReport
    ) {
        stepValues(batch, loss: loss, qFor: .values.union(.policy))  // No literal: it would be an array first.

        weighAdvantages(batch, quantile: quantile, weight: weight)
        if team.ownsPolicy {
            report.logLikelihood = actor.evaluate(batch, step: step)
            report.weightedLogLikelihood = actor.meanWeighted(by: weights)
            report.policyLoss = -report.weightedLogLikelihood
            actor.step(batch, weights: weights)
        }

        stepCritics(batch, backup: backup)
        critics.trackTargets(rate: settings.targetRate)
    }

    var networks: [NamedNetwork] {
        values.named + critics.named + [actor.named]
    }

    func resume(after updates: Int) {
        for network in networks { network.optimiser?.steps = updates }
    }
}

/// What the last update of the policy of an in-sample learner leaves for the learning curve, where the policy is owned.
struct InSampleReport {
    var policyLoss = 0.0
    /// E[log π(a|s)] before the policy's step.
    var logLikelihood = 0.0
    /// E[w log π(a|s)], what the cloning term raises while ACTIVE's constraint is on E[log π(a|s)].
    var weightedLogLikelihood = 0.0

    /// The last update's, complete where the policy is owned. Collective over the team.
    func diagnostics(_ parts: InSampleNetworks) -> [Diagnostic] {
        parts.values.gatherLosses()
        parts.critics.gatherRecords()
        let critic = parts.critics.report
        return [
            Diagnostic("value_loss", parts.values.loss), Diagnostic("critic_loss", critic.loss),
            Diagnostic("policy_loss", policyLoss),
        ] + critic.diagnostics + [
            Diagnostic("mean_v", parts.values.mean), Diagnostic("log_likelihood", logLikelihood),
            Diagnostic("weighted_log_likelihood", weightedLogLikelihood),
        ] + weightDiagnostics(parts.weights, cap: parts.settings.weightCap) + [
            gradientNorm("value", parts.values.members, of: .values, parts.team),
            gradientNorm("critic", parts.critics.networks, of: .critics, parts.team),
            gradientNorm("policy", [parts.actor.policy.network], of: .policy, parts.team),
        ]
    }
}
