import CKernels
import Numerics

/// The products of a layer between two hidden ones in bfloat16, for one batch shape.
///
/// Inputs of each product are rounded; sums, results and gradients of parameters are float32. The rounded input of the
/// forward pass is kept for the backward pass.
final class RoundedLayer {
    /// x, the activations of the layer below.
    let input: BFloat16Matrix
    private let outputGradient: BFloat16Matrix
    private let forwards: BFloat16Product
    private let weightGradient: BFloat16Product
    private let backwards: BFloat16Product
    private let adding: Bool
    /// x·W + bias without oneDNN's ReLU, which turns NaN into 0: for input that may be non-finite.
    private lazy var unrectified = BFloat16Product(
        rows: input.rows, columns: outputGradient.columns, inner: input.columns, biased: true)

    /// - Parameters:
    ///   - rectified: whether bias and ReLU directly follow the product.
    ///   - adding: whether gradients of parameters are accumulated instead of overwritten.
    init(batch: Int, inputs: Int, outputs: Int, rectified: Bool, adding: Bool = false) {
        input = BFloat16Matrix(batch, inputs)
        outputGradient = BFloat16Matrix(batch, outputs)
        forwards = BFloat16Product(
            rows: batch, columns: outputs, inner: inputs, biased: rectified, rectified: rectified)
        weightGradient = BFloat16Product(
            rows: inputs, columns: outputs, inner: batch, transposed: .first, adding: adding)
        backwards = BFloat16Product(rows: batch, columns: inputs, inner: outputs, transposed: .second)
        self.adding = adding
    }

    /// Makes the layers between the hidden layers of a network; none in full precision.
    static func layers(of shape: MLP.Shape, batch: Int, adding: Bool = false) -> [RoundedLayer] {
        guard shape.precision == .bfloat16 else { return [] }
        return zip(shape.hidden, shape.hidden.dropFirst()).map { inputs, outputs in
            RoundedLayer(batch: batch, inputs: inputs, outputs: outputs, rectified: !shape.layerNorm, adding: adding)
        }
    }

    /// Computes y = max(0, x·W + bias) for the x in `input`; x·W in a layer that is not rectified.
    ///
    /// - Parameter isFinite: whether everything that y depends on is finite, so that no NaN can be lost.
    func forward(_ weight: BFloat16Matrix, bias: UnsafePointer<Real>?, isFinite: Bool, into y: MatrixView) {
        guard let bias, !isFinite else { return forwards.multiply(input, weight, bias: bias, into: y) }
        // oneDNN's ReLU turns NaN into 0; ours keeps NaN, by which divergence of a case is detected.
        unrectified.multiply(input, weight, bias: bias, into: y)
        ab_relu(y.pointer, y.count)
    }

    /// Computes ∂L/∂W and ∂L/∂bias from dy = ∂L/∂y, for the x in `input`.
    func backward(_ dy: MatrixView, weight: MatrixView, bias: UnsafeMutablePointer<Real>) {
        outputGradient.round(dy, columnSums: bias, adding: adding)
        weightGradient.multiply(input, outputGradient, into: weight)
    }

    /// Rounds dy = ∂L/∂y for `backwardToInput`, where `backward` is not called.
    func roundOutputGradient(_ dy: MatrixView) { outputGradient.round(dy) }

    /// Computes ∂L/∂x from the dy that was rounded last, masked by the ReLU that produced x if `rectified`.
    func backwardToInput(_ weight: BFloat16Matrix, into dx: MatrixView, rectified: Bool) {
        backwards.multiply(outputGradient, weight, into: dx)
        if rectified { ab_mask(dx.pointer, input.pointer, dx.count) }
    }
}
