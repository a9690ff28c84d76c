package import Datasets
package import Networks
import Numerics
import Suites

extension SettingKey<Double> {
    /// σ_n, the deviation of the target policy's smoothing noise.
    static var policyNoise: Self { Self("policy_noise") }
    /// c, its clip.
    static var noiseClip: Self { Self("noise_clip") }
}

extension SettingKey<Int> {
    /// Updates per step of the policy.
    static var policyDelay: Self { Self("policy_delay") }
}

extension NoiseStream {
    /// ε that smooths the target policy.
    static let targetPolicy = NoiseStream("target-policy-noise", inTraces: "target_policy")
}

extension LearnerDefinition {
    package static let td3bc = LearnerDefinition(
        "TD3+BC", title: "TD3 with behaviour cloning", source: "Fujimoto, Gu; NeurIPS 2021", followsHorizon: false,
        settings: { task in
            // The author's AntMaze runs do not normalise observations (sfujim/TD3_BC issue #2); their reward is not stated.
            let isMaze = task.suite == .antmaze
            let code = Origin.td3bcCode
            return [
                Setting(.alpha, 2.5, 0...1e6, from: code),
                Setting(.policyNoise, 0.2, 0...10, from: code),
                Setting(.noiseClip, 0.5, 0...10, from: code),
                Setting(.policyDelay, 2, 1...1000, cost: .operations, from: code),
                Setting(.learningRate, 3e-4, .rates, from: code),
            ] + Setting.offPolicy(from: code) + Setting.shape([256, 256], from: code)
                + Setting.data(
                    clip: false, isMaze ? .minusOne : .raw, from: task.choose(code, [.kitchen: Origin.ours]),
                    rewardOrigin: isMaze ? Origin.corl : nil, normalise: !isMaze)
        },
        work: { settings, states, actions in
            let hidden = settings[.hidden]
            let share = 1 / Double(settings[.policyDelay])
            var policy = NetworkWork.policy(states: states, hidden: hidden, outputs: actions)
            policy.trainings = share
            policy.forwards = 1
            var critics = NetworkWork.critics(2, states: states, actions: actions, hidden: hidden)
            critics[0].actionGradients = share
            return critics + [policy]
        },
        period: { $0[.policyDelay] },
        noise: { _ in [NoiseDraw(.targetPolicy, .normal(samples: nil))] },
        make: { TD3BC(.init($0), problem: $1) })
}

