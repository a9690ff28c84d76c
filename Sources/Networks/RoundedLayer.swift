import CKernels
import Numerics

/// The products of a layer between two hidden ones in bfloat16, for one batch shape.
///
/// Factors are rounded on their way in; sums, results and gradients of parameters are float32. What is rounded on the way
/// forward is kept for the way back.
final class RoundedLayer {
    private let input: BFloat16Matrix
    private let outputGradient: BFloat16Matrix
    /// ∂L/∂x before it goes through the ReLU below, where that one's activations are in its place.
    private let inputGradient: Matrix
    private let forwards: BFloat16Product
    private let weightGradient: BFloat16Product
    private let backwards: BFloat16Product

    /// - Parameters:
    ///   - rectified: whether bias and ReLU come right behind the product.
    ///   - adding: whether gradients of parameters are added to what is there.
    init(batch: Int, inputs: Int, outputs: Int, rectified: Bool, adding: Bool = false) {
        input = BFloat16Matrix(batch, inputs)
        outputGradient = BFloat16Matrix(batch, outputs)
        inputGradient = Matrix(batch, inputs)
        forwards = BFloat16Product(rows: batch, columns: outputs, inner: inputs, rectified: rectified)
        weightGradient = BFloat16Product(
            rows: inputs, columns: outputs, inner: batch, transposed: .first, adding: adding)
        backwards = BFloat16Product(rows: batch, columns: inputs, inner: outputs, transposed: .second)
        self.adding = adding
    }

    private let adding: Bool

    /// Those between the hidden layers of a network; none in full precision.
    static func layers(of shape: MLP.Shape, batch: Int, adding: Bool = false) -> [RoundedLayer] {
        guard shape.precision == .bfloat16 else { return [] }
        return zip(shape.hidden, shape.hidden.dropFirst()).map { inputs, outputs in
            RoundedLayer(batch: batch, inputs: inputs, outputs: outputs, rectified: !shape.layerNorm, adding: adding)
        }
    }

    /// y = max(0, x·W + bias), or x·W in a layer that is not `rectified`.
    func forward(_ x: MatrixView, _ weight: BFloat16Matrix, bias: UnsafePointer<Real>?, into y: MatrixView) {
        roundInput(x)
        forwards.multiply(input, weight, bias: bias, into: y)
    }

    /// Puts x in the place of what the last forward pass has kept.
    func roundInput(_ x: MatrixView) { input.round(x) }

    /// ∂L/∂W and ∂L/∂bias from dy = ∂L/∂y, for the x that was rounded last.
    func backward(_ dy: MatrixView, weight: MatrixView, bias: UnsafeMutablePointer<Real>) {
        outputGradient.round(dy, columnSums: bias, adding: adding)
        weightGradient.multiply(input, outputGradient, into: weight)
    }

    /// As much of `backward` as `backwardToInput` needs.
    func roundOutputGradient(_ dy: MatrixView) { outputGradient.round(dy) }

    /// ∂L/∂x of the dy that was rounded last, and 0 where `mask`, the activations of the layer below, is not above 0; dx may
    /// lie in their place.
    func backwardToInput(_ weight: BFloat16Matrix, into dx: MatrixView, where mask: MatrixView?) {
        guard let mask else { return backwards.multiply(outputGradient, weight, into: dx) }
        let product = mask.pointer == dx.pointer ? inputGradient.view : dx
        backwards.multiply(outputGradient, weight, into: product)
        ab_mask(product.pointer, mask.pointer, dx.pointer, dx.count)
    }
}
