import Cases
import Environments
import Failures
import Networks
import Numerics

/// Copies of an environment in which the policy that is being trained acts at the same time.
///
/// Random numbers are functions of the step and of the number of the episode, counted over all copies. An episode in
/// progress follows exactly from its number and the actions so far; so a checkpoint does not need a simulator's state.
final class ActingEnvironments {
    /// What a step in one of the environments gave.
    struct Step {
        let state, action, next: UnsafePointer<Real>
        let reward: Real
        let isTerminal: Bool
    }

    /// The number of copies.
    var count: Int { environments.count }
    private let environments: [any Environment]
    /// The policy that is being trained, with buffers for one state of each environment.
    private let actor: TanhGaussianPolicy
    private let exploration, resets: RandomStream
    /// [environments × states].
    private let states: Matrix
    /// [environments × actions].
    private let actions, noise: Matrix
    private let next: Matrix
    /// The number of episodes begun.
    private var episodes = 0
    /// The current episode of each environment.
    private var current: [(episode: Int, steps: Int)]

    /// - `actor`: the policy whose parameters are used.
    init(_ environments: [any Environment], actor: TanhGaussianPolicy, stream: RandomStream) {
        let (observations, actions) = (
            environments[0].specification.observationSize, environments[0].specification.actionSize
        )
        self.environments = environments
        self.actor = TanhGaussianPolicy(sharing: actor, batch: environments.count)
        exploration = stream.stream("exploration")
        resets = stream.stream("reset")
        states = Matrix(environments.count, observations)
        self.actions = Matrix(environments.count, actions)
        noise = Matrix(environments.count, actions)
        next = Matrix(vector: observations)
        current = environments.map { _ in (0, 0) }
    }

    /// Begins an episode in each environment.
    func begin() throws {
        for i in environments.indices { try beginEpisode(i) }
    }

    private func beginEpisode(_ i: Int) throws {
        try environments[i].reset(episode: episodes, stream: resets)
        current[i] = (episodes, 0)
        episodes += 1
        environments[i].observe(into: states.row(i))
    }

    /// Chooses an action for each environment: uniformly, or from the policy.
    ///
    /// - `step`: the number of the first environment's step.
    func choose(step: Int, uniformly isUniform: Bool) {
        if isUniform {
            for j in 0..<actions.count { actions[j] = Real(2 * exploration.uniform(step: step, index: j) - 1) }
        } else {
            exploration.normals(step: step, into: noise.pointer, count: noise.count)
            actor.sample(states.view, noise: noise.view)
            actions.pointer.update(from: actor.actions.pointer, count: actions.count)
        }
    }

    /// Takes the chosen action in environment `i` and begins its next episode if one has ended.
    ///
    /// - `record`: called with the step, unless the simulation diverged: then the episode ends without it.
    func step(_ i: Int, record: (Step) throws -> Void) throws {
        defer { withExtendedLifetime(next) {} }  // Only its pointer is used.
        var hasEnded = true
        do {
            let result = try environments[i].step(actions.row(i))
            hasEnded = result.ended
            environments[i].observe(into: next.pointer)
            try record(
                Step(
                    state: states.row(i), action: actions.row(i), next: next.pointer, reward: Real(result.reward),
                    isTerminal: result.terminal))
            states.row(i).update(from: next.pointer, count: next.count)
            current[i].steps += 1
        } catch EnvironmentError.diverged {}
        if hasEnded { try beginEpisode(i) }
    }

    /// The episodes' numbers, by their names in a checkpoint.
    var scalars: [String: Double] {
        var scalars = ["episodes": Double(episodes)]
        for (i, current) in current.enumerated() {
            scalars["environment.\(i)/episode"] = Double(current.episode)
            scalars["environment.\(i)/steps"] = Double(current.steps)
        }
        return scalars
    }

    /// Goes on with the episodes of a checkpoint, by taking their actions again.
    ///
    /// - `log`: the steps made so far.
    /// - Throws: `HarnessError.badInput` if a number is missing or the actions do not lead to the recorded state.
    func restore(_ checkpoint: Checkpoint, _ log: ReplayLog) throws {
        episodes = Int(try checkpoint.scalar("episodes"))
        for i in environments.indices {
            current[i] = (
                Int(try checkpoint.scalar("environment.\(i)/episode")),
                Int(try checkpoint.scalar("environment.\(i)/steps"))
            )
            try replay(i, log.lastSteps(current[i].steps, of: i, among: count))
        }
    }

    private func replay(_ i: Int, _ steps: [(action: [Real], next: [Real])]) throws {
        guard steps.count == current[i].steps else { throw mismatch(i, "\(steps.count) recorded steps") }
        try environments[i].reset(episode: current[i].episode, stream: resets)
        environments[i].observe(into: states.row(i))
        for (number, step) in steps.enumerated() {
            _ = try environments[i].step(step.action)
            environments[i].observe(into: states.row(i))
            let isEqual = step.next.indices.allSatisfy { states.row(i)[$0].bitPattern == step.next[$0].bitPattern }
            guard isEqual else { throw mismatch(i, "another state after step \(number + 1)") }
        }
    }

    private func mismatch(_ i: Int, _ found: String) -> HarnessError {
        .badInput(
            "\(environments[i].specification.name): expected \(current[i].steps) steps of episode \(current[i].episode) as when they "
                + "were recorded, found \(found): the simulator or the processor's arithmetic differs; begin in another folder"
        )
    }
}
