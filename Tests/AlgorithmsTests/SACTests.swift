import Algorithms
import Datasets
import Glibc
import Networks
import Numerics
import Testing

@Suite struct SACTests {
    private static let sizes = (states: 3, actions: 2)

    /// r = −10 Σⱼ (aⱼ − ½)², and every transition ends its episode: Q(s, a) is the reward itself.
    ///
    /// With weight 10 and α near 1 the best policy's density in a is ∝ exp(−10(a − ½)²/α), in x = atanh a times
    /// 1 − a²; its mode solves (½ − a)(1 − a²) = (α/10)·a, which for α = 0.7 is a = 0.46.
    @Test func learnsAOneStepProblem() throws {
        let updates = 1_300
        let sac = Self.sac(batch: 64)
        let batch = Batch(size: 64, stateSize: Self.sizes.states, actionSize: Self.sizes.actions)
        var (firstTemperature, rewards, values, likelihoods) = (0.0, 0.0, 0.0, 0.0)
        for step in 0..<updates {
            Self.fill(batch, step: step) { -10 * ($0 - 0.5) * ($0 - 0.5) }
            sac.update(batch)
            if step == 0 {
                firstTemperature = sac.report.temperature
                // A new network's mean and log σ are near zero: a = tanh ε, log π about −0.68 for each dimension.
                #expect(abs(sac.report.meanLogLikelihood + 2 * 0.68) < 0.3)
            }
            if step >= updates - 50 {
                rewards += orderedMean(batch.rewards.pointer, count: 64) / 50
                values += sac.report.critic.meanValue / 50
                likelihoods += sac.report.meanLogLikelihood / 50
            }
        }
        // E[−10((a − ½)²)] for a uniform on ±1, summed over two dimensions: −10·2·(1/3 + 1/4) = −11.7.
        #expect(abs(rewards + 35.0 / 3) < 0.5)
        #expect(abs(values - rewards) < 0.3, "Q \(values), r \(rewards)")

        let inference = try PolicyInference(sac.policy)
        let (state, action) = (Matrix(vector: Self.sizes.states), Matrix(vector: Self.sizes.actions))
        let others = RandomStream("other states")
        var meanAction = 0.0
        for k in 0..<50 {
            for i in 0..<state.count { state[i] = Real(2 * others.uniform(step: k, index: i) - 1) }
            inference.act(state.pointer, into: action.pointer)
            for j in 0..<Self.sizes.actions {
                #expect(abs(action[j] - 0.5) < 0.15, "\(action[j])")
                meanAction += Double(action[j]) / 100
            }
        }
        #expect(abs(meanAction - 0.46) < 0.06, "\(meanAction)")

        // ∂L_α/∂log α = −(E log π + H̄), H̄ = −2. While E log π < 2, the entropy is above its target, the gradient is
        // positive and α falls. Adam's first step on log α is the rate, 3e-4; while the gradient only shrinks, no later
        // step is longer.
        #expect(likelihoods < 2 && likelihoods > -1.4, "narrower than at first, not yet at the target: \(likelihoods)")
        #expect(abs(firstTemperature - exp(-3e-4)) < 1e-9)
        #expect(sac.report.temperature > exp(-3e-4 * Double(updates)) - 1e-6)
        #expect(sac.report.temperature < exp(-3e-4 * Double(updates) / 2), "\(sac.report.temperature)")
    }

    /// Where only narrow policies earn a good reward the entropy falls below H̄ and α rises.
    @Test func temperatureRisesWhenTheEntropyIsSpent() {
        let sac = Self.sac(batch: 32)
        for j in 0..<Self.sizes.actions {  // log σ = −4 in every state
            sac.actor.network.parameters.mutate("out/bias") { $0[Self.sizes.actions + j] = -4 }
        }
        let batch = Batch(size: 32, stateSize: Self.sizes.states, actionSize: Self.sizes.actions)
        Self.fill(batch, step: 0) { $0 }
        sac.update(batch)
        // −½ − log σ − ½ log 2π = 2.58 for each dimension, and more where tanh is curved.
        #expect(sac.report.meanLogLikelihood > 2 * 2.3, "\(sac.report.meanLogLikelihood)")
        #expect(abs(sac.report.temperature - exp(3e-4)) < 1e-9)
    }

