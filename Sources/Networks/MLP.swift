import CKernels
package import Numerics

/// A multilayer perceptron: dense layers with ReLU, optionally layer-normalised before the ReLU, and a linear output.
///
/// The forward pass leaves on a `Tape` what the backward pass needs; the gradient goes to `gradients`. One-output
/// networks (Q and V) use matrix-vector products for their last layer, as a matrix product is slow at a width of one.
package final class MLP {
    /// The architecture of a network.
    package struct Shape: Sendable, Equatable {
        /// The number of inputs: S, or S + A for a critic.
        package var inputs: Int
        /// Widths of the hidden layers, the one next to the input first.
        package var hidden: [Int]
        /// The number of outputs: 1 for Q and V, A or 2A for a policy.
        package var outputs: Int
        /// Layer normalisation after the dense part of each hidden layer (value networks of SQL).
        package var layerNorm: Bool
        /// The precision of the products between hidden layers, which have nearly all of a step's multiplications.
        package var precision: Precision

        /// Traps unless there is a hidden layer and every width is positive.
        package init(
            inputs: Int, hidden: [Int], outputs: Int, layerNorm: Bool = false, precision: Precision = .full
        ) {
            precondition(inputs > 0 && outputs > 0 && !hidden.isEmpty && hidden.allSatisfy { $0 > 0 })
            self.inputs = inputs
            self.hidden = hidden
            self.outputs = outputs
            self.layerNorm = layerNorm
            self.precision = precision
        }
    }

    /// ε of layer normalisation, as in Flax; PyTorch ports use 1e-5.
    package static let layerNormEpsilon: Real = 1e-6

    /// The architecture; a `Tape` for this network is made for the same one.
    package let shape: Shape
    /// The tensors of all layers, `fc0/weight` to `out/bias`, and the extra ones behind them.
    package let parameters: ParameterBlock
    /// ∂L/∂parameters of the last `backward`; absent in a network that only follows another (a target).
    package let gradients: ParameterBlock?
    let layers: [Layer]
    let gradientLayers: [Layer]
    /// The weights between hidden layers in bfloat16, as of the last `roundWeights`; empty in full precision.
    private let roundedWeights: [BFloat16Matrix]
    /// Whether all parameters were finite at the last `roundWeights`.
    private(set) var parametersAreFinite = true
    /// Scratch memory for the transposed weight of a narrow output layer.
    private let transposedWeight: Matrix?

    /// Makes a network whose parameters are zero.
    ///
    /// - `extra`: further trainable tensors kept in the same block (the policy's `log_std`).
    /// - `trainable`: whether it gets a gradient.
    package init(_ shape: Shape, extra: [(name: String, shape: [Int])] = [], trainable: Bool = true) {
        self.shape = shape
        parameters = ParameterBlock(MLP.tensors(of: shape) + extra)
        gradients = trainable ? ParameterBlock(like: parameters) : nil
        layers = MLP.layers(of: shape, in: parameters)
        // With 2 to 4 columns the product a·bᵀ, which has a kernel of its own, is four times as fast as a·b.
        transposedWeight =
            (2...4).contains(shape.outputs) ? Matrix(shape.outputs, shape.hidden[shape.hidden.count - 1]) : nil
        gradientLayers = gradients.map { MLP.layers(of: shape, in: $0) } ?? []
        roundedWeights =
            shape.precision == .full ? [] : zip(shape.hidden, shape.hidden.dropFirst()).map { BFloat16Matrix($0, $1) }
    }

    /// Computes y = network(x): fills `tape`, whose `output` is y.
    ///
    /// - Parameters:
    ///   - input: [batch × inputs].
    ///   - dropout: which hidden units are kept; nil keeps all.
    package func forward(_ input: MatrixView, _ tape: Tape, dropout: Dropout? = nil) {
        roundWeights()
        let isFinite = shape.precision == .full || parametersAreFinite && input.isFinite
        var (x, next) = (input, 0)
        if dropout == nil, let rounded = tape.rounded(1), leavesFirstRounded {
            // Only the next product reads the first activations, so they are stored in bfloat16 alone.
            multiply(input, layers[0].weight, bias: layers[0].bias, roundedInto: rounded.input)
            rounded.forward(roundedWeights[0], bias: layers[1].bias, isFinite: isFinite, into: tape.hidden[1])
            (x, next) = (tape.hidden[1], 2)
        }
        for l in next..<layers.count - 1 {
            forwardThroughHidden(l, x, tape, isFinite, dropout)
            x = tape.hidden[l]
        }
        forwardThroughOutput(x, tape)
    }

    /// Computes the activations of hidden layer `l` from those of the layer below, `x`.
    private func forwardThroughHidden(
        _ l: Int, _ x: MatrixView, _ tape: Tape, _ isFinite: Bool, _ dropout: Dropout?
    ) {
        let (layer, y) = (layers[l], tape.hidden[l])
        let bias = layer.norm == nil ? layer.bias : nil
        if let rounded = tape.rounded(l) {
            rounded.input.round(x)
            rounded.forward(roundedWeights[l - 1], bias: bias, isFinite: isFinite, into: y)
        } else {
            multiply(x, layer.weight, into: y, bias: bias, relu: bias != nil)
        }
        if let norm = layer.norm {
            ab_layer_norm_relu(
                y.pointer, layer.bias, norm.scale, norm.shift, tape.normalised[l].pointer,
                tape.inverseDeviation[l].pointer, MLP.layerNormEpsilon, y.rows, y.columns)
        }
        if let dropout { ab_dropout(y.pointer, dropout.masks[l].pointer, dropout.factor, y.count) }
    }

    private func forwardThroughOutput(_ x: MatrixView, _ tape: Tape) {
        let last = layers[layers.count - 1]
        if shape.outputs == 1 {
            multiply(x, vector: last.weight.pointer, into: tape.output.pointer)
            ab_add_bias(tape.output.pointer, last.bias, tape.output.rows, 1)
        } else if let transposedWeight {
            transpose(last.weight, into: transposedWeight.view)
            multiply(x, transposedWeight.view.transposed, into: tape.output)
            ab_add_bias(tape.output.pointer, last.bias, tape.output.rows, tape.output.columns)
        } else {
            multiply(x, last.weight, into: tape.output, bias: last.bias)
        }
    }

    /// Fills the layer tensors of `gradients` from ∂L/∂y, after `forward` of the same input on the same tape. The tape is
    /// overwritten. Extra tensors are left as they are.
    ///
    /// - Parameters:
    ///   - outputGradient: [batch × outputs], contiguous.
    ///   - dropout: as in the forward pass.
    package func backward(_ input: MatrixView, _ tape: Tape, outputGradient: MatrixView, dropout: Dropout? = nil) {
        precondition(!gradientLayers.isEmpty, "a target network has no gradient")
        let last = layers.count - 1
        let (top, gradient) = (tape.hidden[last - 1], gradientLayers[last])
        if shape.outputs == 1 {
            multiply(top.transposed, vector: outputGradient.pointer, into: gradient.weight.pointer)
            ab_column_sums(outputGradient.pointer, gradient.bias, outputGradient.rows, 1)
        } else {
            multiply(top.transposed, outputGradient, into: gradient.weight, columnSums: gradient.bias)
        }
        for l in stride(from: last - 1, through: 0, by: -1) {
            backwardThroughHidden(l, tape, outputGradient, normInto: gradientLayers[l].norm, dropout)
            let (dy, gradient) = (tape.hiddenGradient[l], gradientLayers[l])
            if let rounded = tape.rounded(l) {
                rounded.backward(dy, weight: gradient.weight, bias: gradient.bias)
            } else {
                let below = l == 0 ? input : tape.hidden[l - 1]
                multiply(below.transposed, dy, into: gradient.weight, columnSums: gradient.bias)
            }
        }
    }

    /// Computes ∂L/∂x for some of the inputs from ∂L/∂y, after `forward` on the same tape, but no parameter gradient.
    /// The tape is overwritten.
    ///
    /// - Parameters:
    ///   - outputGradient: [batch × outputs], contiguous.
    ///   - inputs: the range of inputs to differentiate by (the actions of a critic).
    ///   - inputGradient: [batch × inputs.count].
    package func backwardToInput(
        _ tape: Tape, outputGradient: MatrixView, inputs: Range<Int>, into inputGradient: MatrixView
    ) {
        for l in stride(from: layers.count - 2, through: 0, by: -1) {
            backwardThroughHidden(l, tape, outputGradient, normInto: tape.discarded[l], nil)
            tape.rounded(l)?.roundOutputGradient(tape.hiddenGradient[l])
        }
        let first = layers[0].weight
        let rows = MatrixView(pointer: first.row(inputs.lowerBound), rows: inputs.count, columns: first.columns)
        multiply(tape.hiddenGradient[0], rows.transposed, into: inputGradient)
    }

    /// Computes the gradient at the dense part of hidden layer `l` (in `tape.hiddenGradient[l]`) from that of the layer
    /// above, and the gradient of its normalisation's parameters.
    private func backwardThroughHidden(
        _ l: Int, _ tape: Tape, _ outputGradient: MatrixView, normInto gradient: Norm?, _ dropout: Dropout?
    ) {
        let y = tape.hidden[l]
        let dy = tape.hiddenGradient[l]
        let above = layers[l + 1]
        let isTop = l == layers.count - 2
        // The backward pass through a normalisation includes the ReLU.
        let mask = layers[l].norm == nil ? y : nil
        if isTop && shape.outputs == 1 {
            ab_outer(outputGradient.pointer, above.weight.pointer, mask?.pointer, dy.pointer, dy.rows, dy.columns)
        } else if let rounded = tape.rounded(l + 1) {
            rounded.backwardToInput(roundedWeights[l], into: dy, relu: mask != nil)
        } else {
            multiply(
                isTop ? outputGradient : tape.hiddenGradient[l + 1], above.weight.transposed, into: dy, where: mask)
        }
        // Where a unit was dropped y is 0, so the gradient is already masked; only the factor is left to apply.
        if let dropout { ab_scale(dy.pointer, dropout.factor, dy.count) }
        if let norm = layers[l].norm, let gradient {
            ab_layer_norm_relu_backward(
                dy.pointer, y.pointer, tape.normalised[l].pointer, tape.inverseDeviation[l].pointer, norm.scale,
                gradient.scale, gradient.shift, y.rows, y.columns)
        }
    }

    /// Rounds the weights into hidden layers 1, 2, … to bfloat16 if they have changed; returns them, none in full precision.
    @discardableResult
    func roundWeights() -> [BFloat16Matrix] {
        guard !roundedWeights.isEmpty, parameters.isChanged else { return roundedWeights }
        for (rounded, layer) in zip(roundedWeights, layers.dropFirst()) { rounded.round(layer.weight) }
        parametersAreFinite = parameters.isFinite
        parameters.isChanged = false
        return roundedWeights
    }

    /// Whether the first activations may be passed to the second layer in bfloat16 alone.
    private var leavesFirstRounded: Bool { !shape.layerNorm && shape.inputs <= Int(AB_KC) }
}
