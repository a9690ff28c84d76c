import Algorithms
package import Cases
import Datasets
package import Environments
import Failures
import Foundation
import HDF5
import Networks
import Numerics
import Paths
import Policies
import Report
import Storage
import Supervision
import Teams

/// Trains a behaviour policy by SAC in an environment, as for D4RL's locomotion data.
///
/// After every `snapshotEvery` steps the policy is written to `policy-STEP.safetensors` and evaluated by stochastic
/// rollouts, whose mean return is a row of `learning-curve.csv`. Checkpoints hold networks, optimisers and the episodes
/// in progress; the transitions are in `replay.bin`. A training that is stopped and goes on, or is made longer, gives
/// the same bytes as one in a single run. They depend on the settings only, not on rank, host or time.
package final class BehaviourTraining {
    /// How `run` ended.
    package enum Ending: Sendable {
        /// All steps are made.
        case finished
        /// It was asked to stop, and can go on.
        case stopped
        /// Another job has taken the training over.
        case takenOver
    }

    /// One row of the learning curve.
    package struct Snapshot: Sendable {
        /// Environment steps made, including those before learning began.
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

    let settings: BehaviourSettings
    /// The training's folder.
    let folder: String
    let sac: SAC
    let acting: ActingEnvironments
    let log: ReplayLog
    let curve: AppendOnlyFile
    let store: CheckpointStore
    let replay: ReplayBuffer
    /// Environment steps made.
    var step = 0
    /// The step of the last snapshot.
    var lastSnapshot = 0
    private let stream: RandomStream
    private let minibatches: RandomStream
    private let evaluationEnvironment: any Environment
    private let batch: Batch

    /// Prepares a training in `folder`, which no process must use but this one.
    ///
    /// - Throws: `HarnessError.unavailable` for a precision that this processor lacks; `EnvironmentError`.
    package init(_ settings: BehaviourSettings, folder: String) throws {
        let precision = Precision(rawValue: settings.precision) ?? .full
        try precision.requireAvailable()
        self.settings = settings
        self.folder = folder
        stream = RandomStream(settings.identifier)
        minibatches = stream.stream("minibatch")
        let environments = try (0..<settings.environments).map { _ in
            try BehaviourTraining.environment(settings.environment)
        }
        evaluationEnvironment = try BehaviourTraining.environment(settings.environment)
        let specification = evaluationEnvironment.specification
        let (states, actions) = (specification.observationSize, specification.actionSize)
        sac = SAC(states: states, actions: actions, precision: precision, batch: settings.batch, stream: stream)
        acting = ActingEnvironments(environments, actor: sac.actor, stream: stream)
        log = ReplayLog("\(folder)/replay.bin", stateSize: states, actionSize: actions)
        curve = AppendOnlyFile("\(folder)/learning-curve.csv")
        store = CheckpointStore(folder: folder)
        replay = ReplayBuffer(capacity: settings.capacity, stateSize: states, actionSize: actions)
        batch = Batch(size: settings.batch, stateSize: states, actionSize: actions)
    }

    /// Makes the environment called `name`, in its dynamics for D4RL's data if the name does not tell others.
    package static func environment(_ name: String) throws -> any Environment {
        let named = try EvaluatedEnvironment.environment(name)
        return try EnvironmentRegistry.make(
            named.name, options: EnvironmentOptions(profile: named.profile ?? .d4rl))
    }

    /// Trains from the newest checkpoint, or from the beginning, until `steps` environment steps are made, not counting
    /// those before `start`, or until a stop is requested.
    ///
    /// - `start`: the checkpoint named by `BehaviourSettings.start`.
    /// - `rank`: this process in MPI_COMM_WORLD, for fault injection.
    /// - `isStillHeld`: whether no other job has taken the training over.
    /// - `onNotice`: called with sentences about how the training goes on.
    /// - `onStep`: called after every step.
    /// - `onSnapshot`: called with every snapshot.
    /// - Throws: `HarnessError`, `EnvironmentError`.
    package func run(
        to steps: Int, rule: CheckpointRule, from start: Checkpoint? = nil, rank: Int = 0,
        isStillHeld: @escaping () -> Bool = { true }, onNotice: (String) -> Void = { _ in },
        onStep: (Int) -> Void = { _ in },
        onSnapshot: (Snapshot) throws -> Void
    ) throws -> Ending {
        try startOrResume(start, onNotice)
        Supervision.enter("training")
        let boundary = StepBoundary(.alone, rule, after: step, isStillHeld: isStillHeld)
        while true {
            if (step - firstStep) % settings.snapshotEvery == 0, step > lastSnapshot {
                guard let snapshot = try keepSnapshot() else { return try stop(boundary) }
                try onSnapshot(snapshot)
            }
            if step >= firstStep + steps { break }
            try advance()
            Supervision.step(step)
            onStep(step)
            try FaultInjection.atStep(step, rank: rank)
            switch try boundary.decide(after: step) {
            case .goOn: continue
            case .checkpoint: try save(boundary)
            case .stop: return try stop(boundary)
            case .abandon: return .takenOver
            }
        }
        if try boundary.isTakenOver() { return .takenOver }
        try save(boundary)
        return .finished
    }

    /// The environment steps made before this training began.
    private var firstStep: Int { settings.start?.step ?? 0 }

    /// Makes a step in each environment and then as many gradient steps.
    private func advance() throws {
        let isLearning = step - firstStep >= settings.warmUp
        acting.choose(step: step + 1, uniformly: !isLearning && settings.start == nil)
        for i in 0..<acting.count {
            try acting.step(i) {
                replay.append(
                    observation: $0.state, action: $0.action, reward: $0.reward, next: $0.next, terminal: $0.isTerminal)
                try log.append($0, environment: i)
            }
        }
        for i in 1...acting.count where isLearning && replay.count > 0 {
            replay.draw(step: step + i, stream: minibatches, into: batch)
            sac.update(batch)
        }
        step += acting.count
    }

    private func stop(_ boundary: StepBoundary) throws -> Ending {
        if try boundary.isTakenOver() { return .takenOver }
        try save(boundary)
        return .stopped
    }

    private func save(_ boundary: StepBoundary) throws {
        Supervision.enter("checkpoint")
        try saveCheckpoint()
        boundary.checkpointWritten(step)
        Supervision.enter("training")
    }

    /// Writes the policy and its row of the curve; nil if a stop is requested meanwhile.
    private func keepSnapshot() throws -> Snapshot? {
        Supervision.enter("evaluation")
        defer { Supervision.enter("training") }
        let policy = sac.policy
        let rollout = try Rollout(
            evaluationEnvironment, PolicyInference(policy), stream: stream.stream("judgement-\(step)"))
        var outcomes: [EpisodeOutcome] = []
        for episode in 0..<settings.episodes {
            if Supervision.isStopRequested { return nil }
            outcomes.append(try rollout.run(episode: episode, mode: .stochastic))
            Supervision.beat()
        }
        let returns = outcomes.map(\.totalReward)
        let snapshot = Snapshot(
            step: step, meanReturn: Statistics.mean(returns),
            deviation: Statistics.populationStandardDeviation(returns),
            meanLength: Statistics.mean(outcomes.map { Double($0.length) }),
            warning: outcomes.last { $0.warning != nil }?.warning)
        try PolicyFile.write(
            policy, to: "\(folder)/policy-\(step.zeroPadded(to: 7)).safetensors",
            metadata: [
                "environment": evaluationEnvironment.specification.name, "algorithm": "SAC",
                "seed": String(settings.seed), "step": String(step),
                "mean_return": String(format: "%.1f", snapshot.meanReturn),
            ])
        try curve.append(row(snapshot))
        lastSnapshot = step
        return snapshot
    }

    static let curveHeading =
        "step,gradient_steps,buffer,episodes,mean_return,std_return,mean_length,critic_loss,mean_q,log_likelihood,"
        + "temperature\n"

    private func row(_ snapshot: Snapshot) -> String {
        String(
            format: "%d,%d,%d,%d,%.2f,%.2f,%.2f,%.4f,%.3f,%.4f,%.5f\n", step, sac.updates, replay.count,
            settings.episodes, snapshot.meanReturn, snapshot.deviation, snapshot.meanLength, sac.report.critic.loss,
            sac.report.critic.meanValue, sac.report.meanLogLikelihood, sac.report.temperature)
    }

    /// Writes the training's first `rows` transitions to `path` in D4RL's layout, after `run`.
    ///
    /// - Throws: `DatasetError`.
    package func recordBuffer(_ rows: Int, to path: String) throws {
        var recording = try D4RLRecording(
            log, rows: rows, of: evaluationEnvironment.specification, environments: settings.environments)
        recording.metadata = [
            "algorithm": .text("SAC"), "recipe": .text("replay buffer of a training"),
            "made_by": .text("active-bench collect train"), "environment": .text(settings.environment),
            "simulator": .text("MuJoCo \(EnvironmentRegistry.simulatorVersion), profile d4rl"),
            "seed": .integer(settings.seed),
        ]
        try D4RLWriter.write(recording, to: path)
    }
}