    @Test func isAFunctionOfItsStream() {
        func parameters(_ name: String) -> [Real] {
            let sac = Self.sac(batch: 8, name)
            let batch = Batch(size: 8, stateSize: Self.sizes.states, actionSize: Self.sizes.actions)
            for step in 0..<5 {
                Self.fill(batch, step: step) { $0 }
                sac.update(batch)
            }
            let block = sac.actor.network.parameters
            return Array(UnsafeBufferPointer(start: block.values, count: block.count))
        }
        let first = parameters("SAC/seed-0")
        #expect(first.allSatisfy { $0.isFinite })
        #expect(first == parameters("SAC/seed-0"))
        #expect(first != parameters("SAC/seed-1"))
    }

    /// The first critic loss, recomputed from its parts: y = 1 + γ(1 − d)(min Q̂(s', a') − α log π(a'|s')), α = 1.
    @Test(arguments: [Real(1), 0]) func firstTarget(continuation: Real) throws {
        let size = 16
        let (states, actions) = Self.sizes
        let stream = RandomStream("SAC/first")
        let batch = Batch(size: size, stateSize: states, actionSize: actions)
        Self.fill(batch, step: 0) { _ in 0 }
        for b in 0..<size { (batch.rewards[b], batch.continuations[b]) = (1, continuation) }

        let policy = TanhGaussianPolicy(states: states, actions: actions, hidden: [256, 256], batch: size)
        Initialiser.uniformByFanIn.fill(policy.network, stream: stream.stream("policy"))
        let noise = Matrix(size, actions)
        stream.stream("policy-noise").normals(step: 0, into: noise.pointer, count: noise.count)
        policy.sample(batch.nextStates.view, noise: noise.view)
        let next = Matrix(size, states + actions)
        for b in 0..<size {
            next.row(b).update(from: batch.nextStates.row(b), count: states)
            (next.row(b) + states).update(from: policy.actions.row(b), count: actions)
        }
        let critic = Critics(
            states: states, actions: actions, hidden: [256, 256], batch: size, initialiser: .uniformByFanIn,
            stream: stream, team: Solo())
        func values(_ network: MLP, _ inputs: MatrixView) -> [Double] {
            let tape = Tape(network.shape, batch: size)
            network.forward(inputs, tape)
            return (0..<size).map { Double(tape.output.pointer[$0]) }
        }
        let followers = critic.targets.map { values($0, next.view) }
        let targets = (0..<size).map { b in
            let soft = min(followers[0][b], followers[1][b]) - Double(policy.logLikelihoods[b])
            return 1 + 0.99 * Double(continuation) * soft
        }
        var loss = 0.0
        for network in critic.networks {
            for (q, y) in zip(values(network, batch.stateActions.view), targets) {
                loss += (q - y) * (q - y) / Double(size)
            }
        }

        let sac = SAC(states: states, actions: actions, batch: size, stream: stream)
        sac.update(batch)
        #expect(abs(sac.report.critic.loss - loss) < 1e-5 * loss, "\(sac.report.critic.loss), expected \(loss)")
        // Without the entropy term, or without the bootstrap, the loss would be on the other side of these bounds.
        if continuation == 1 { #expect(loss > 5) } else { #expect(loss < 3) }
    }

    private static func sac(batch: Int, _ name: String = "SAC/seed-0") -> SAC {
        SAC(states: sizes.states, actions: sizes.actions, batch: batch, stream: RandomStream(name))
    }

    /// Draws states and actions uniformly on ±1; the reward is a sum over the action's elements; there is no next step.
    private static func fill(_ batch: Batch, step: Int, reward: (Real) -> Real) {
        let stream = RandomStream("one-step problem")
        stream.stream("next").normals(step: step, into: batch.nextStates.pointer, count: batch.nextStates.count)
        for b in 0..<batch.size {
            batch.rewards[b] = 0
            batch.continuations[b] = 0
            let row = batch.stateActions.row(b)
            for i in 0..<batch.stateActions.columns {
                row[i] = Real(2 * stream.uniform(step: step, index: b * batch.stateActions.columns + i) - 1)
            }
            for j in 0..<sizes.actions { batch.rewards[b] += reward(batch.actions.row(b)[j]) }
        }
    }
}
