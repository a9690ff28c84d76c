import Foundation
import Networks
import Numerics
import Testing

/// Policies in other frameworks' forms act by the formulas, computed here in double precision.
@Suite struct PolicyInferenceTests {
    private static let sizes = (observations: 5, actions: 3)

    /// A policy of random weights with hidden layers of the given widths.
    private func snapshot(
        _ head: PolicySnapshot.Head, _ activation: PolicySnapshot.Activation, hidden: [Int]
    ) -> PolicySnapshot {
        let stream = RandomStream("forms")
        var tensors: [NamedTensor] = []
        func add(_ name: String, _ shape: [Int], scale: Double = 1) {
            let values = (0..<shape.reduce(1, *)).map {
                Float(scale * (stream.uniform(step: tensors.count, index: $0) - 0.5))
            }
            tensors.append(NamedTensor(name: name, shape: shape, values: values))
        }
        var inputs = Self.sizes.observations
        for (k, width) in hidden.enumerated() {
            add("fc\(k).weight", [width, inputs], scale: 2)
            add("fc\(k).bias", [width])
            inputs = width
        }
        add("mean.weight", [Self.sizes.actions, inputs], scale: 2)
        add("mean.bias", [Self.sizes.actions])
        if !head.isDeterministic { add("log_std", [1, Self.sizes.actions], scale: 4) }
        var snapshot = PolicySnapshot(head: head, tensors: tensors)
        snapshot.activation = activation
        return snapshot
    }

    /// The mean and log σ of the policy `snapshot` for an observation.
    private func outputs(_ snapshot: PolicySnapshot, _ observation: [Double]) -> (
        mean: [Double], logDeviation: [Double]
    ) {
        func dense(_ name: String, _ x: [Double]) -> [Double] {
            guard let weight = snapshot.tensor("\(name).weight"), let bias = snapshot.tensor("\(name).bias") else {
                return []
            }
            return (0..<weight.shape[0]).map { j in
                x.indices.reduce(Double(bias.values[j])) { $0 + Double(weight.values[j * x.count + $1]) * x[$1] }
            }
        }
        var x = observation.enumerated().map { i, s in
            guard !snapshot.observationMean.isEmpty else { return s }
            let clip = snapshot.observationClip.map { Double($0) } ?? .infinity
            let z = (s - Double(snapshot.observationMean[i])) / Double(snapshot.observationDeviation[i])
            return min(max(z, -clip), clip)
        }
        var k = 0
        while snapshot.tensor("fc\(k).weight") != nil {
            x = dense("fc\(k)", x).map { snapshot.activation == .tanh ? tanh($0) : max($0, 0) }
            k += 1
        }
        return (dense("mean", x), snapshot.tensor("log_std")?.values.map { Double($0) } ?? [])
    }

    private func action(_ head: PolicySnapshot.Head, mean: Double, logDeviation: Double, noise: Double) -> Double {
        func clipped(_ x: Double) -> Double { min(max(x, -1), 1) }
        func deviation(_ bounds: ClosedRange<Double>) -> Double {
            exp(min(max(logDeviation, bounds.lowerBound), bounds.upperBound))
        }
        return switch head {
        case .deterministicTanh: tanh(mean)
        case .deterministic: clipped(mean)
        case .gaussianTanhMean: clipped(tanh(mean) + deviation(-5...2) * noise)
        case .gaussian: clipped(mean + deviation(-20...2) * noise)
        case .tanhGaussian: tanh(mean + deviation(-20...2) * noise)
        }
    }

