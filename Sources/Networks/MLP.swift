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
        /// The precision of the hidden layers' products, which have nearly all of a step's multiplications.
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
    /// The weights in bfloat16, as of the last `roundWeights`; nil in full precision.
    private let roundedWeights: RoundedWeights?
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
        roundedWeights = RoundedWeights(shape, trainable: trainable)
    }

    /// Computes y = network(x): fills `tape`, whose `output` is y.
    ///
    /// - Parameters:
    ///   - input: [batch × inputs].
    ///   - dropout: which hidden units are kept; nil keeps all.
    ///   - isInputOnTape: whether the last pass on the tape, through any network, had the same input. In bfloat16 it is
    ///     then not rounded again.
    package func forward(
        _ input: MatrixView, _ tape: Tape, dropout: Dropout? = nil, isInputOnTape: Bool = false
    ) {
        forward(input, tape, dropout, isInputOnTape: isInputOnTape, isForBackward: true)
    }

    /// Computes y = network(x) where no backward pass follows: as `forward`, but in bfloat16 the tape is left without
    /// what only that pass would read.
    package func evaluate(_ input: MatrixView, _ tape: Tape, isInputOnTape: Bool = false) {
        forward(input, tape, nil, isInputOnTape: isInputOnTape, isForBackward: false)
    }

    private func forward(
        _ input: MatrixView, _ tape: Tape, _ dropout: Dropout?, isInputOnTape: Bool, isForBackward: Bool
    ) {
        if let rounded = tape.rounded {
            if !isInputOnTape { rounded.round(input) }
            forwardThroughHidden(tape, rounded, dropout, isForBackward: isForBackward)
        } else {
            for l in tape.hidden.indices { forwardThroughHidden(l, l == 0 ? input : tape.hidden[l - 1], tape, dropout) }
        }
        forwardThroughOutput(tape.hidden[tape.hidden.count - 1], tape)
    }

    /// Computes the activations of hidden layer `l` from those of the layer below, `x`.
    private func forwardThroughHidden(_ l: Int, _ x: MatrixView, _ tape: Tape, _ dropout: Dropout?) {
        let layer = layers[l]
        let bias = layer.norm == nil ? layer.bias : nil
        multiply(x, layer.weight, into: tape.hidden[l], bias: bias, relu: bias != nil)
        normaliseAndDrop(l, tape, dropout)
    }

    /// Finishes the activations of hidden layer `l`: normalises what its product has left, if it is a normalised layer,
    /// and drops units.
    func normaliseAndDrop(_ l: Int, _ tape: Tape, _ dropout: Dropout?) {
        let (layer, y) = (layers[l], tape.hidden[l])
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

    /// Fills the layer tensors of `gradients` from ∂L/∂y, after `forward` of the same input on the same tape. The tape
    /// is overwritten. Extra tensors are left as they are.
    ///
    /// - Parameters:
    ///   - outputGradient: [batch × outputs], contiguous.
    ///   - dropout: as in the forward pass.
    package func backward(_ input: MatrixView, _ tape: Tape, outputGradient: MatrixView, dropout: Dropout? = nil) {
        precondition(!gradientLayers.isEmpty, "a target network has no gradient")
        precondition(tape.rounded?.isForBackward ?? true, "a backward pass after `evaluate`")
        let last = layers.count - 1
        let (top, gradient) = (tape.hidden[last - 1], gradientLayers[last])
        if shape.outputs == 1 {
            multiply(top.transposed, vector: outputGradient.pointer, into: gradient.weight.pointer)
            ab_column_sums(outputGradient.pointer, gradient.bias, outputGradient.rows, 1)
        } else {
            multiply(top.transposed, outputGradient, into: gradient.weight, columnSums: gradient.bias)
        }
        for l in stride(from: last - 1, through: 0, by: -1) {
            let gradient = gradientLayers[l]
            if let rounded = tape.rounded {
                backwardThroughHidden(
                    l, tape, rounded, outputGradient, normInto: gradient.norm, dropout, bias: gradient.bias)
                let below = l == 0 ? rounded.inputPairs : rounded.activations[l - 1]
                multiply(transposed: below, rounded.gradients[l], into: gradient.weight)
            } else {
                backwardThroughHidden(l, tape, outputGradient, normInto: gradient.norm, dropout)
                let below = l == 0 ? input : tape.hidden[l - 1]
                multiply(below.transposed, tape.hiddenGradient[l], into: gradient.weight, columnSums: gradient.bias)
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
        precondition(tape.rounded?.isForBackward ?? true, "a backward pass after `evaluate`")
        for l in stride(from: layers.count - 2, through: 0, by: -1) {
            if let rounded = tape.rounded {
                backwardThroughHidden(
                    l, tape, rounded, outputGradient, normInto: tape.discarded[l], nil, bias: nil)
            } else {
                backwardThroughHidden(l, tape, outputGradient, normInto: tape.discarded[l], nil)
            }
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
        } else {
            multiply(
                isTop ? outputGradient : tape.hiddenGradient[l + 1], above.weight.transposed, into: dy, where: mask)
        }
        undropAndUnnormalise(l, tape, normInto: gradient, dropout)
    }

    /// Finishes the gradient at the dense part of hidden layer `l`: takes it backward through dropout and
    /// normalisation.
    func undropAndUnnormalise(_ l: Int, _ tape: Tape, normInto gradient: Norm?, _ dropout: Dropout?) {
        let (y, dy) = (tape.hidden[l], tape.hiddenGradient[l])
        // Where a unit was dropped y is 0, so the gradient is already masked; only the factor is left to apply.
        if let dropout { ab_scale(dy.pointer, dropout.factor, dy.count) }
        if let norm = layers[l].norm, let gradient {
            ab_layer_norm_relu_backward(
                dy.pointer, y.pointer, tape.normalised[l].pointer, tape.inverseDeviation[l].pointer, norm.scale,
                gradient.scale, gradient.shift, y.rows, y.columns)
        }
    }

    /// Rounds the hidden layers' weights to bfloat16 if they have changed; returns them, nil in full precision.
    @discardableResult
    func roundWeights() -> RoundedWeights? {
        guard let roundedWeights, parameters.isChanged else { return roundedWeights }
        roundedWeights.fill(from: layers)
        parameters.isChanged = false
        return roundedWeights
    }
}
