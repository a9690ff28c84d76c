import Algorithms
import Datasets
import Networks
import Numerics
import Suites

// A third-party learner: everything that the program needs to know about it is in this file.

extension SettingKey<Double> {
    /// The bound at which the error of an action's component is clipped.
    static var largestError: Self { Self("largest_error") }
}

extension LearnerDefinition {
    static let squaredCloning = LearnerDefinition(
        "SquaredBC", title: "Behaviour cloning by squared error", source: "an example", followsHorizon: false,
        settings: { task in
            [
                Setting(.learningRate, 1e-3, .rates, from: "an example"),
                Setting(.largestError, task.choose(0.5, [.antmaze: 0.25]), .positive, from: "an example"),
            ] + Setting.shape([256, 256], from: "an example")
                + Setting.data(clip: false, .raw, from: "an example", normalise: true)
        },
        work: { settings, states, actions in
            [.policy(states: states, hidden: settings[.hidden], outputs: actions)]
        },
        conflict: { settings, _ in
            guard settings[.largestError] > 2 else { return nil }
            return SettingsConflict(
                expected: "largest_error of at most 2, the distance of two actions",
                found: "\(settings[.largestError].settingValue)")
        },
        make: { SquaredCloning($0, problem: $1) })
}

/// Behaviour cloning by squared error, of a deterministic policy.
///
///     π:  E[e²],  e = clip(π(s) - a, ±largest_error), averaged over the batch and the action dimensions
final class SquaredCloning: Learner {
    private let actor: DeterministicPolicy
    private let optimiser: Adam
    private let actionGradient: Matrix
    private let rate: Double
    private let largestError: Real
    private let team: any Exchange
    private var loss = 0.0

    init(_ settings: Hyperparameters, problem: Problem) {
        actor = DeterministicPolicy(
            states: problem.states, actions: problem.actions, hidden: settings[.hidden], precision: settings.precision,
            batch: settings.batchSize)
        Initialiser.uniformByFanIn.fill(actor.network, stream: problem.initialStream.stream("policy"))
        optimiser = Adam(actor.network)
        actionGradient = Matrix(settings.batchSize, problem.actions)
        rate = settings[.learningRate]
        largestError = Real(settings[.largestError])
        team = problem.team
    }

    func update(_ batch: Batch) {
        guard team.ownsPolicy else { return }
        actor.forward(batch.states)
        loss = 0
        let count = Double(actionGradient.count)
        for b in 0..<batch.size {
            for j in 0..<actor.actions.columns {
                let error = min(max(actor.actions.row(b)[j] - batch.actions.row(b)[j], -largestError), largestError)
                loss += Double(error) * Double(error) / count
                actionGradient.row(b)[j] = 2 * error / Real(count)
            }
        }
        actor.backward(states: batch.states, actionGradient: actionGradient.view)
        optimiser.step(rate: rate)
    }

    var policy: PolicySnapshot { actor.snapshot }
    var networks: [NamedNetwork] { [NamedNetwork("policy", actor.network, optimiser, of: .policy, 0)] }

    func diagnostics() -> [Diagnostic] {
        [Diagnostic("policy_loss", loss), gradientNorm("policy", [actor.network], of: .policy, team)]
    }

    func resume(after updates: Int) { optimiser.steps = updates }
}
