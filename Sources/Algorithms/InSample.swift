import Datasets
import Networks
import Numerics

/// What every in-sample learner (IQL, SQL, ACTIVE) has: V networks, twin critics, a Gaussian policy with a cosine
/// schedule, and the per-sample vectors that pass between them. The learners differ in how they put these to use.
struct InSample<Team: Exchange> {
    /// Hyperparameters common to these learners.
    struct Settings: Sendable, Equatable {
        /// B.
        let batch: Int
        /// Widths of the hidden layers of every network.
        let hidden: [Int]
        /// γ.
        let discount: Double
        /// η, the rate of the targets' moving average.
        let targetRate: Double
        /// Of V, Q and (at its start) the policy.
        let learningRate: Double
        /// Whether V's hidden layers are layer-normalised.
        let valueLayerNorm: Bool

        init(_ hyperparameters: Hyperparameters) {
            batch = hyperparameters.batchSize
            hidden = hyperparameters.widths("hidden")
            discount = hyperparameters.real("discount")
            targetRate = hyperparameters.real("target_rate")
            learningRate = hyperparameters.real("learning_rate")
            valueLayerNorm = hyperparameters.flag("value_layer_norm")
        }
    }

    let settings: Settings
    let values: ValueEnsemble<Team>
    let critic: TwinCritic<Team>
    let policy: GaussianPolicy
    private let policyOptimiser: Adam
    private let schedule: CosineSchedule

    /// Q̂(s, a).
    let q: Matrix
    /// V at s: the baseline of the advantage.
    let baseline: Matrix
    /// r + γ(1 - d)·V(s').
    let target: Matrix
    /// w(s, a), the cloning weights.
    let weights: Matrix
    /// log π(a|s) of the data's actions.
    let logLikelihood: Matrix

    /// - Parameter members: m, the number of V networks.
    init(_ settings: Settings, members: Int, problem: Problem<Team>) {
        self.settings = settings
        values = ValueEnsemble(
            count: members, states: problem.states, hidden: settings.hidden, layerNorm: settings.valueLayerNorm,
            batch: settings.batch, stream: problem.stream.stream("initial"), team: problem.team)
        critic = TwinCritic(
            states: problem.states, actions: problem.actions, hidden: settings.hidden, batch: settings.batch,
            initialiser: .orthogonal, stream: problem.stream.stream("initial"), team: problem.team)
        policy = GaussianPolicy(
            states: problem.states, actions: problem.actions, hidden: settings.hidden, batch: settings.batch)
        Initialiser.orthogonal.fill(policy.network, stream: problem.stream.stream("initial").stream("policy"))
        policyOptimiser = Adam(policy.network)
        schedule = CosineSchedule(rate: settings.learningRate, horizon: problem.horizon)
        q = Matrix(vector: settings.batch)
        baseline = Matrix(vector: settings.batch)
        target = Matrix(vector: settings.batch)
        weights = Matrix(vector: settings.batch)
        logLikelihood = Matrix(vector: settings.batch)
    }

    /// One step of Q on E[(r + γ(1 - d)·minᵢVᵢ(s') - Q(s,a))²].
    func stepCritic(_ batch: Batch) -> TwinCritic<Team>.Report {
        values.minimum(at: batch.nextStates.view, into: target.pointer)
        for b in 0..<batch.size {
            target[b] = batch.rewards[b] + Real(settings.discount) * batch.continuations[b] * target[b]
        }
        return critic.step(batch.stateActions.view, target: target.pointer, rate: settings.learningRate)
    }

    /// μ(s) and log π(a|s) of the policy as it stands; the latter's mean is returned.
    func evaluatePolicy(_ batch: Batch) -> Double {
        policy.forward(batch.states)
        policy.logLikelihood(of: batch.actions, into: logLikelihood.pointer)
        return orderedMean(logLikelihood.pointer, count: batch.size)
    }

    /// E[w log π(a|s)], the cloning term with the weights as they stand.
    func weightedLogLikelihood() -> Double {
        var sum = 0.0
        for b in 0..<weights.count { sum += Double(weights[b] * logLikelihood[b]) }
        return sum / Double(weights.count)
    }

    /// A step of IQL and SQL in their order: V, π by weighted cloning, Q, then the targets. V is taken after its own
    /// step, Q̂ from before this one.
    ///
    /// - Parameters:
    ///   - loss: f of the value loss.
    ///   - weight: w of the advantage Q̂(s,a) - V(s).
    func stepByCloning(
        _ batch: Batch, loss: ValueLoss, weight: (Real) -> Real, into report: inout InSampleReport<Team>
    ) {
        critic.targetMinimum(batch.stateActions.view, into: q.pointer)
        report.valueLoss = values.step(batch.states, towards: q.pointer, loss: loss, rate: settings.learningRate)

        values.minimum(at: batch.states, into: baseline.pointer)
        for b in 0..<batch.size { weights[b] = weight(q[b] - baseline[b]) }
        clonePolicy(batch, into: &report)

        report.critic = stepCritic(batch)
        critic.trackTargets(rate: settings.targetRate)
    }

    /// One step of π on -E[w log π(a|s)].
    private func clonePolicy(_ batch: Batch, into report: inout InSampleReport<Team>) {
        report.logLikelihood = evaluatePolicy(batch)
        report.policyLoss = -weightedLogLikelihood()
        report.meanWeight = orderedMean(weights.pointer, count: weights.count)
        policy.backward(states: batch.states, actions: batch.actions, weights: weights.pointer)
        stepPolicy()
    }

    /// Adam on the policy's gradient, at the schedule's rate.
    func stepPolicy() {
        policyOptimiser.step(rate: schedule.rate(at: policyOptimiser.steps))
    }

    var networks: [NamedNetwork] {
        func named(_ group: String, _ networks: [MLP]) -> [NamedNetwork] {
            networks.enumerated().map { NamedNetwork("\(group).\($0.offset)", $0.element) }
        }
        return named("v", values.members) + named("q", critic.critics) + named("target_q", critic.targets)
            + [NamedNetwork("policy", policy.network)]
    }
}

/// What the last update of an in-sample learner leaves for the learning curve.
struct InSampleReport<Team: Exchange> {
    var valueLoss = 0.0
    var critic = TwinCritic<Team>.Report()
    var policyLoss = 0.0
    var logLikelihood = 0.0
    var meanWeight = 0.0

    func diagnostics(_ parts: InSample<Team>) -> [Diagnostic] {
        [
            Diagnostic("value_loss", valueLoss), Diagnostic("critic_loss", critic.loss),
            Diagnostic("policy_loss", policyLoss), Diagnostic("mean_q", critic.meanValue),
            Diagnostic("mean_v", orderedMean(parts.baseline.pointer, count: parts.baseline.count)),
            Diagnostic("log_likelihood", logLikelihood), Diagnostic("mean_weight", meanWeight),
        ]
    }
}
