/// Everything needed to act: the policy's tensors, the meaning of its outputs, and how observations are normalised.
///
/// Tensors are named `fc0.weight` [256, observations], `fc0.bias`, `fc1.…` for any number of hidden layers, also zero,
/// `mean.weight`, `mean.bias`, and either `log_std` [actions] or `log_std.weight` with `log_std.bias`.
package struct PolicySnapshot: Sendable, Equatable {
    /// The meaning of the output layers.
    package enum Head: String, Sendable, CaseIterable {
        /// a = tanh(x), x ~ N(mean, exp(log_std)), log_std a function of the state (SAC, CQL).
        case tanhGaussian = "tanh-gaussian"
        /// a = clip(x, ±1), x ~ N(tanh(mean), exp(log_std)), log_std the same in all states (IQL, SQL, ACTIVE).
        case gaussianTanhMean = "gaussian-tanh-mean"
        /// a = tanh(mean) (TD3+BC).
        case deterministicTanh = "deterministic-tanh"
        /// a = clip(x, ±1), x ~ N(mean, exp(log_std)), without squashing (PPO of Stable-Baselines3).
        case gaussian
        /// a = clip(mean, ±1).
        case deterministic

        /// Whether the action is a function of the observation, without log_std.
        package var isDeterministic: Bool { self == .deterministicTanh || self == .deterministic }
    }

    /// The nonlinearity after every hidden layer.
    package enum Activation: String, Sendable, CaseIterable {
        case relu, tanh
    }

    /// How an action is computed from the output layers.
    package var head: Head
    /// The hidden layers' nonlinearity.
    package var activation = Activation.relu
    /// The tensors, in file order.
    package var tensors: [NamedTensor]
    /// The mean that is subtracted from an observation [S]; empty when observations are not normalised.
    package var observationMean: [Float] = []
    /// The divisor of the difference [S], the dataset's standard deviation plus an offset; empty when not normalised.
    package var observationDeviation: [Float] = []
    /// c > 0, where normalised observations are clipped to ±c (VecNormalize of Stable-Baselines3: 10); nil for no clip.
    package var observationClip: Float?
    /// Names of the file's tensors that are not needed to act: those of critics, targets and optimisers.
    package var ignoredTensors: [String] = []

    /// Makes a policy without observation normalisation.
    package init(head: Head, tensors: [NamedTensor]) {
        self.head = head
        self.tensors = tensors
    }

    /// Returns the tensor `name`, or nil.
    package func tensor(_ name: String) -> NamedTensor? { tensors.first { $0.name == name } }

    /// S and A, the numbers of elements of an observation and of an action.
    package var sizes: (observations: Int, actions: Int) {
        let first = tensor("fc0.weight") ?? tensor("mean.weight")
        return (first?.shape.last ?? 0, tensor("mean.weight")?.shape.first ?? 0)
    }
}

extension GaussianPolicy {
    /// A copy of the policy's current parameters.
    package var snapshot: PolicySnapshot {
        PolicySnapshot(head: .gaussianTanhMean, tensors: network.parameters.fileTensors)
    }
}

extension DeterministicPolicy {
    /// A copy of the policy's current parameters.
    package var snapshot: PolicySnapshot {
        PolicySnapshot(head: .deterministicTanh, tensors: network.parameters.fileTensors)
    }
}

extension TanhGaussianPolicy {
    /// A copy of the policy's current parameters: the two halves of the output layer become `mean` and `log_std`, the
    /// latter with k and b applied.
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
    /// All tensors with the names of policy files: `out/weight` → `mean.weight`, `fc0/bias` → `fc0.bias`.
    var fileTensors: [NamedTensor] {
        tensors.map { layout in
            var tensor = exported(layout)
            tensor.name = layout.name.replacing("out/", with: "mean/").replacing("/", with: ".")
            return tensor
        }
    }
}
