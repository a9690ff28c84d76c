import Environments
import Foundation
import Networks
import Numerics

/// What a policy costs in a rollout: the rate with a 256-256 policy in the loop against the rate of the same
/// trajectories replayed with their actions known.
public struct RolloutBenchmark: Sendable {
    /// Rates, and the median of their ratio over paired repetitions.
    public struct Result: Sendable {
        /// The name in the registry.
        public var environment: String
        /// Median environment steps per second, every action computed.
        public var withPolicy: Double
        /// The same with the actions read from memory.
        public var withKnownActions: Double
        /// The first rate over the second: 1 for a policy that costs nothing.
        public var ratio: Double
    }

    var episodes = 40
    var repetitions = 5

    /// Five repetitions of forty deterministic episodes.
    public init() {}

    /// Measures `environment` with a policy from `file`, or a fresh one of IQL's shape.
    ///
    /// - Throws: `EnvironmentError`, `PolicyError`, `HarnessError.badInput`.
    public func measure(_ environment: String, policy file: String? = nil) throws -> Result {
        let world = try EnvironmentRegistry.make(environment)
        let snapshot = try file.map { try PolicyFile.read($0) } ?? freshPolicy(world.specification)
        let stream = RandomStream("rollout-benchmark")
        let rollout = try Rollout(world, Actor(snapshot), stream: stream)
        let actions = try recordActions(rollout, world.specification.actionSize)
        let steps = Double(actions.map(\.rows).reduce(0, +))
        var times: [(policy: Double, known: Double)] = []
        for _ in 0...repetitions {
            let policy = try seconds { for k in 0..<episodes { try rollout.run(episode: k, mode: .deterministic) } }
            let known = try seconds {
                for k in 0..<episodes { try replay(actions[k], world, episode: k, stream.stream("reset")) }
            }
            times.append((policy, known))
        }
        times.removeFirst()  // the first pass warms caches up
        return Result(
            environment: environment, withPolicy: steps / median(times.map(\.policy)),
            withKnownActions: steps / median(times.map(\.known)), ratio: median(times.map { $0.known / $0.policy }))
    }

    private func recordActions(_ rollout: Rollout, _ width: Int) throws -> [Matrix] {
        try (0..<episodes).map { k in
            var values: [Real] = []
            let outcome = try rollout.run(episode: k, mode: .deterministic) { transition in
                values += UnsafeBufferPointer(start: transition.action, count: width)
            }
            guard !outcome.diverged else {
                throw HarnessError.badInput("the policy makes the simulation diverge: there is no rate to measure")
            }
            let actions = Matrix(values.count / width, width)
            for i in values.indices { actions[i] = values[i] }
            return actions
        }
    }

    /// The same episode, observations included, without a policy.
    private func replay(_ actions: Matrix, _ world: any Environment, episode: Int, _ resets: RandomStream) throws {
        let observation = Matrix(vector: world.specification.observationSize)
        try world.reset(episode: episode, stream: resets)
        for t in 0..<actions.rows {
            let result = try world.step(actions.row(t))
            world.observe(into: observation.pointer)
            precondition(result.ended == (t == actions.rows - 1), "a replayed episode took another course")
        }
    }

    private func freshPolicy(_ specification: EnvironmentSpecification) -> PolicySnapshot {
        let policy = GaussianPolicy(
            states: specification.observationSize, actions: specification.actionSize, hidden: [256, 256], batch: 1)
        Initialiser.orthogonal.fill(policy.network, stream: RandomStream("rollout-benchmark/policy"))
        return policy.snapshot
    }
}
