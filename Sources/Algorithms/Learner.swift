import Datasets
import Networks
import Numerics

/// An offline learner: networks that a batch of transitions improves.
public protocol Learner: AnyObject {
    /// One gradient step of everything, on one batch. Allocates nothing.
    func update(_ batch: Batch)

    /// The policy as it stands, without observation statistics.
    var policy: PolicySnapshot { get }

    /// Losses and diagnostics of the last update, always the same names in the same order.
    var diagnostics: [Diagnostic] { get }

    /// Every parameter block by its global name: `v.0` …, `q.0`, `q.1`, `target_q.0`, `target_q.1`, `policy`.
    var networks: [NamedNetwork] { get }
}

/// A number worth a column of the learning curve.
public struct Diagnostic: Sendable, Equatable {
    /// The column's heading, `critic_loss`.
    public var name: String
    /// Of the last update; not finite when the learner has diverged.
    public var value: Double

    init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// A network's parameters under their global name.
public struct NamedNetwork {
    /// As listed at `Learner.networks`.
    public var name: String
    /// The learner's own block, not a copy: what is written here changes the network.
    public var parameters: ParameterBlock
    /// The gradient of the last update; nil for a target.
    public var gradients: ParameterBlock?

    init(_ name: String, _ network: MLP) {
        self.name = name
        parameters = network.parameters
        gradients = network.gradients
    }
}

/// Everything a learner needs to know besides its own hyperparameters.
public struct Problem<Team: Exchange> {
    /// S.
    var states: Int
    /// A.
    var actions: Int
    /// T of the actor's cosine schedule: the planned number of steps.
    var horizon: Int
    /// The case's stream; each use takes its own stream of it.
    var stream: RandomStream
    /// Who computes which network.
    var team: Team

    /// A case with states of S and actions of A elements that plans `horizon` steps and draws from `stream` alone.
    public init(states: Int, actions: Int, horizon: Int, stream: RandomStream, team: Team) {
        self.states = states
        self.actions = actions
        self.horizon = horizon
        self.stream = stream
        self.team = team
    }
}
