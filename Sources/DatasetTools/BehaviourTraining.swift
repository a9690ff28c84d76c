import Algorithms
import Datasets
import Environments
import Foundation
import Networks
import Numerics
import Paths
import Policies
import Report
import Storage
import Studies

/// Trains a behaviour policy by SAC in an environment, as for D4RL's locomotion data.
///
/// Every `snapshotEvery` steps the policy is written to `policy-STEP.safetensors` and evaluated by stochastic rollouts;
/// the learning curve is written to `learning-curve.csv`. The result depends only on environment, seed and constants.
package final class BehaviourTraining {
    /// What to train and how long.
    package struct Options: Sendable {
        var environment: String
        var seed: Int
        /// Environment steps, one gradient step each after the warm-up.
        var steps: Int
        /// Environment steps between snapshots.
        var snapshotEvery: Int
        /// Stochastic episodes in which a snapshot is evaluated.
        var episodes = 20
        /// Uniformly random steps before learning begins.
        var warmUp = 1_000
        var batch = 256

        /// `steps` in the environment of that name, with a snapshot after every multiple of `snapshotEvery`.
        package init(environment: String, seed: Int, steps: Int, snapshotEvery: Int) {
            self.environment = environment
            self.seed = seed
            self.steps = steps
            self.snapshotEvery = snapshotEvery
        }
    }

    /// One row of the learning curve.
    package struct Snapshot: Sendable {
        /// Environment steps before the snapshot, including the warm-up.
        package var step: Int
        /// Mean undiscounted return of the evaluation episodes.
        package var meanReturn: Double
        /// Population standard deviation of the return.
        package var deviation: Double
        /// Mean number of steps of the evaluation episodes.
        package var meanLength: Double
        /// MuJoCo's last warning in the evaluation; nil if there was none.
        package var warning: String?
    }

    private let options: Options
    private let folder: String
    private let stream: RandomStream
    private let environment: any Environment
    private let evaluationEnvironment: any Environment
    private let sac: SAC
    /// The policy being trained, with buffers for one state.
    private let acting: TanhGaussianPolicy
    private let noise: Matrix
    private let exploration: RandomStream
    private let replay: ReplayBuffer
    private let batch: Batch
    private var curve =
        "step,episodes,mean_return,std_return,mean_length,critic_loss,mean_q,log_likelihood,temperature\n"

    /// - Throws: `EnvironmentError` for an unknown environment.
    package init(_ options: Options, folder: String) throws {
        let named = try EvaluatedEnvironment.environment(options.environment)
        let environmentOptions = EnvironmentOptions(profile: named.profile ?? .d4rl)
        self.options = options
        self.folder = folder
        stream = RandomStream("SAC/\(named.name)/seed-\(options.seed)")
        environment = try EnvironmentRegistry.make(named.name, options: environmentOptions)
        evaluationEnvironment = try EnvironmentRegistry.make(named.name, options: environmentOptions)
        let (states, actions) = (environment.specification.observationSize, environment.specification.actionSize)
        sac = SAC(states: states, actions: actions, batch: options.batch, stream: stream)
        acting = TanhGaussianPolicy(sharing: sac.policy, batch: 1)
        noise = Matrix(vector: actions)
        exploration = stream.stream("exploration")
        replay = ReplayBuffer(capacity: min(options.steps, 1_000_000), stateSize: states, actionSize: actions)
        batch = Batch(size: options.batch, stateSize: states, actionSize: actions)
    }

    /// Trains to the end; calls `report` with every snapshot.
    package func run(report: (Snapshot) -> Void) throws {
        try DurableFile.makeFolder(folder)
        let (states, actions) = (environment.specification.observationSize, environment.specification.actionSize)
        let (state, next) = (Matrix(vector: states), Matrix(vector: states))
        let action = Matrix(vector: actions)
        defer { withExtendedLifetime((state, next, action)) {} }  // Only their pointers are used.
        let resets = stream.stream("reset")
        let minibatch = stream.stream("minibatch")
        var episode = 0
        try environment.reset(episode: episode, stream: resets)
        environment.observe(into: state.pointer)
        for step in 1...options.steps {
            explore(step, state, action)
            var ended = true
            do {
                let result = try environment.step(action.pointer)
                ended = result.ended
                environment.observe(into: next.pointer)
                replay.append(
                    observation: state.pointer, action: action.pointer, reward: Real(result.reward),
                    next: next.pointer, terminal: result.terminal)
                state.pointer.update(from: next.pointer, count: states)
            } catch EnvironmentError.diverged {}  // The simulation diverged: the episode ends without this step.
            if ended {
                episode += 1
                try environment.reset(episode: episode, stream: resets)
                environment.observe(into: state.pointer)
            }
            if step > options.warmUp && replay.count > 0 {
                replay.draw(step: step, stream: minibatch, into: batch)
                sac.update(batch)
            }
            if step % options.snapshotEvery == 0 || step == options.steps { report(try keepSnapshot(step)) }
        }
    }

    /// Chooses uniform actions during the warm-up, then samples from the policy.
    private func explore(_ step: Int, _ state: Matrix, _ action: Matrix) {
        if step <= options.warmUp {
            for j in 0..<action.count { action[j] = Real(2 * exploration.uniform(step: step, index: j) - 1) }
        } else {
            exploration.normals(step: step, into: noise.pointer, count: noise.count)
            acting.sample(state.view, noise: noise.view)
            action.pointer.update(from: acting.actions.pointer, count: action.count)
        }
    }

    private func keepSnapshot(_ step: Int) throws -> Snapshot {
        let policy = sac.policy.snapshot
        let rollout = try Rollout(
            evaluationEnvironment, PolicyInference(policy), stream: stream.stream("judgement-\(step)"))
        let outcomes = try (0..<options.episodes).map { try rollout.run(episode: $0, mode: .stochastic) }
        let returns = outcomes.map(\.totalReward)
        let mean = Statistics.mean(returns)
        let snapshot = Snapshot(
            step: step, meanReturn: mean, deviation: Statistics.populationStandardDeviation(returns),
            meanLength: Statistics.mean(outcomes.map { Double($0.length) }),
            warning: outcomes.last { $0.warning != nil }?.warning)
        try PolicyFile.write(
            policy, to: "\(folder)/policy-\(step.zeroPadded(to: 7)).safetensors",
            metadata: [
                "environment": environment.specification.name, "algorithm": "SAC", "seed": String(options.seed),
                "step": String(step),
                "mean_return": String(format: "%.1f", mean),
            ])
        let row = String(
            format: "%d,%d,%.2f,%.2f,%.2f,%.4f,%.3f,%.4f,%.5f\n", step, options.episodes, mean, snapshot.deviation,
            snapshot.meanLength, sac.report.critic.loss, sac.report.critic.meanValue, sac.report.meanLogLikelihood,
            sac.report.temperature)
        curve += row
        try DurableFile.write(curve, to: "\(folder)/learning-curve.csv")
        return snapshot
    }
}
