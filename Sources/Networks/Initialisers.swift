import Numerics

/// How the weights of a fresh network are drawn.
public enum Initialiser: Sendable {
    /// Every weight, the output layer's included, orthogonal with gain √2; biases 0; norm scales 1 (jaxrl, IQL, SQL).
    case orthogonal
    /// Weights and biases uniform within ±1/√inputs (PyTorch's default for a dense layer).
    case uniformByFanIn

    /// Draws all layer tensors of `network`. Each tensor has its own stream, named by its path, so the numbers depend
    /// on nothing but `stream`; extra tensors are left at zero.
    public func fill(_ network: MLP, stream: RandomStream) {
        var inputs = network.shape.inputs
        for name in MLP.layerNames(of: network.shape) {
            let weight = network.parameters.matrix("\(name)/weight")
            let bias = network.parameters.pointer("\(name)/bias")
            switch self {
            case .orthogonal:
                let q = orthogonalMatrix(
                    rows: weight.rows, columns: weight.columns, stream: stream.stream("\(name)/weight"))
                for i in 0..<q.count { weight.pointer[i] = Real(2.0.squareRoot() * q[i]) }
            case .uniformByFanIn:
                let bound = 1 / Double(inputs).squareRoot()
                let weightStream = stream.stream("\(name)/weight")
                let biasStream = stream.stream("\(name)/bias")
                for i in 0..<weight.count {
                    weight.pointer[i] = Real(bound * (2 * weightStream.uniform(step: 0, index: i) - 1))
                }
                for i in 0..<weight.columns { bias[i] = Real(bound * (2 * biasStream.uniform(step: 0, index: i) - 1)) }
            }
            if network.shape.layerNorm && name != "out" {
                let scale = network.parameters.pointer("\(name)/norm/scale")
                for i in 0..<weight.columns { scale[i] = 1 }
            }
            inputs = weight.columns
        }
    }
}