/// TD3+BC (Fujimoto and Gu, NeurIPS 2021), as sfujim/TD3_BC runs it.
///
///     a' = clip(π̂(s') + clip(σ_n·ε, ±c), ±1),  y = r + γ(1 - d)·min(Q̂₁, Q̂₂)(s', a')
///     Q:  E[(Q₁ - y)² + (Q₂ - y)²]
///     π:  -λ·E[Q₁(s, π(s))] + E[(π(s) - a)²],  λ = α/E|Q₁(s, π(s))|, the square averaged over action dimensions too
///
/// The policy and all targets are updated at every second update only. Q₁ is the online critic after its step.
package final class TD3BC: Learner {
    /// The learner's hyperparameters, by their keys.
    package struct Settings: Sendable, Equatable {
        let shape: ShapeSettings
        let offPolicy: OffPolicySettings
        /// α, the weight of the value term before it is normalised.
        let alpha: Double
        /// σ_n, the deviation of the target policy's smoothing noise.
        let policyNoise: Double
        /// c, the bound to which that noise is clipped.
        let noiseClip: Double
        /// The number of updates per step of the policy.
        let policyDelay: Int
        let learningRate: Double

        package init(_ hyperparameters: Hyperparameters) {
            shape = .init(hyperparameters)
            offPolicy = .init(hyperparameters)
            alpha = hyperparameters[.alpha]
            policyNoise = hyperparameters[.policyNoise]
            noiseClip = hyperparameters[.noiseClip]
            policyDelay = hyperparameters[.policyDelay]
            learningRate = hyperparameters[.learningRate]
        }
    }

    private let settings: Settings
    private let critics: Critics
    private let actor: DeterministicPolicy
    private let targetActor: DeterministicPolicy
    private let actorOptimiser: Adam
    private let noise: any NoiseSource
    private var updates = 0
    private let team: any Exchange
    private var policyLoss = 0.0
    private var lambda = 0.0
    /// The norm of the policy's last gradient if it was computed before the run was resumed; else nil.
    private var gradientNormBefore: Double?

    private let smoothing: Matrix
    private let stateActions: Matrix
    private let target: Matrix
    private let policyValue: Matrix
    private let actionGradient: Matrix

    init(_ settings: Settings, problem: Problem) {
        self.settings = settings
        let (states, actions, shape) = (problem.states, problem.actions, settings.shape)
        let batch = shape.batch
        critics = Critics(shape, initialiser: .uniformByFanIn, problem: problem)
        actor = DeterministicPolicy(
            states: states, actions: actions, hidden: shape.hidden, precision: shape.precision, batch: batch)
        Initialiser.uniformByFanIn.fill(actor.network, stream: problem.initialStream.stream("policy"))
        targetActor = DeterministicPolicy(
            states: states, actions: actions, hidden: shape.hidden, precision: shape.precision, batch: batch,
            trainable: false)
        targetActor.network.parameters.copy(from: actor.network.parameters)
        actorOptimiser = Adam(actor.network)
        noise = problem.noise
        team = problem.team
        smoothing = Matrix(batch, actions)
        stateActions = Matrix(batch, states + actions)
        target = Matrix(vector: batch)
        policyValue = Matrix(vector: batch)
        actionGradient = Matrix(batch, actions)
    }

    package func update(_ batch: Batch) {
        updateCritics(batch)
        updates += 1
        guard updates % settings.policyDelay == 0 else { return }
        updatePolicy(batch)
        critics.trackTargets(rate: settings.offPolicy.targetRate)
    }

    private func updateCritics(_ batch: Batch) {
        if team.ownsPolicy { smoothTargetPolicy(batch) }
        team.share(smoothing.view.asOneRow, of: .policy, for: .critics)
        layOut(batch.nextStates.view, smoothing.view, into: stateActions.view)
        critics.targetMinimum(stateActions.view, for: .critics, into: target.pointer)
        batch.bootstrap(target, discount: settings.offPolicy.discount)
        critics.step(batch.stateActions.view, target: target.pointer, rate: settings.learningRate)
    }

    /// Computes smoothing = a'.
    private func smoothTargetPolicy(_ batch: Batch) {
        noise.normals(.targetPolicy, step: updates, into: smoothing.pointer, count: smoothing.count)
        targetActor.forward(batch.nextStates.view)
        let clip = Real(settings.noiseClip)
        for i in 0..<smoothing.count {
            let disturbance = min(max(Real(settings.policyNoise) * smoothing[i], -clip), clip)
            smoothing[i] = min(max(targetActor.actions.pointer[i] + disturbance, -1), 1)
        }
    }

    /// Makes the step of the policy and of its target.
    private func updatePolicy(_ batch: Batch) {
        if team.ownsPolicy { actor.forward(batch.states) }
        team.share(actor.actions.asOneRow, of: .policy, for: .critics)
        layOut(batch.states, actor.actions, into: stateActions.view)
        critics.firstAndActionGradient(stateActions.view, into: policyValue.pointer, gradient: actionGradient.view)
        guard team.ownsPolicy else { return }
        lambda =
            settings.alpha * Double(batch.size) / orderedMagnitudeSum(policyValue.pointer, count: batch.size)
        let squares = imitate(batch, lambda: Real(lambda))
        policyLoss = -lambda * orderedMean(policyValue.pointer, count: batch.size) + squares
        actor.backward(states: batch.states, actionGradient: actionGradient.view)
        gradientNormBefore = nil
        actorOptimiser.step(rate: settings.learningRate)
        trackWithAverage(
            targetActor.network.parameters, of: actor.network.parameters, rate: settings.offPolicy.targetRate)
    }

    /// Turns ∂Q₁/∂a into ∂L/∂a = -λ/B·∂Q₁/∂a + 2(π(s) - a)/(B·A); returns E[(π(s) - a)²].
    private func imitate(_ batch: Batch, lambda: Real) -> Double {
        let (rows, columns) = (actor.actions.rows, actor.actions.columns)
        var squares = 0.0
        for b in 0..<rows {
            for j in 0..<columns {
                let error = actor.actions.row(b)[j] - batch.actions.row(b)[j]
                squares += Double(error) * Double(error)
                let gradient = actionGradient.row(b) + j
                gradient.pointee = (2 * error / Real(columns) - lambda * gradient.pointee) / Real(rows)
            }
        }
        return squares / Double(rows * columns)
    }
}

// The rest of `Learner`.
extension TD3BC {
    package var policy: PolicySnapshot { actor.snapshot }

    package var networks: [NamedNetwork] {
        critics.named + [
            NamedNetwork("policy", actor.network, actorOptimiser, of: .policy, 0),
            NamedNetwork("target_policy", targetActor.network, of: .policy, 0),
        ]
    }

    package func diagnostics() -> [Diagnostic] {
        critics.gatherRecords()
        let critic = critics.report
        let policyNorm = gradientNorm("policy", [actor.network], of: .policy, team)
        return [Diagnostic("critic_loss", critic.loss), Diagnostic("policy_loss", policyLoss)] + critic.diagnostics + [
            Diagnostic("lambda", lambda), gradientNorm("critic", critics.networks, of: .critics, team),
            gradientNormBefore.map { Diagnostic(policyNorm.name, $0) } ?? policyNorm,
        ]
    }

    /// The policy's diagnostics, which are not recomputed at every update.
    package var resumableScalars: [String: Double] {
        get {
            [
                "policy_loss": policyLoss, "lambda": lambda,
                "policy_gradient_norm": gradientNormBefore ?? actor.network.gradients?.norm ?? 0,
            ]
        }
        set {
            policyLoss = newValue["policy_loss"] ?? 0
            lambda = newValue["lambda"] ?? 0
            gradientNormBefore = newValue["policy_gradient_norm"]
        }
    }

    package func resume(after updates: Int) {
        self.updates = updates
        for network in networks { network.optimiser?.steps = updates }
        actorOptimiser.steps = updates / settings.policyDelay
    }
}
