import CKernels
package import Numerics

/// A critic's values of K actions in each of B states, forward and backward (CQL's sampled actions).
///
/// The state's part of the first layer is computed once per state, not once per action. The K·B rows are processed in
/// blocks of B, one action of every state, so that the result of one product is still in the cache for the next.
/// Critics of the same shape may share one object if each one's backward pass ends before the next one's forward pass.
package final class ActionSamples {
    /// Q(s_b, a_{k,b}) of the last `forward` [K × B].
    package let values: MatrixView
    private let batch: Int
    private let samples: Int
    private let storage: Matrix
    /// s·W_s + bias, the state's part of the first layer [B × width].
    private let stateFeatures: Matrix
    /// Activations of each hidden layer, all blocks in sequence [K·B × width]; in bfloat16 only those of the top layer.
    private let hidden: [Matrix]
    /// ∂L/∂(input of the layer's ReLU) of one block [B × width].
    private let hiddenGradient: [Matrix]
    /// The same gradient of the first layer, summed over each state's actions [B × width].
    private let stateGradient: Matrix
    /// What the hidden layers leave in bfloat16; nil in full precision.
    private let rounded: RoundedActionSamples?

    /// Makes buffers for `samples` actions in each of `batch` states through critics of `shape`, which has one output
    /// and no layer normalisation.
    ///
    /// - `actions`: the number of the critics' inputs that are actions, the last ones.
    package init(_ shape: MLP.Shape, actions: Int, batch: Int, samples: Int) {
        precondition(shape.outputs == 1 && !shape.layerNorm && samples > 0)
        self.batch = batch
        self.samples = samples
        storage = Matrix(samples, batch)
        values = storage.view
        stateFeatures = Matrix(batch, shape.hidden[0])
        rounded = RoundedActionSamples(shape, actions: actions, batch: batch, samples: samples)
        let lowest = shape.precision == .full ? 0 : shape.hidden.count - 1
        hidden = shape.hidden.enumerated().map { Matrix($0 < lowest ? 0 : samples * batch, $1) }
        hiddenGradient = shape.hidden.map { Matrix(batch, $0) }
        stateGradient = Matrix(batch, shape.hidden[0])
    }

    /// Computes `values`.
    ///
    /// - Parameters:
    ///   - states: [B × states].
    ///   - actions: [K·B × actions], row k·B + b being the k-th action in state b.
    package func forward(_ critic: MLP, states: MatrixView, actions: MatrixView) {
        let layers = critic.layers
        let (stateWeight, actionWeight) = ActionSamples.split(layers[0].weight, states: states.columns)
        let top = hidden.count - 1
        if let rounded {
            rounded.begin(states, (stateWeight, actionWeight), bias: layers[0].bias, into: stateFeatures.view)
        } else {
            multiply(states, stateWeight, into: stateFeatures.view, bias: layers[0].bias)
        }
        for k in 0..<samples {
            if let rounded {
                rounded.forward(
                    critic, k, block(actions, k), features: stateFeatures.view, into: block(hidden[top], k))
            } else {
                var x = block(hidden[0], k)
                multiply(block(actions, k), actionWeight, addingThenReLU: stateFeatures.view, into: x)
                for l in 1..<hidden.count {
                    let y = block(hidden[l], k)
                    multiply(x, layers[l].weight, into: y, bias: layers[l].bias, relu: true)
                    x = y
                }
            }
            multiply(block(hidden[top], k), vector: layers[top + 1].weight.pointer, into: values.row(k))
        }
        ab_add_bias(values.pointer, layers[top + 1].bias, values.count, 1)
    }

    /// Adds ∂L/∂parameters to the critic's gradients, after `forward` of the same states and actions.
    ///
    /// - Parameter valueGradient: ∂L/∂values [K × B], contiguous.
    package func addGradient(_ critic: MLP, states: MatrixView, actions: MatrixView, valueGradient: MatrixView) {
        let (gradients, top) = (critic.gradientLayers, hidden.count - 1)
        stateGradient.pointer.update(repeating: 0, count: stateGradient.count)
        let actionGradient = ActionSamples.split(gradients[0].weight, states: states.columns).action
        for k in 0..<samples {
            let (d, y) = (valueGradient.row(k), block(hidden[top], k))
            multiply(y.transposed, vector: d, into: gradients[top + 1].weight.pointer, accumulate: true)
            gradients[top + 1].bias[0] += Real(orderedSum(d, count: batch))
            if let rounded {
                rounded.addGradient(
                    critic, k, block(actions, k), valueGradient: d, top: y, actionGradient: actionGradient,
                    first: hiddenGradient[0].view)
            } else {
                addGradient(critic, k, valueGradient: d, top: y)
                multiply(
                    block(actions, k).transposed, hiddenGradient[0].view, into: actionGradient,
                    columnSums: gradients[0].bias, accumulate: true)
            }
            ab_add(stateGradient.pointer, hiddenGradient[0].pointer, stateGradient.count)
        }
        let weight = ActionSamples.split(gradients[0].weight, states: states.columns).state
        multiply(states.transposed, stateGradient.view, into: weight, accumulate: true)
    }

    /// Adds the gradients of the layers above the first, for the k-th action of every state.
    ///
    /// - `d`: ∂L/∂value of block k.
    /// - `y`: the activations of the top layer.
    private func addGradient(_ critic: MLP, _ k: Int, valueGradient d: UnsafePointer<Real>, top y: MatrixView) {
        let (layers, gradients, top) = (critic.layers, critic.gradientLayers, hidden.count - 1)
        let dy = hiddenGradient[top]
        ab_outer(d, layers[top + 1].weight.pointer, y.pointer, dy.pointer, y.rows, y.columns)
        for l in stride(from: top, to: 0, by: -1) {
            let (below, dAbove) = (block(hidden[l - 1], k), hiddenGradient[l].view)
            multiply(
                below.transposed, dAbove, into: gradients[l].weight, columnSums: gradients[l].bias, accumulate: true)
            multiply(dAbove, layers[l].weight.transposed, into: hiddenGradient[l - 1].view, where: below)
        }
    }

    private func block(_ matrix: Matrix, _ k: Int) -> MatrixView { block(matrix.view, k) }

    /// Rows k·B ..< (k + 1)·B.
    private func block(_ rows: MatrixView, _ k: Int) -> MatrixView {
        MatrixView(pointer: rows.row(k * batch), rows: batch, columns: rows.columns, stride: rows.stride)
    }

    /// Splits the rows of a first layer's weight into those of the state and those of the action.
    private static func split(_ weight: MatrixView, states: Int) -> (state: MatrixView, action: MatrixView) {
        func rows(_ range: Range<Int>) -> MatrixView {
            MatrixView(pointer: weight.row(range.lowerBound), rows: range.count, columns: weight.columns)
        }
        return (rows(0..<states), rows(states..<weight.rows))
    }
}
