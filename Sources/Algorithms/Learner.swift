package import Datasets
package import Networks
package import Numerics

/// An offline learner: networks that are trained on batches of transitions.
package protocol Learner: AnyObject {
    /// Makes one gradient step of all networks on one batch. Allocates nothing.
    func update(_ batch: Batch)

    /// A copy of the current policy, without observation statistics.
    var policy: PolicySnapshot { get }

    /// Returns losses and diagnostics of the last update, always the same names in the same order. They are complete on the
    /// owner of the policy. Collective over the team.
    func diagnostics() -> [Diagnostic]

    /// Every parameter block by its global name: `v.0` …, `q.0`, `q.1`, `target_q.0`, `target_q.1`, `policy`,
    /// `target_policy`.
    var networks: [NamedNetwork] { get }

    /// The trained scalars outside the networks: `log_beta`, `log_alpha`, `log_lagrange`.
    var scalars: [NamedScalar] { get }

    /// Further numbers on which later updates or diagnostics depend, as the owner of the policy has them; set only when a
    /// run is resumed.
    var resumableScalars: [String: Double] { get set }

    /// A warning about the settings, raised by the last updates, one sentence; nil for none. Known to the owner of the
    /// policy.
    var warning: String? { get }

    /// Sets every counter (Adam's, the schedule's, the noise's) to its value after `updates` updates. Parameters and moments
    /// have been restored through `networks` and `scalars` before.
    func resume(after updates: Int)
}

extension Learner {
    /// Empty: most learners train no scalars.
    package var scalars: [NamedScalar] { [] }
    /// Empty: most learners need no further numbers.
    package var resumableScalars: [String: Double] {
        get { [:] }
        set { precondition(newValue.isEmpty, "numbers that this learner does not have") }
    }
    /// Nil: no warning.
    package var warning: String? { nil }
}

/// A number that is a column of the learning curve.
package struct Diagnostic: Sendable, Equatable {
    /// The column's heading, such as `critic_loss`; the name of a loss ends in `_loss`.
    package var name: String
    /// The value of the last update; non-finite if the learner has diverged.
    package var value: Double

    /// Makes a diagnostic.
    package init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// A network's parameters with their global name.
package struct NamedNetwork {
    /// The global name, as listed at `Learner.networks`.
    package var name: String
    /// The learner's block itself, not a copy: writing to it changes the network.
    package var parameters: ParameterBlock
    /// The gradient of the last update; nil for a target.
    package var gradients: ParameterBlock?
    /// The moments of a trained network; nil for a target.
    package var optimiser: Adam?
    /// The network's group; group and index determine its owner.
    package var group: NetworkGroup
    /// The network's index within its group; a target has that of its online network.
    package var index: Int

    /// Makes the record of `network`, which is number `index` of its group.
    package init(_ name: String, _ network: MLP, _ optimiser: Adam? = nil, of group: NetworkGroup, _ index: Int) {
        self.name = name
        self.group = group
        self.index = index
        parameters = network.parameters
        gradients = network.gradients
        self.optimiser = optimiser
    }
}

/// A trained scalar with its global name.
package struct NamedScalar {
    /// The global name, as listed at `Learner.scalars`.
    package var name: String
    /// The learner's scalar itself, not a copy.
    package var adam: ScalarAdam
    /// The group whose owners have the current value.
    package var group: NetworkGroup
}

/// Everything that a learner needs in addition to its hyperparameters.
package struct Problem {
    /// S, the length of a state.
    package let states: Int
    /// A, the length of an action.
    package let actions: Int
    /// T of the policy's cosine schedule: the planned number of steps.
    package let horizon: Int
    /// The case's random stream; each purpose has its own stream within it.
    package let stream: RandomStream
    /// The source of a step's random numbers.
    package let noise: any NoiseSource
    /// The exchange, which knows which process computes which network.
    package let team: any Exchange

    /// Makes the problem of a case that plans `horizon` steps and draws only from `stream`.
    ///
    /// - Parameter noise: replaces the stream for the random numbers of the steps.
    package init(
        states: Int, actions: Int, horizon: Int, stream: RandomStream, team: any Exchange,
        noise: (any NoiseSource)? = nil
    ) {
        self.states = states
        self.actions = actions
        self.horizon = horizon
        self.stream = stream
        self.noise = noise ?? GeneratedNoise(stream)
        self.team = team
    }

    /// The stream of the first weights.
    package var initialStream: RandomStream { stream.stream("initial") }
}

// Diagnostics that learners share. They are computed on request, from the results of the last update.

/// Returns the Euclidean norm of the last gradients of all networks of a group. Collective over the team.
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

/// Returns the mean and the maximum of the advantage weights, and their share at the cap.
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
