import Foundation
import Networks
import Numerics
import Testing

@Suite struct PolicyTests {
    /// a = [0.3, -0.7], z = [0.5, -1], log σ = [-1, -0.5]: log-likelihood and its derivatives.
    @Test func gaussianGolden() throws {
        let policy = policyWithOutputs([0.5, -1], logDeviations: [-1, -0.5])
        let (state, action, out) = (Matrix(1, 1), Matrix(1, 2), Matrix(vector: 1))
        (action[0], action[1]) = (0.3, -0.7)
        policy.forward(state.view)
        policy.logLikelihood(of: action.view, into: out.pointer)
        #expect(abs(Double(out[0]) + 0.4401329149) < 1e-6)

        let weight = Matrix(vector: 1)
        weight[0] = -1  // the gradient of -w log π is then that of log π
        policy.backward(states: state.view, actions: action.view, weights: weight.pointer)
        let gradients = try #require(policy.network.gradients)
        let golden = (mean: [-1.1978927696, 0.1674302749], rho: [-0.8058010295, -0.9896872735])
        for j in 0..<2 {
            let slope = 1 - pow(tanh([0.5, -1][j]), 2)  // ∂μ/∂z, z being the output's bias here
            #expect(abs(Double(gradients.pointer("out/bias")[j]) - golden.mean[j] * slope) < 1e-5)
            #expect(abs(Double(gradients.pointer("log_std")[j]) - golden.rho[j]) < 1e-5)
        }
    }

    /// log σ is clamped to [-5, 2]; beyond the bounds the gradient with respect to ρ is 0.
    @Test func deviationIsClamped() throws {
        let policy = policyWithOutputs([0, 0], logDeviations: [-9, 3])
        #expect(abs(Double(policy.deviation(0)) - exp(-5.0)) < 1e-8)
        #expect(abs(Double(policy.deviation(1)) - exp(2.0)) < 1e-5)
        let (state, action, weight) = (Matrix(1, 1), Matrix(1, 2), Matrix(vector: 1))
        weight[0] = 1
        policy.forward(state.view)
        policy.backward(states: state.view, actions: action.view, weights: weight.pointer)
        let gradient = try #require(policy.network.gradients).pointer("log_std")
        #expect(gradient[0] == 0 && gradient[1] == 0)
    }

    /// x = [0.4, -1.2] drawn from m = [0.1, -0.5], log σ = [-0.3, 0.2].
    @Test func tanhGaussianGolden() {
        let (x, m, l) = ([0.4, -1.2], [0.1, -0.5], [-0.3, 0.2])
        var logLikelihood = 0.0
        for (j, expected) in [0.3799489624, -0.8336546070].enumerated() {
            let noise = (x[j] - m[j]) / exp(l[j])
            let sampled = TanhGaussian.sample(mean: Real(m[j]), logDeviation: Real(l[j]), noise: Real(noise))
            #expect(abs(Double(sampled.action) - expected) < 1e-6)
            logLikelihood += Double(sampled.logLikelihood)
        }
        #expect(abs(logLikelihood + 0.6408159097) < 1e-6)
    }

