import CKernels
package import Numerics

/// What a forward pass leaves behind for the backward pass, for one batch shape.
///
/// Networks of the same shape may share one tape if each one's backward pass ends before the next one's forward pass.
package final class Tape {
    /// y [batch × outputs] of the last forward pass.
    package let output: MatrixView
    let hidden: [MatrixView]
    /// The gradients of the backward pass, in the memory of `hidden` where the kernels allow it: a step then fits the
    /// L2 cache.
    let hiddenGradient: [MatrixView]
    let normalised: [MatrixView]
    let inverseDeviation: [MatrixView]
    /// Scratch memory for gradients of normalisations that are not needed (`MLP.backwardToInput`).
    let discarded: [MLP.Norm?]
    /// What the hidden layers leave in bfloat16; nil in full precision.
    let rounded: RoundedBuffers?
    private let storage: [Matrix]

    /// Makes buffers for `batch` samples through networks of `shape`.
    package init(_ shape: MLP.Shape, batch: Int) {
        var storage: [Matrix] = []
        func view(_ rows: Int, _ columns: Int) -> MatrixView {
            storage.append(Matrix(rows, columns))
            return storage[storage.count - 1].view
        }
        output = view(batch, shape.outputs)
        hidden = shape.hidden.map { view(batch, $0) }
        let takesTurns = !shape.layerNorm && (shape.hidden + [shape.outputs]).allSatisfy { $0 <= Int(AB_KC) }
        rounded = RoundedBuffers(shape, batch: batch)
        hiddenGradient = takesTurns ? hidden : shape.hidden.map { view(batch, $0) }
        normalised = shape.layerNorm ? shape.hidden.map { view(batch, $0) } : []
        inverseDeviation = shape.layerNorm ? shape.hidden.map { _ in view(1, batch) } : []
        discarded = shape.hidden.map { width in
            shape.layerNorm ? (view(1, width).pointer, view(1, width).pointer) : nil
        }
        self.storage = storage
    }
}
