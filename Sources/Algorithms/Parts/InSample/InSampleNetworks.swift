import Datasets
import Networks
import Numerics

/// The common parts of in-sample learners (IQL, SQL, ACTIVE): V networks, critics, a cloned Gaussian policy, and the
/// per-sample vectors that pass between them.
struct InSampleNetworks {
    /// Hyperparameters common to these learners.
    struct Settings: Sendable, Equatable {
        let shape: ShapeSettings
        let offPolicy: OffPolicySettings
        /// Adam's rate of V, Q and, initially, the policy.
        let learningRate: Double
        /// The number of critics: 2 for clipped double Q-learning, or 1.
        let critics: Int
        /// Whether V's hidden layers are layer-normalised.
        let valueLayerNorm: Bool
        /// The probability with which training passes of the policy drop a hidden unit.
        let actorDropout: Double
        /// The largest w.
        let weightCap: Double

        init(_ hyperparameters: Hyperparameters) {
            shape = .init(hyperparameters)
            offPolicy = .init(hyperparameters)
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

    /// Q̂(s, a) [B].
    let q: Matrix
    /// E_c[V](s), the baseline of the advantage [B]; V(s) itself with one member.
    let baseline: Matrix
    /// r + γ(1 - d)·V(s') [B].
    let target: Matrix
    /// w(s, a), the advantage weights [B].
    let weights: Matrix

    /// - Parameter members: m, the number of V networks.
    init(_ settings: Settings, members: Int, problem: Problem) {
        self.settings = settings
        team = problem.team
        values = ValueEnsemble(
            settings.shape, count: members, layerNorm: settings.valueLayerNorm, problem: problem)
        critics = Critics(settings.shape, count: settings.critics, initialiser: .orthogonal, problem: problem)
        actor = AdvantageWeightedPolicy(
            settings.shape, rate: settings.learningRate, dropout: settings.actorDropout, problem: problem)
        let batch = settings.shape.batch
        q = Matrix(vector: batch)
        baseline = Matrix(vector: batch)
        target = Matrix(vector: batch)
        weights = Matrix(vector: batch)
    }

    /// Makes one step of every V on E[f(Q̂(s,a) - Vᵢ(s))].
    ///
    /// - Parameter readers: the groups on whose owners `q` will be Q̂(s,a).
    func stepValues(_ batch: Batch, loss: ValueLoss, qFor readers: Readers) {
        critics.targetMinimum(batch.stateActions.view, for: readers, into: q.pointer)
        values.step(batch.states, towards: q.pointer, loss: loss, rate: settings.learningRate)
    }

    /// Computes w of the advantage `q` - E_c[V](s) on the owner of the policy.
    func weighAdvantages(_ batch: Batch, quantile: Double, weight: AdvantageWeight) {
        values.quantile(quantile, at: batch.states, into: baseline.pointer)
        guard team.ownsPolicy else { return }
        for b in 0..<batch.size { weights[b] = weight(q[b] - baseline[b], cap: Real(settings.weightCap)) }
    }

    /// Makes one step of Q on E[(r + γ(1 - d)·V(s') - Q(s,a))²], where `backup` combines the members to V(s').
    func stepCritics(_ batch: Batch, backup: Backup) {
        values.combineMembers(backup, at: batch.nextStates.view, into: target.pointer)
        batch.bootstrap(target, discount: settings.offPolicy.discount)
        critics.step(batch.stateActions.view, target: target.pointer, rate: settings.learningRate)
    }

    /// Makes a step of IQL and SQL in their order: V, π by weighted cloning, Q, then the targets. V is used after its
    /// step, Q̂ before its update.
    ///
    /// - Parameters:
    ///   - loss: f of the value loss.
    ///   - quantile: c of E_c; like `backup`, without effect if there is one member.
    ///   - weight: w of the advantage.
    func stepByCloning(
        _ batch: Batch, step: Int, loss: ValueLoss, quantile: Double = 0, backup: Backup = .minimum,
        weight: AdvantageWeight, into report: inout InSampleReport
    ) {
        stepValues(batch, loss: loss, qFor: .values.union(.policy))  // An array literal would allocate.

        weighAdvantages(batch, quantile: quantile, weight: weight)
        if team.ownsPolicy {
            report.logLikelihood = actor.evaluate(batch, step: step)
            report.weightedLogLikelihood = actor.meanWeighted(by: weights)
            report.policyLoss = -report.weightedLogLikelihood
            actor.step(batch, weights: weights)
        }

        stepCritics(batch, backup: backup)
        critics.trackTargets(rate: settings.offPolicy.targetRate)
    }

    var networks: [NamedNetwork] {
        values.named + critics.named + [actor.named]
    }

    func resume(after updates: Int) {
        for network in networks { network.optimiser?.steps = updates }
    }
}

/// The diagnostics of an in-sample learner's last update, on the owner of the policy.
struct InSampleReport {
    var policyLoss = 0.0
    /// E[log π(a|s)] before the policy's step.
    var logLikelihood = 0.0
    /// E[w log π(a|s)], which the cloning term maximises; ACTIVE's constraint is on E[log π(a|s)].
    var weightedLogLikelihood = 0.0

    /// Returns the diagnostics, complete on the owner of the policy. Collective over the team.
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
