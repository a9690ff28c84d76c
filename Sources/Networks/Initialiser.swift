package import Numerics

/// How the weights of a fresh network are drawn.
package enum Initialiser: Sendable {
    /// All weights, the output layer's included, orthogonal with gain √2; biases 0; norm scales 1 (jaxrl, IQL, SQL).
    case orthogonal
    /// Weights and biases uniform within ±1/√inputs (PyTorch's default for a dense layer).
    case uniformByFanIn
    /// Hidden weights orthogonal with gain √2, the output's with gain 0.01; biases 0 (critics of young-geng/CQL).
    case orthogonalSmallOutput
    /// Hidden layers as `uniformByFanIn`; the output's weight uniform within ±0.01·√(6/(inputs + outputs)), its bias 0
    /// (Xavier with gain 0.01; the policy of young-geng/CQL).
    case uniformSmallOutput

    /// Draws all layer tensors of `network`. Each tensor has its own stream, named by its path, so its values depend
    /// only on `stream`; extra tensors are left at zero.
    package func fill(_ network: MLP, stream: RandomStream) {
        network.parameters.mutate { _ in fillLayers(of: network, stream) }
    }

    private func fillLayers(of network: MLP, _ stream: RandomStream) {
        for name in MLP.layerNames(of: network.shape) {
            let weight = network.parameters.matrix("\(name)/weight")
            let bias = network.parameters.pointer("\(name)/bias")
            let isOutput = name == "out"
            let (weightStream, biasStream) = (stream.stream("\(name)/weight"), stream.stream("\(name)/bias"))
            let fanIn = 1 / Double(weight.rows).squareRoot()
            switch self {
            case .orthogonal: orthogonal(weight, gain: 2.0.squareRoot(), weightStream)
            case .orthogonalSmallOutput: orthogonal(weight, gain: isOutput ? 0.01 : 2.0.squareRoot(), weightStream)
            case .uniformSmallOutput where isOutput:
                uniform(weight, bound: 0.01 * (6 / Double(weight.rows + weight.columns)).squareRoot(), weightStream)
            case .uniformByFanIn, .uniformSmallOutput:
                uniform(weight, bound: fanIn, weightStream)
                uniform(MatrixView(pointer: bias, rows: 1, columns: weight.columns), bound: fanIn, biasStream)
            }
            if network.shape.layerNorm && !isOutput {
                let scale = network.parameters.pointer("\(name)/norm/scale")
                for i in 0..<weight.columns { scale[i] = 1 }
            }
        }
    }

    private func orthogonal(_ weight: MatrixView, gain: Double, _ stream: RandomStream) {
        let q = orthogonalMatrix(rows: weight.rows, columns: weight.columns, stream: stream)
        for i in 0..<q.count { weight.pointer[i] = Real(gain * q[i]) }
    }

    private func uniform(_ tensor: MatrixView, bound: Double, _ stream: RandomStream) {
        for i in 0..<tensor.count {
            tensor.pointer[i] = Real(bound * (2 * stream.uniform(step: 0, index: i) - 1))
        }
    }
}
