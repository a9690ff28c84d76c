package import Environments
import Failures
import Foundation
import Networks
import Numerics
import Policies

/// The time of a control step: with a 256-256 policy, with recorded actions, and in a bare C loop of `mj_step` over the
/// same states.
package struct RolloutBenchmark: Sendable {
    /// What is measured.
    package struct Subject: Sendable {
        /// The environment's name in the registry, or one of Gymnasium's ids.
        package var environment: String
        /// The profile of dynamics and rewards; nil for the one implied by the environment's name, or D4RL's.
        package var profile: DynamicsProfile?
        /// The path of a policy file; nil for a newly initialised policy of IQL's shape.
        package var policy: String?
        /// The path of a file with start states and actions (see `RolloutScript`); nil for the policy's actions.
        package var script: String?

        /// A newly initialised policy in `environment`, by D4RL's rules.
        package init(_ environment: String) { self.environment = environment }
    }

    /// Medians over the repetitions, in processor time; all three loops include resets.
    package struct Result: Sendable, Encodable {
        /// The environment's name in the registry.
        package var environment: String
        /// The profile's name.
        package var profile: String
        /// The version of MuJoCo.
        package var simulator: String
        /// Control steps with recorded actions per repetition.
        package var steps: Int
        /// Control steps with the policy per repetition.
        package var policySteps: Int
        /// Steps per second with every action computed by the policy.
        package var withPolicy: Double
        /// Steps per second with actions read from memory.
        package var withKnownActions: Double
        /// Steps per second of the bare loop.
        package var bareLoop: Double
        /// The rate with the policy divided by that with recorded actions, paired: 1 for a policy that takes no time.
        package var policyRatio: Double
        /// The rate with recorded actions divided by the bare loop's, paired: 1 for an environment that takes no time
        /// besides physics.
        package var bareRatio: Double
    }

    /// Episodes per repetition; a script has its own number.
    package var episodes = 40
    /// How many of the episodes, from the first, are run with the policy; nil for all.
    package var policyEpisodes: Int?
    /// The number of times each loop is run, after one untimed run.
    package var repetitions = 5

    package init() {}

    /// Measures `subject`.
    ///
    /// - Throws: `EnvironmentError`, `HDF5Error`, `HarnessError.badInput`.
    package func measure(_ subject: Subject) throws -> Result {
        let bench = try withPolicyErrorContext(subject.script ?? subject.policy ?? "the new policy") {
            try RolloutBench(subject, episodes: episodes, policyEpisodes: policyEpisodes)
        }
        var times: [RolloutBench.Times] = []
        for _ in 0...repetitions { times.append(try bench.time()) }
        times.removeFirst()  // the first pass only warms up the caches
        return Result(
            environment: bench.environment.name, profile: bench.profile.rawValue,
            simulator: EnvironmentRegistry.simulatorVersion, steps: bench.steps, policySteps: bench.policySteps,
            withPolicy: 1 / median(times.map(\.policy)), withKnownActions: 1 / median(times.map(\.known)),
            bareLoop: 1 / median(times.map(\.bare)), policyRatio: median(times.map { $0.known / $0.policy }),
            bareRatio: median(times.map { $0.bare / $0.known }))
    }
}

/// An environment with its policy and episodes, which can be timed repeatedly.
private struct RolloutBench {
    /// Seconds per control step in each loop.
    struct Times {
        var policy, known, bare: Double
    }

    let environment: NamedEnvironment
    let profile: DynamicsProfile
    private let world: any SimulatedEnvironment
    private let rollout: Rollout
    private let recordings: [RecordedEpisode]
    private let policyEpisodes: Int
    private let resets: RandomStream
    private let observation: Matrix
    let steps: Int
    let policySteps: Int

    init(_ subject: RolloutBenchmark.Subject, episodes: Int, policyEpisodes: Int?) throws {
        environment = try EvaluatedEnvironment.environment(subject.environment)
        profile = try environment.profile(asked: subject.profile, as: subject.environment)
        let (world, script) = try Self.world(subject, environment.name, profile)
        let specification = world.specification
        let inference = try PolicyInference(
            subject.policy.map { try PolicyFile.read($0) } ?? Self.freshPolicy(specification))
        let stream = RandomStream("rollout-benchmark")
        let resets = stream.stream("reset")  // as in Rollout
        let rollout = try Rollout(world, inference, stream: stream)
        let observation = Matrix(vector: specification.observationSize)
        let count = script?.episodes ?? episodes
        recordings = try (0..<count).map { k in
            try RecordedEpisode(k, in: world, resets: resets) { step, action in
                if let script {
                    action.update(from: script.action(episode: k, step: step), count: specification.actionSize)
                } else {
                    world.observe(into: observation.pointer)
                    inference.act(observation.pointer, into: action)
                }
            }
        }
        steps = recordings.map(\.steps).reduce(0, +)
        self.policyEpisodes = min(policyEpisodes ?? count, count)
        policySteps = try (0..<self.policyEpisodes).map { k in
            let outcome = try rollout.run(episode: k, mode: .deterministic)
            guard !outcome.diverged else {
                throw HarnessError.badInput("the policy makes the simulation diverge: there is no rate to measure")
            }
            return outcome.length
        }.reduce(0, +)
        (self.world, self.rollout, self.resets, self.observation) = (world, rollout, resets, observation)
    }

    /// Runs every episode in each of the loops in turn, so that all are disturbed alike.
    func time() throws -> Times {
        var (policy, known, bare) = (0.0, 0.0, 0.0)
        for episode in recordings {
            if episode.episode < policyEpisodes {
                policy += try processorSeconds { try rollout.run(episode: episode.episode, mode: .deterministic) }
            }
            known += try processorSeconds {
                try episode.replay(in: world, resets: resets, observation: observation)
            }
            bare += processorSeconds { episode.replayBare(in: world) }
        }
        return Times(policy: policy / Double(policySteps), known: known / Double(steps), bare: bare / Double(steps))
    }

    private static func world(
        _ subject: RolloutBenchmark.Subject, _ name: String, _ profile: DynamicsProfile
    ) throws -> (any SimulatedEnvironment, RolloutScript?) {
        let world = try EnvironmentRegistry.make(name, options: EnvironmentOptions(profile: profile))
        if let path = subject.script {
            guard let placeable = world as? any PlaceableEnvironment else {
                let others = EnvironmentRegistry.placeableNames.joined(separator: ", ")
                throw HarnessError.badInput("'\(subject.environment)' takes no script: \(others) do")
            }
            let script = try RolloutScript(path, for: placeable.specification)
            return (ScriptedInitialStates(placeable, script: script), script)
        }
        guard let simulated = world as? any SimulatedEnvironment else {
            throw HarnessError.badInput("'\(subject.environment)' is not simulated by MuJoCo")
        }
        return (simulated, nil)
    }

    private static func freshPolicy(_ specification: EnvironmentSpecification) -> PolicySnapshot {
        let policy = GaussianPolicy(
            states: specification.observationSize, actions: specification.actionSize, hidden: [256, 256], batch: 1)
        Initialiser.orthogonal.fill(policy.network, stream: RandomStream("rollout-benchmark/policy"))
        return policy.snapshot
    }
}