    @Test(arguments: PolicySnapshot.Head.allCases, PolicySnapshot.Activation.allCases)
    func actsByTheFormulas(head: PolicySnapshot.Head, activation: PolicySnapshot.Activation) throws {
        var clippedMeans = 0
        for hidden in [[], [8], [8, 6, 4]] {
            for clip in [nil, 1.5] as [Float?] {
                var policy = snapshot(head, activation, hidden: hidden)
                if let clip {
                    policy.observationMean = [0.5, -1, 0, 2, 0.1]
                    policy.observationDeviation = [1, 0.25, 2, 0.5, 3]
                    policy.observationClip = clip
                }
                let inference = try PolicyInference(policy)
                #expect(inference.observationSize == 5 && inference.actionSize == 3 && policy.sizes == (5, 3))
                for k in 0..<8 {
                    let stream = RandomStream("observations")
                    let (state, noise) = (Matrix(vector: 5), Matrix(vector: 3))
                    stream.normals(step: 2 * k, into: state.pointer, count: 5)
                    stream.normals(step: 2 * k + 1, into: noise.pointer, count: 3)
                    let expected = outputs(policy, (0..<5).map { Double(state[$0]) })
                    let (modal, drawn) = (Matrix(vector: 3), Matrix(vector: 3))
                    inference.act(state.pointer, into: modal.pointer)
                    _ = inference.sample(state.pointer, noise: noise.pointer, into: drawn.pointer)
                    for j in 0..<3 {
                        let mean = expected.mean[j]
                        let logDeviation = expected.logDeviation.isEmpty ? 0 : expected.logDeviation[j]
                        let still = action(head, mean: mean, logDeviation: -.infinity, noise: 0)
                        let moved = action(head, mean: mean, logDeviation: logDeviation, noise: Double(noise[j]))
                        #expect(abs(Double(modal[j]) - still) < 1e-5)
                        #expect(abs(Double(drawn[j]) - moved) < 1e-5)
                        if abs(mean) > 1 { clippedMeans += 1 }
                    }
                }
            }
        }
        #expect(clippedMeans > 5, "some means lie outside of the actions' range")
    }

    /// The normalised observation, 1998, is clipped before the first layer.
    @Test func clippingHoldsBeforeTheFirstLayer() throws {
        var policy = PolicySnapshot(
            head: .deterministic,
            tensors: [
                NamedTensor(name: "mean.weight", shape: [1, 1], values: [0.05]),
                NamedTensor(name: "mean.bias", shape: [1], values: [0]),
            ])
        (policy.observationMean, policy.observationDeviation) = ([1], [0.5])
        for (clip, expected) in [(nil, 1), (10, 0.5), (4, 0.2)] as [(Float?, Double)] {
            policy.observationClip = clip
            let (state, action) = (Matrix(vector: 1), Matrix(vector: 1))
            state[0] = 1000
            try PolicyInference(policy).act(state.pointer, into: action.pointer)
            #expect(abs(Double(action[0]) - expected) < 1e-6)
        }
        (policy.observationMean, policy.observationDeviation) = ([], [])
        #expect(throws: PolicyError.missing("observation_mean")) { try PolicyInference(policy) }
    }

    @Test(arguments: [
        ("fc0.weight", [5, 8], PolicyError.transposed("fc0.weight", found: [5, 8])),
        ("mean.weight", [8, 3], .transposed("mean.weight", found: [8, 3])),
        ("fc0.bias", [2, 4], .shape("fc0.bias", expected: [8], found: [2, 4])),
        ("mean.bias", [3, 1], nil), ("fc0.bias", [1, 8], nil), ("log_std", [3, 1], nil),
        ("fc0.weight", [8, 5, 1], .rank("fc0.weight", found: [8, 5, 1])),
    ])
    func shapesOfOtherFrameworks(name: String, shape: [Int], error: PolicyError?) throws {
        var policy = snapshot(.gaussian, .relu, hidden: [8])
        let index = try #require(policy.tensors.firstIndex { $0.name == name })
        policy.tensors[index].shape = shape
        #expect(refusal(policy) == error)
    }

    /// Tensors whose names belong to the policy's layers but that the layers do not have.
    @Test(arguments: [
        ("fc2.weight", PolicyError.gap("fc2.weight", missing: "fc1")), ("fc7.bias", .gap("fc7.bias", missing: "fc1")),
        ("fc0.norm.weight", .unknown("fc0.norm.weight")), ("fc0.weight_g", .unknown("fc0.weight_g")),
        ("mean.scale", .unknown("mean.scale")), ("fc01.weight", .unknown("fc01.weight")),
    ])
    func unknownTensors(name: String, error: PolicyError) {
        var policy = snapshot(.gaussian, .relu, hidden: [8])
        policy.tensors.append(NamedTensor(name: name, shape: [1], values: [1]))
        #expect(refusal(policy) == error)
    }

    private func refusal(_ policy: PolicySnapshot) -> PolicyError? {
        do {
            _ = try PolicyInference(policy)
            return nil
        } catch { return error as? PolicyError }
    }
}
