package import Networks
import Numerics

extension PolicySnapshot {
    /// A SAC policy with one hidden layer of random weights, by default with
    /// Hopper's sizes: its episodes last a few dozen steps.
    package static func example(_ name: String, observations: Int = 11, actions: Int = 3) -> PolicySnapshot {
        let width = 16
        let shapes = [
            ("fc0.weight", [width, observations]), ("fc0.bias", [width]), ("mean.weight", [actions, width]),
            ("mean.bias", [actions]), ("log_std.weight", [actions, width]), ("log_std.bias", [actions]),
        ]
        let stream = RandomStream("example policy \(name)")
        let tensors = shapes.enumerated().map { index, entry in
            let (name, shape) = entry
            let values = (0..<shape.reduce(1, *)).map { Float(stream.uniform(step: index, index: $0) - 0.5) }
            return NamedTensor(name: name, shape: shape, values: values)
        }
        return PolicySnapshot(head: .tanhGaussian, tensors: tensors)
    }
}
