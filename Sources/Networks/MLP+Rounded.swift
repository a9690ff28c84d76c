import CKernels
import Numerics

// The hidden layers in bfloat16. Where bias, ReLU or its mask follow a product directly, the result leaves the
// processor's registers in bfloat16 alone; a layer with normalisation or dropout is first finished in float32.
extension MLP {
    /// Computes the activations of all hidden layers from `buffers.input`: the top one in `tape`, the others in
    /// `buffers`, in pairs too if a backward pass will read them.
    func forwardThroughHidden(_ tape: Tape, _ buffers: RoundedBuffers, _ dropout: Dropout?, isForBackward: Bool) {
        guard let weights = roundWeights() else { preconditionFailure("a network in full precision") }
        buffers.isForBackward = isForBackward
        for l in tape.hidden.indices {
            let (layer, isTop, y) = (layers[l], l == tape.hidden.count - 1, tape.hidden[l])
            let isFinished = layer.norm == nil && dropout == nil
            let rounded =
                isTop
                ? BFloat16Epilogue()
                : BFloat16Epilogue(rows: buffers.rows[l], pairs: isForBackward ? buffers.activations[l] : nil)
            var epilogue = isFinished ? rounded : BFloat16Epilogue()
            if layer.norm == nil { (epilogue.bias, epilogue.relu) = (UnsafePointer(layer.bias), true) }
            if isTop || !isFinished { epilogue.result = y }
            multiply(l == 0 ? buffers.input : buffers.rows[l - 1], weights.forward[l], epilogue)
            guard !isFinished else { continue }
            normaliseAndDrop(l, tape, dropout)
            if !isTop { convert(y, rounded) }
        }
    }

    /// Computes the gradient at the dense part of hidden layer `l` from that of the layer above, and the gradients of
    /// its bias and its normalisation. `buffers` receives it; for l = 0 and without `bias`, `tape.hiddenGradient` does,
    /// from which the gradient of the network's input is computed.
    ///
    /// - `bias`: receives ∂L/∂bias; nil where no gradient of parameters is needed.
    func backwardThroughHidden(
        _ l: Int, _ tape: Tape, _ buffers: RoundedBuffers, _ outputGradient: MatrixView, normInto gradient: Norm?,
        _ dropout: Dropout?, bias: UnsafeMutablePointer<Real>?
    ) {
        let (above, dy, isTop) = (layers[l + 1], tape.hiddenGradient[l], l == layers.count - 2)
        let hasReLU = layers[l].norm == nil
        let isFinished = hasReLU && dropout == nil && (!isTop || shape.outputs == 1)
        var rounded = BFloat16Epilogue(
            rows: l > 0 ? buffers.rows[l] : nil, pairs: bias == nil ? nil : buffers.gradients[l])
        rounded.columnSums = bias
        var epilogue = isFinished ? rounded : BFloat16Epilogue()
        if !isFinished || l == 0 && bias == nil { epilogue.result = dy }
        if isTop && shape.outputs == 1 {
            if hasReLU { epilogue.mask = tape.hidden[l] }
            outer(outputGradient.pointer, above.weight.pointer, rows: dy.rows, columns: dy.columns, epilogue)
        } else if isTop {
            multiply(outputGradient, above.weight.transposed, into: dy, where: hasReLU ? tape.hidden[l] : nil)
        } else if let weights = roundWeights() {
            if hasReLU { epilogue.roundedMask = buffers.activations[l] }
            multiply(buffers.rows[l + 1], weights.backward(l + 1, of: layers), epilogue)
        }
        guard !isFinished else { return }
        undropAndUnnormalise(l, tape, normInto: gradient, dropout)
        if l > 0 || bias != nil { convert(dy, rounded) }
    }
}
