import Numerics

/// The matrices in bfloat16 of a network's forward and backward pass, for one batch shape.
final class RoundedBuffers {
    /// x by rows, for the first layer. Its numbers are sums of two bfloat16, so that observations keep their digits in
    /// the forward pass.
    let input: BFloat16Rows
    /// x in pairs, for the gradient of the first layer's weights.
    let inputPairs: BFloat16Pairs
    /// By rows, y of each hidden layer in the forward pass and ∂L/∂y in the backward pass. Successive layers alternate
    /// between two pieces of memory, as a layer is read only by the next.
    let rows: [BFloat16Rows]
    /// y in pairs, of the hidden layers below the top.
    let activations: [BFloat16Pairs]
    /// ∂L/∂(input of the ReLU) in pairs, of each hidden layer.
    let gradients: [BFloat16Pairs]

    /// Whether the last forward pass has left what a backward pass reads.
    var isForBackward = false

    /// Makes buffers for a network of `shape`; nil in full precision.
    init?(_ shape: MLP.Shape, batch: Int) {
        guard shape.precision != .full else { return nil }
        let parts = shape.precision.parts
        input = BFloat16Rows(batch, shape.inputs, parts: 2)
        inputPairs = BFloat16Pairs(batch, shape.inputs, parts: parts)
        rows = RoundedBuffers.rows(shape, batch: batch)
        activations = shape.hidden.dropLast().map { BFloat16Pairs(batch, $0, parts: parts) }
        gradients = shape.hidden.map { BFloat16Pairs(batch, $0, parts: parts) }
    }

    /// Rounds x into `input` and `inputPairs`.
    func round(_ x: MatrixView) { convert(x, BFloat16Epilogue(rows: input, pairs: inputPairs)) }

    /// Makes a matrix by rows for each hidden layer, in two pieces of memory.
    static func rows(_ shape: MLP.Shape, batch: Int) -> [BFloat16Rows] {
        let parts = shape.precision.parts
        let memory = (0..<2).map { _ in
            BFloat16Storage(parts * (shape.hidden.map { BFloat16Rows.count(batch, $0) }.max() ?? 0))
        }
        return shape.hidden.enumerated().map { BFloat16Rows(batch, $1, parts: parts, in: memory[$0 % 2]) }
    }
}

/// A network's weights in bfloat16.
final class RoundedWeights {
    /// W of each hidden layer, for the forward pass.
    let forward: [BFloat16Pairs]
    /// Wᵀ of the hidden layers from the second on, for the backward pass.
    private let backward: [BFloat16Pairs]
    private let isTrained: Bool
    private var isBackwardStale = true

    /// Makes zeros for a network of `shape`; nil in full precision.
    init?(_ shape: MLP.Shape, trainable: Bool) {
        guard shape.precision != .full else { return nil }
        let parts = shape.precision.parts
        let inputs = [shape.inputs] + shape.hidden
        forward = zip(inputs, shape.hidden).map { BFloat16Pairs($0, $1, parts: parts) }
        backward = zip(shape.hidden, shape.hidden.dropFirst()).map { BFloat16Pairs($1, $0, parts: parts) }
        isTrained = trainable
    }

    /// Rounds the weights of `layers`. Those for the backward pass are rounded at once in a network that is trained,
    /// while the weights are in the cache; a target network seldom needs them.
    func fill(from layers: [MLP.Layer]) {
        for (pairs, layer) in zip(forward, layers) { convert(layer.weight, BFloat16Epilogue(rows: nil, pairs: pairs)) }
        isBackwardStale = true
        if isTrained { fillBackward(from: layers) }
    }

    /// Returns Wᵀ of hidden layer `l`, which is not the first.
    func backward(_ l: Int, of layers: [MLP.Layer]) -> BFloat16Pairs {
        if isBackwardStale { fillBackward(from: layers) }
        return backward[l - 1]
    }

    private func fillBackward(from layers: [MLP.Layer]) {
        for (pairs, layer) in zip(backward, layers.dropFirst()) { convert(transposed: layer.weight, into: pairs) }
        isBackwardStale = false
    }
}
