package import Datasets
package import Networks
package import Numerics

/// A Gaussian policy (family G) that learns from the data's actions: weighted by w in IQL and SQL, unweighted in BC,
/// with an additional value term in ACTIVE. Its learning rate follows a cosine to zero over the case.
package final class AdvantageWeightedPolicy {
    /// The policy. A pass of it on other states, to sample a' ~ π(s') for example, drops no units and comes before `evaluate`.
    package let policy: GaussianPolicy
    let optimiser: Adam
    /// log π(a|s) of the data's actions [B].
    let logLikelihood: Matrix
    private let schedule: CosineSchedule
    private let noise: any NoiseSource

    package init(_ shape: ShapeSettings, rate: Double, dropout: Double, problem: Problem) {
        policy = GaussianPolicy(
            states: problem.states, actions: problem.actions, hidden: shape.hidden, precision: shape.precision,
            batch: shape.batch, dropout: dropout)
        Initialiser.orthogonal.fill(policy.network, stream: problem.initialStream.stream("policy"))
        optimiser = Adam(policy.network)
        logLikelihood = Matrix(vector: shape.batch)
        schedule = CosineSchedule(rate: rate, horizon: problem.horizon)
        noise = problem.noise
    }

    /// Computes μ(s) and log π(a|s) in a training pass; returns the mean of log π(a|s).
    package func evaluate(_ batch: Batch, step: Int) -> Double {
        if let dropout = policy.dropout { noise.fill(dropout, .policyDropout, step: step) }
        policy.forward(batch.states, isTraining: true)
        policy.logLikelihood(of: batch.actions, into: logLikelihood.pointer)
        return orderedMean(logLikelihood.pointer, count: batch.size)
    }

    /// Returns E[w log π(a|s)], after `evaluate`.
    func meanWeighted(by weights: Matrix) -> Double {
        var sum = 0.0
        for b in 0..<weights.count { sum += Double(weights[b] * logLikelihood[b]) }
        return sum / Double(weights.count)
    }

    /// Makes one step on -E[w log π(a|s)], and on -E[Q] through the sampled actions if `pathwise` is given; after
    /// `evaluate`, which must be the policy's last pass.
    package func step(_ batch: Batch, weights: Matrix, pathwise: (gradient: MatrixView, noise: MatrixView)? = nil) {
        guard policy.isTraining else {
            // Not `preconditionFailure`, whose sentence an optimised build does not print: the reader adds a learner.
            fatalError("AdvantageWeightedPolicy.step: expected `evaluate` as the policy's last pass, found another")
        }
        policy.backward(states: batch.states, actions: batch.actions, weights: weights.pointer, pathwise: pathwise)
        optimiser.step(rate: schedule.rate(at: optimiser.steps))
    }

    var named: NamedNetwork { NamedNetwork("policy", policy.network, optimiser, of: .policy, 0) }
}
