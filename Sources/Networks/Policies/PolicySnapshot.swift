/// Everything needed to act: the policy's tensors, what its head means, and how observations are normalised.
///
/// Tensors are named `fc0.weight` [256, observations], `fc0.bias`, `fc1.…` for any number of hidden layers, none included,
/// `mean.weight`, `mean.bias`, and either `log_std` [actions] or `log_std.weight` with `log_std.bias`.
package struct PolicySnapshot: Sendable, Equatable {
    /// What the head's numbers mean.
    package enum Head: String, Sendable, CaseIterable {
        /// a = tanh(x), x ~ N(mean, exp(log_std)), log_std from the state (SAC, CQL).
        case tanhGaussian = "tanh-gaussian"
        /// a = clip(x, ±1), x ~ N(tanh(mean), exp(log_std)), log_std free of the state (IQL, SQL, ACTIVE).
        case gaussianTanhMean = "gaussian-tanh-mean"
        /// a = tanh(mean) (TD3+BC).
        case deterministicTanh = "deterministic-tanh"
        /// a = clip(x, ±1), x ~ N(mean, exp(log_std)): nothing is squashed (PPO of Stable-Baselines3).
        case gaussian
        /// a = clip(mean, ±1).
        case deterministic

        /// Whether it gives one action per observation and has no log_std.
        package var isDeterministic: Bool { self == .deterministicTanh || self == .deterministic }
    }

    /// The nonlinearity behind every hidden layer.
    package enum Activation: String, Sendable, CaseIterable {
        case relu, tanh
    }

    /// How an action is made of the tensors' outputs.
    package var head: Head
    /// The hidden layers' nonlinearity.
    package var activation = Activation.relu
    /// In file order.
    package var tensors: [NamedTensor]
    /// Subtracted from an observation before the network sees it, S elements; empty when nothing is normalised.
    package var observationMean: [Float] = []
    /// What the difference is divided by, the dataset's deviation with its offset, S elements; empty likewise.
    package var observationDeviation: [Float] = []
    /// c > 0: a normalised observation is clipped to ±c (VecNormalize of Stable-Baselines3: 10); nil where it is not.
    package var observationClip: Float?
    /// Names of the file's tensors that are no part of acting: those of critics, targets and optimisers.
    package var passedOver: [String] = []

    /// A policy that takes observations as they are.
    package init(head: Head, tensors: [NamedTensor]) {
        self.head = head
        self.tensors = tensors
    }

    /// The tensor `name`, if it is there.
    package func tensor(_ name: String) -> NamedTensor? { tensors.first { $0.name == name } }

    /// Width of the observation and of the action.
    package var sizes: (observations: Int, actions: Int) {
        let first = tensor("fc0.weight") ?? tensor("mean.weight")
        return (first?.shape.last ?? 0, tensor("mean.weight")?.shape.first ?? 0)
    }
}

extension GaussianPolicy {
    /// The policy as it stands.
    package var snapshot: PolicySnapshot {
        PolicySnapshot(head: .gaussianTanhMean, tensors: network.parameters.fileTensors)
    }
}

extension DeterministicPolicy {
    /// The policy as it stands.
    package var snapshot: PolicySnapshot {
        PolicySnapshot(head: .deterministicTanh, tensors: network.parameters.fileTensors)
    }
}

extension TanhGaussianPolicy {
    /// The policy as it stands: the two halves of the output layer become `mean` and `log_std`, the latter with k and b
    /// multiplied in.
    package var snapshot: PolicySnapshot {
        let (scale, shift) = affine
        var tensors: [NamedTensor] = []
        for tensor in network.parameters.fileTensors {
            guard tensor.name.hasPrefix("mean.") else {
                if !tensor.name.hasPrefix("log_std_") { tensors.append(tensor) }
                continue
            }
            let half = tensor.values.count / 2
            let shape = [tensor.shape[0] / 2] + tensor.shape.dropFirst()
            let offset = tensor.name == "mean.bias" ? Float(shift) : 0
            let deviations = tensor.values[half...].map { Float(scale) * $0 + offset }
            let name = tensor.name.replacing("mean.", with: "log_std.")
            tensors.append(NamedTensor(name: tensor.name, shape: shape, values: Array(tensor.values[..<half])))
            tensors.append(NamedTensor(name: name, shape: shape, values: deviations))
        }
        return PolicySnapshot(head: .tanhGaussian, tensors: tensors)
    }
}

extension ParameterBlock {
    /// All tensors under the names of policy files: `out/weight` → `mean.weight`, `fc0/bias` → `fc0.bias`.
    var fileTensors: [NamedTensor] {
        tensors.map { layout in
            var tensor = exported(layout)
            tensor.name = layout.name.replacing("out/", with: "mean/").replacing("/", with: ".")
            return tensor
        }
    }
}
