import Numerics

/// The matrices in bfloat16 of `ActionSamples`, and its passes through the hidden layers with them.
///
/// States and actions, the network's input, are sums of two bfloat16 in the forward pass, so that they keep their
/// digits.
final class RoundedActionSamples {
    private let states: BFloat16Rows
    private let actions: BFloat16Rows
    private let actionPairs: BFloat16Pairs
    /// The rows of the first layer's weight that belong to the state, and those of the action.
    private let stateWeight, actionWeight: BFloat16Pairs
    /// By rows, y of each hidden layer and ∂L/∂y of one block, as in `RoundedBuffers`.
    private let rows: [BFloat16Rows]
    /// y in pairs of the hidden layers below the top, for each of the K blocks.
    private let activations: [[BFloat16Pairs]]
    /// ∂L/∂(input of the ReLU) in pairs, of each hidden layer of one block.
    private let gradients: [BFloat16Pairs]

    /// Makes buffers for `samples` blocks of `batch` rows; nil in full precision.
    ///
    /// - `actions`: the number of the network's inputs that are actions, the last ones.
    init?(_ shape: MLP.Shape, actions count: Int, batch: Int, samples: Int) {
        guard shape.precision != .full else { return nil }
        let (parts, below) = (shape.precision.parts, shape.hidden.dropLast())
        states = BFloat16Rows(batch, shape.inputs - count, parts: 2)
        actions = BFloat16Rows(batch, count, parts: 2)
        actionPairs = BFloat16Pairs(batch, count, parts: parts)
        stateWeight = BFloat16Pairs(shape.inputs - count, shape.hidden[0], parts: parts)
        actionWeight = BFloat16Pairs(count, shape.hidden[0], parts: parts)
        rows = RoundedBuffers.rows(shape, batch: batch)
        activations = (0..<samples).map { _ in below.map { BFloat16Pairs(batch, $0, parts: parts) } }
        gradients = shape.hidden.map { BFloat16Pairs(batch, $0, parts: parts) }
    }

    /// Computes `features` = s·W_s + bias, and rounds W_a for `forward`.
    ///
    /// - `weight`: W_s and W_a.
    func begin(
        _ input: MatrixView, _ weight: (state: MatrixView, action: MatrixView), bias: UnsafePointer<Real>,
        into features: MatrixView
    ) {
        convert(input, BFloat16Epilogue(rows: states, pairs: nil))
        convert(weight.state, BFloat16Epilogue(rows: nil, pairs: stateWeight))
        convert(weight.action, BFloat16Epilogue(rows: nil, pairs: actionWeight))
        var epilogue = BFloat16Epilogue()
        (epilogue.bias, epilogue.result) = (bias, features)
        multiply(states, stateWeight, epilogue)
    }

    /// Computes the top layer's activations of block `k`, after `begin`.
    ///
    /// - `input`: the block's actions.
    /// - `top`: receives the activations.
    func forward(_ critic: MLP, _ k: Int, _ input: MatrixView, features: MatrixView, into top: MatrixView) {
        guard let weights = critic.roundWeights() else { preconditionFailure("a network in full precision") }
        convert(input, BFloat16Epilogue(rows: actions, pairs: nil))
        for l in gradients.indices {
            var epilogue = BFloat16Epilogue()
            epilogue.relu = true
            if l == 0 { epilogue.addend = features } else { epilogue.bias = UnsafePointer(critic.layers[l].bias) }
            if l == gradients.count - 1 {
                epilogue.result = top
            } else {
                (epilogue.rows, epilogue.pairs) = (rows[l], activations[k][l])
            }
            multiply(l == 0 ? actions : rows[l - 1], l == 0 ? actionWeight : weights.forward[l], epilogue)
        }
    }

    /// Adds the gradients of the hidden layers of block `k` to the critic's, but not W_s's.
    ///
    /// - `input`: the block's actions.
    /// - `valueGradient`: ∂L/∂value of the block.
    /// - `top`: the activations that `forward` has left.
    /// - `actionGradient`: ∂L/∂W_a.
    /// - `first`: receives the gradient at the dense part of the first layer.
    func addGradient(
        _ critic: MLP, _ k: Int, _ input: MatrixView, valueGradient: UnsafePointer<Real>, top: MatrixView,
        actionGradient: MatrixView, first: MatrixView
    ) {
        guard let weights = critic.roundWeights() else { preconditionFailure("a network in full precision") }
        let last = gradients.count - 1
        for l in stride(from: last, through: 0, by: -1) {
            var epilogue = BFloat16Epilogue(rows: l > 0 ? rows[l] : nil, pairs: gradients[l])
            (epilogue.columnSums, epilogue.accumulatesSums) = (critic.gradientLayers[l].bias, true)
            if l == 0 { epilogue.result = first }
            if l == last {
                epilogue.mask = top
                let weight = critic.layers[l + 1].weight.pointer
                outer(valueGradient, weight, rows: top.rows, columns: top.columns, epilogue)
            } else {
                epilogue.roundedMask = activations[k][l]
                multiply(rows[l + 1], weights.backward(l + 1, of: critic.layers), epilogue)
            }
            if l > 0 {
                multiply(
                    transposed: activations[k][l - 1], gradients[l], into: critic.gradientLayers[l].weight,
                    accumulate: true)
            }
        }
        convert(input, BFloat16Epilogue(rows: nil, pairs: actionPairs))
        multiply(transposed: actionPairs, gradients[0], into: actionGradient, accumulate: true)
    }
}
