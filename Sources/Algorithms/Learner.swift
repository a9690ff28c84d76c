package import Datasets
package import Networks
package import Numerics

/// An offline learner: networks that a batch of transitions improves.
package protocol Learner: AnyObject {
    /// One gradient step of everything, on one batch. Allocates nothing.
    func update(_ batch: Batch)

    /// The policy as it stands, without observation statistics.
    var policy: PolicySnapshot { get }

    /// Losses and diagnostics of the last update, always the same names in the same order; where the case runs on a team,
    /// they are complete on the owner of the policy. Collective over the team.
    func diagnostics() -> [Diagnostic]

    /// Every parameter block by its global name: `v.0` …, `q.0`, `q.1`, `target_q.0`, `target_q.1`, `policy`,
    /// `target_policy`.
    var networks: [NamedNetwork] { get }

    /// The trained numbers that are in no network: `log_beta`, `log_alpha`, `log_lagrange`.
    var scalars: [NamedScalar] { get }

    /// What else a later update or its diagnostics depend on, as the owner of the policy has it: to be set only when a run
    /// is taken up again.
    var resumableScalars: [String: Double] { get set }

    /// What the last updates show to be wrong with the settings, in one sentence; nil when there is nothing to say. The
    /// owner of the policy knows.
    var warning: String? { get }

    /// Sets every counter (Adam's, the schedule's, the noise's) to where it stands after `updates` updates, the
    /// parameters and moments having been put in place through `networks` and `scalars`.
    func resume(after updates: Int)
}

extension Learner {
    /// No numbers outside the networks.
    package var scalars: [NamedScalar] { [] }
    /// Nothing besides.
    package var resumableScalars: [String: Double] {
        get { [:] }
        set { precondition(newValue.isEmpty, "numbers that this learner does not have") }
    }
    /// Nothing to say.
    package var warning: String? { nil }
}

/// A number worth a column of the learning curve.
package struct Diagnostic: Sendable, Equatable {
    /// The column's heading, `critic_loss`; a loss ends in `_loss`.
    package var name: String
    /// Of the last update; not finite when the learner has diverged.
    package var value: Double

    /// A number under its heading.
    package init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// A network's parameters under their global name.
package struct NamedNetwork {
    /// As listed at `Learner.networks`.
    package var name: String
    /// The learner's own block, not a copy: what is written here changes the network.
    package var parameters: ParameterBlock
    /// The gradient of the last update; nil for a target.
    package var gradients: ParameterBlock?
    /// The moments of a trained network; nil for a target.
    package var optimiser: Adam?
    /// With `index`, whose owner knows it.
    package var group: NetworkGroup
    /// Of the network within its group; a target has that of the network it follows.
    package var index: Int

    /// The parameters of `network`, which is number `index` of its group.
    package init(_ name: String, _ network: MLP, _ optimiser: Adam? = nil, of group: NetworkGroup, _ index: Int) {
        self.name = name
        self.group = group
        self.index = index
        parameters = network.parameters
        gradients = network.gradients
        self.optimiser = optimiser
    }
}

/// A trained number under its global name.
package struct NamedScalar {
    /// As listed at `Learner.scalars`.
    package var name: String
    /// The learner's own.
    package var adam: ScalarAdam
    /// Whose owners know it.
    package var group: NetworkGroup
}

/// Everything a learner needs to know besides its own hyperparameters.
package struct Problem {
    /// S.
    package let states: Int
    /// A.
    package let actions: Int
    /// T of the actor's cosine schedule: the planned number of steps.
    package let horizon: Int
    /// The case's stream; each use takes its own stream of it.
    package let stream: RandomStream
    /// Where the random numbers of a step come from.
    package let noise: any NoiseSource
    /// Who computes which network.
    package let team: any Exchange

    /// A case with states of S and actions of A elements that plans `horizon` steps and draws from `stream` alone.
    ///
    /// - Parameter noise: takes the place of the stream for the random numbers of the steps.
    package init(
        states: Int, actions: Int, horizon: Int, stream: RandomStream, team: any Exchange,
        noise: (any NoiseSource)? = nil
    ) {
        self.states = states
        self.actions = actions
        self.horizon = horizon
        self.stream = stream
        self.noise = noise ?? StreamNoise(stream)
        self.team = team
    }

    /// Where first weights are drawn from.
    package var initialStream: RandomStream { stream.stream("initial") }
}

// Diagnostics that learners share. They are computed when asked for, from what the last update has left.

/// Euclidean norm of the last gradients of the networks of a group, taken together. Collective over the team.
package func gradientNorm(
    _ name: String, _ networks: [MLP], of group: NetworkGroup, _ team: any Exchange
) -> Diagnostic {
    var squares = networks.enumerated().map { index, network in
        guard team.owns(group, index), let norm = network.gradients?.norm else { return 0.0 }
        return norm * norm
    }
    team.report(&squares, each: 1, of: group)
    return Diagnostic("\(name)_gradient_norm", squares.reduce(0, +).squareRoot())
}

/// Mean, largest and share at the cap of the advantage weights.
func weightDiagnostics(_ weights: Matrix, cap: Double) -> [Diagnostic] {
    var (largest, atCap) = (weights[0], 0)
    for b in 0..<weights.count {
        largest = weights[b] > largest || weights[b].isNaN ? weights[b] : largest
        atCap += weights[b] >= Real(cap) ? 1 : 0
    }
    return [
        Diagnostic("mean_weight", orderedMean(weights.pointer, count: weights.count)),
        Diagnostic("max_weight", Double(largest)),
        Diagnostic("weight_at_cap", Double(atCap) / Double(weights.count)),
    ]
}
