import Numerics

// The layout of a network's layers in its block of parameters.
extension MLP {
    /// Views of one layer's tensors. The last layer has no norm.
    struct Layer {
        var weight: MatrixView
        var bias: UnsafeMutablePointer<Real>
        var norm: Norm?
    }

    /// A layer normalisation's parameters.
    typealias Norm = (scale: UnsafeMutablePointer<Real>, shift: UnsafeMutablePointer<Real>)

    /// `fc0`, `fc1`, …, `out`.
    static func layerNames(of shape: Shape) -> [String] { shape.hidden.indices.map { "fc\($0)" } + ["out"] }

    static func tensors(of shape: Shape) -> [(name: String, shape: [Int])] {
        var tensors: [(name: String, shape: [Int])] = []
        var inputs = shape.inputs
        for (name, outputs) in zip(layerNames(of: shape), shape.hidden + [shape.outputs]) {
            tensors.append(("\(name)/weight", [inputs, outputs]))
            tensors.append(("\(name)/bias", [outputs]))
            if shape.layerNorm && name != "out" {
                tensors.append(("\(name)/norm/scale", [outputs]))
                tensors.append(("\(name)/norm/bias", [outputs]))
            }
            inputs = outputs
        }
        return tensors
    }

    static func layers(of shape: Shape, in block: ParameterBlock) -> [Layer] {
        layerNames(of: shape).map { name in
            Layer(
                weight: block.matrix("\(name)/weight"), bias: block.pointer("\(name)/bias"),
                norm: shape.layerNorm && name != "out"
                    ? (block.pointer("\(name)/norm/scale"), block.pointer("\(name)/norm/bias")) : nil)
        }
    }
}
