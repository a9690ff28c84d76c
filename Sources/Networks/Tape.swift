import CKernels
package import Numerics

/// What a forward pass leaves behind for the backward pass, for one batch shape.
///
/// Networks of the same shape may take turns on one tape when each is stepped before the next runs forward.
package final class Tape {
    /// y [batch × outputs] of the last forward pass.
    package let output: MatrixView
    let hidden: [MatrixView]
    /// On the way back, in the memory of `hidden` where the kernels can do with that: a step then fits the second-level cache.
    let hiddenGradient: [MatrixView]
    let normalised: [MatrixView]
    let inverseDeviation: [MatrixView]
    /// Where gradients of normalisations go that nobody wants (`MLP.backwardToInput`).
    let discarded: [MLP.Norm?]
    /// The products of hidden layers 1, 2, … in bfloat16; none in full precision.
    private let roundedLayers: [RoundedLayer]
    private let storage: [Matrix]

    /// Buffers for `batch` samples through networks of `shape`.
    package init(_ shape: MLP.Shape, batch: Int) {
        var storage: [Matrix] = []
        func view(_ rows: Int, _ columns: Int) -> MatrixView {
            storage.append(Matrix(rows, columns))
            return storage[storage.count - 1].view
        }
        output = view(batch, shape.outputs)
        hidden = shape.hidden.map { view(batch, $0) }
        let takesTurns = !shape.layerNorm && (shape.hidden + [shape.outputs]).allSatisfy { $0 <= Int(AB_PANEL_ROWS) }
        roundedLayers = RoundedLayer.layers(of: shape, batch: batch)
        hiddenGradient = takesTurns ? hidden : shape.hidden.map { view(batch, $0) }
        normalised = shape.layerNorm ? shape.hidden.map { view(batch, $0) } : []
        inverseDeviation = shape.layerNorm ? shape.hidden.map { _ in view(1, batch) } : []
        discarded = shape.hidden.map { width in
            shape.layerNorm ? (view(1, width).pointer, view(1, width).pointer) : nil
        }
        self.storage = storage
    }

    /// The products of hidden layer `l` where they are taken in bfloat16.
    func rounded(_ l: Int) -> RoundedLayer? { l > 0 && l <= roundedLayers.count ? roundedLayers[l - 1] : nil }
}