    #if ACTIVE_BENCH_DOUBLE
        /// ACTIVE's policy loss with a simple Q(a) = Σ c·a: -(1/B) Σ c·(μ + σε) - (1/B) Σ w log π(a|s).
        @Test func gaussianGradients() throws {
            let policy = GaussianPolicy(states: 4, actions: 2, hidden: [6, 5], batch: 3)
            let parameters = policy.network.parameters
            parameters.mutate { RandomStream("policy").normals(step: 0, into: $0, count: parameters.count) }
            let (states, actions, noise, slope) = (Matrix(3, 4), Matrix(3, 2), Matrix(3, 2), Matrix(3, 2))
            for (i, matrix) in [states, actions, noise, slope].enumerated() {
                RandomStream("inputs").normals(step: i, into: matrix.pointer, count: matrix.count)
            }
            let (weights, likelihood) = (Matrix(vector: 3), Matrix(vector: 3))
            for b in 0..<3 { weights[b] = Real(b) + 0.5 }
            func loss() -> Double {
                policy.forward(states.view)
                policy.logLikelihood(of: actions.view, into: likelihood.pointer)
                var sum = 0.0
                for b in 0..<3 {
                    sum -= weights[b] * likelihood[b]
                    for j in 0..<2 {
                        sum -= slope.row(b)[j] * (policy.means.row(b)[j] + policy.deviation(j) * noise.row(b)[j])
                    }
                }
                return sum / 3
            }
            _ = loss()
            policy.backward(
                states: states.view, actions: actions.view, weights: weights.pointer,
                pathwise: (slope.view, noise.view))
            let gradients = try #require(policy.network.gradients)
            #expect(
                parameters.mutate { largestGradientError($0, gradients.values, count: parameters.count, loss: loss) }
                    < 1e-7)
        }

        /// SAC's policy loss with a simple Q(a) = Σ c·a.
        @Test func tanhGaussianGradients() throws {
            let policy = TanhGaussianPolicy(states: 4, actions: 2, hidden: [6, 5], batch: 3)
            let parameters = policy.network.parameters
            parameters.mutate { values in
                RandomStream("policy").normals(step: 1, into: values, count: parameters.count)
                for i in 0..<parameters.count { values[i] *= 0.3 }
            }
            let (states, noise, slope) = (Matrix(3, 4), Matrix(3, 2), Matrix(3, 2))
            for (i, matrix) in [states, noise, slope].enumerated() {
                RandomStream("inputs").normals(step: i, into: matrix.pointer, count: matrix.count)
            }
            func loss() -> Double {
                policy.sample(states.view, noise: noise.view)
                let values = (0..<6).map { slope[$0] * policy.actions.pointer[$0] }.reduce(0, +)
                return (0.7 * orderedSum(policy.logLikelihoods, count: 3) - values) / 3
            }
            _ = loss()
            policy.backward(states: states.view, noise: noise.view, valueGradient: slope.view, temperature: 0.7)
            let gradients = try #require(policy.network.gradients)
            #expect(
                parameters.mutate { largestGradientError($0, gradients.values, count: parameters.count, loss: loss) }
                    < 1e-7)
        }
    #endif

    /// Inference on one state equals the policy that was trained in batches.
    @Test func actorAgreesWithTheGaussianPolicy() throws {
        let policy = GaussianPolicy(states: 11, actions: 3, hidden: [32, 32], batch: 4)
        Initialiser.orthogonal.fill(policy.network, stream: RandomStream("policy"))
        for j in 0..<3 { policy.logDeviation[j] = Real(j) - 1.5 }
        let (states, noise, actions) = (Matrix(4, 11), Matrix(4, 3), Matrix(4, 3))
        RandomStream("states").normals(step: 0, into: states.pointer, count: states.count)
        RandomStream("noise").normals(step: 0, into: noise.pointer, count: noise.count)
        policy.forward(states.view)
        policy.sample(noise: noise.view, into: actions.view)
        let inference = try PolicyInference(policy.snapshot)
        let action = Matrix(vector: 3)
        for b in 0..<4 {
            inference.act(states.row(b), into: action.pointer)
            for j in 0..<3 { #expect(abs(action[j] - policy.means.row(b)[j]) < 1e-5) }
            _ = inference.sample(states.row(b), noise: noise.row(b), into: action.pointer)
            for j in 0..<3 { #expect(abs(action[j] - actions.row(b)[j]) < 1e-5) }
        }
    }

    @Test func actorAgreesWithTheTanhGaussianPolicy() throws {
        let policy = TanhGaussianPolicy(states: 11, actions: 3, hidden: [32, 32], batch: 4)
        Initialiser.uniformByFanIn.fill(policy.network, stream: RandomStream("policy"))
        let (states, noise) = (Matrix(4, 11), Matrix(4, 3))
        RandomStream("states").normals(step: 0, into: states.pointer, count: states.count)
        RandomStream("noise").normals(step: 0, into: noise.pointer, count: noise.count)
        policy.sample(states.view, noise: noise.view)
        let inference = try PolicyInference(policy.snapshot)
        let action = Matrix(vector: 3)
        for b in 0..<4 {
            let logLikelihood = inference.sample(states.row(b), noise: noise.row(b), into: action.pointer)
            #expect(abs(logLikelihood - Double(policy.logLikelihoods[b])) < 1e-4)
            for j in 0..<3 { #expect(abs(action[j] - policy.actions.row(b)[j]) < 1e-5) }
        }
    }

    /// A log σ that does not depend on the state equals a state-dependent one whose weights are zero.
    @Test(arguments: [PolicySnapshot.Head.tanhGaussian, .gaussianTanhMean])
    func actorTakesEitherFormOfTheDeviation(_ head: PolicySnapshot.Head) throws {
        let policy = GaussianPolicy(states: 11, actions: 3, hidden: [32, 32], batch: 1)
        Initialiser.orthogonal.fill(policy.network, stream: RandomStream("policy"))
        for j in 0..<3 { policy.logDeviation[j] = Real(j) - 1.5 }
        var free = policy.snapshot
        free.head = head
        var ofState = free
        ofState.tensors.removeAll { $0.name == "log_std" }
        ofState.tensors += [
            NamedTensor(name: "log_std.weight", shape: [3, 32], values: Array(repeating: 0, count: 96)),
            NamedTensor(name: "log_std.bias", shape: [3], values: [-1.5, -0.5, 0.5]),
        ]
        let (state, noise) = (Matrix(vector: 11), Matrix(vector: 3))
        RandomStream("states").normals(step: 0, into: state.pointer, count: 11)
        RandomStream("noise").normals(step: 0, into: noise.pointer, count: 3)
        let found = try [free, ofState].map { snapshot in
            let action = Matrix(vector: 3)
            let likelihood = try PolicyInference(snapshot).sample(
                state.pointer, noise: noise.pointer, into: action.pointer)
            return [likelihood] + (0..<3).map { Double(action[$0]) }
        }
        #expect(found[0] == found[1] && found[0][0] != 0)
    }

    /// Observations are normalised inside the policy, so that no caller can forget it.
    @Test func actorNormalisesObservations() throws {
        let policy = GaussianPolicy(states: 2, actions: 1, hidden: [8], batch: 1)
        Initialiser.orthogonal.fill(policy.network, stream: RandomStream("policy"))
        var snapshot = policy.snapshot
        let (state, plain, normalised) = (Matrix(vector: 2), Matrix(vector: 1), Matrix(vector: 1))
        (state[0], state[1]) = (0.25, -1.5)
        try PolicyInference(snapshot).act(state.pointer, into: plain.pointer)
        (snapshot.observationMean, snapshot.observationDeviation) = ([1, -2], [2, 0.5])
        (state[0], state[1]) = (1.5, -2.75)  // = mean + deviation · the state above
        try PolicyInference(snapshot).act(state.pointer, into: normalised.pointer)
        #expect(abs(plain[0] - normalised[0]) < 1e-6)
    }

    @Test func invalidSnapshotsAreRefused() {
        let good = GaussianPolicy(states: 3, actions: 2, hidden: [4, 4], batch: 1).snapshot
        func error(_ change: (inout PolicySnapshot) -> Void) -> PolicyError? {
            var snapshot = good
            change(&snapshot)
            do {
                _ = try PolicyInference(snapshot)
                return nil
            } catch { return error as? PolicyError }
        }
        #expect(error { _ in } == nil)
        #expect(error { $0.tensors.removeAll { $0.name == "mean.weight" } } == .missing("mean.weight"))
        #expect(error { $0.tensors.removeAll { $0.name == "fc0.weight" } } == .missing("fc0.weight"))
        #expect(error { $0.tensors.removeAll { $0.name == "fc1.bias" } } == .missing("fc1.bias"))
        #expect(
            error { $0.tensors[1] = NamedTensor(name: "fc0.bias", shape: [5], values: [0, 0, 0, 0, 0]) }
                == .shape("fc0.bias", expected: [4], found: [5]))
        #expect(error { $0.tensors[0].values[0] = .nan } == .notFinite("fc0.weight"))
        #expect(
            error {
                $0.observationMean = [1]; $0.observationDeviation = [1]
            }
                == .shape("observation_mean", expected: [3], found: [1]))
    }

    /// Means and deviations with which a normalised observation would not be finite are refused.
    @Test func observationStatisticsThatGiveNonFiniteNumbersAreRefused() {
        func error(mean: [Float], deviation: [Float]) -> PolicyError? {
            var snapshot = GaussianPolicy(states: 3, actions: 2, hidden: [4, 4], batch: 1).snapshot
            (snapshot.observationMean, snapshot.observationDeviation) = (mean, deviation)
            do {
                _ = try PolicyInference(snapshot)
                return nil
            } catch { return error as? PolicyError }
        }
        #expect(error(mean: [0, 0, 0], deviation: [1, 2, 3]) == nil)
        #expect(error(mean: [0, 0, 0], deviation: [1, 0, 3]) == .noDeviation)
        #expect(error(mean: [0, 0, 0], deviation: [1, -0.0, 3]) == .noDeviation)
        #expect(error(mean: [0, 0, 0], deviation: [1, 2, -3]) == .noDeviation)
        #expect(error(mean: [0, 0, 0], deviation: [1, 2, .leastNonzeroMagnitude]) == .noDeviation)
        #expect(error(mean: [0, 0, 0], deviation: [.nan, 2, 3]) == .notFinite("observation_std"))
        #expect(error(mean: [0, 0, 0], deviation: [1, .infinity, 3]) == .notFinite("observation_std"))
        #expect(error(mean: [0, .nan, 0], deviation: [1, 2, 3]) == .notFinite("observation_mean"))
        #expect(error(mean: [0, .nan, 0], deviation: [0, 0, 0]) == .notFinite("observation_mean"), "the first error")
    }

    /// A policy for one state whose network ignores the state and outputs `outputs`.
    private func policyWithOutputs(_ outputs: [Double], logDeviations: [Double]) -> GaussianPolicy {
        let policy = GaussianPolicy(states: 1, actions: outputs.count, hidden: [2], batch: 1)
        for (j, output) in outputs.enumerated() {
            policy.network.parameters.mutate("out/bias") { $0[j] = Real(output) }
            policy.logDeviation[j] = Real(logDeviations[j])
        }
        return policy
    }
}
