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
    private let accumulate: Bool
    /// x·W + bias without oneDNN's ReLU, which turns NaN into 0: for input that may be non-finite.
    private lazy var withoutReLU = BFloat16Product(
        rows: input.rows, columns: outputGradient.columns, inner: input.columns, hasBias: true)

    /// - Parameters:
    ///   - relu: whether bias and ReLU directly follow the product.
    ///   - accumulate: whether gradients of parameters are accumulated instead of overwritten.
    init(batch: Int, inputs: Int, outputs: Int, relu: Bool, accumulate: Bool = false) {
        input = BFloat16Matrix(batch, inputs)
        outputGradient = BFloat16Matrix(batch, outputs)
        forwards = BFloat16Product(
            rows: batch, columns: outputs, inner: inputs, hasBias: relu, relu: relu)
        weightGradient = BFloat16Product(
            rows: inputs, columns: outputs, inner: batch, transposed: .first, accumulate: accumulate)
        backwards = BFloat16Product(rows: batch, columns: inputs, inner: outputs, transposed: .second)
        self.accumulate = accumulate
    }

    /// Makes the layers between the hidden layers of a network; none in full precision.
    static func layers(of shape: MLP.Shape, batch: Int, accumulate: Bool = false) -> [RoundedLayer] {
        guard shape.precision == .bfloat16 else { return [] }
        return zip(shape.hidden, shape.hidden.dropFirst()).map { inputs, outputs in
            RoundedLayer(batch: batch, inputs: inputs, outputs: outputs, relu: !shape.layerNorm, accumulate: accumulate)
        }
    }

    /// Computes y = max(0, x·W + bias) for the x in `input`; x·W in a layer without `relu`.
    ///
    /// - Parameter isFinite: whether everything that y depends on is finite, so that no NaN can be lost.
    func forward(_ weight: BFloat16Matrix, bias: UnsafePointer<Real>?, isFinite: Bool, into y: MatrixView) {
        guard let bias, !isFinite else { return forwards.multiply(input, weight, bias: bias, into: y) }
        // oneDNN's ReLU turns NaN into 0; ours keeps NaN, by which divergence of a case is detected.
        withoutReLU.multiply(input, weight, bias: bias, into: y)
        ab_relu(y.pointer, y.count)
    }

    /// Computes ∂L/∂W and ∂L/∂bias from dy = ∂L/∂y, for the x in `input`.
    func backward(_ dy: MatrixView, weight: MatrixView, bias: UnsafeMutablePointer<Real>) {
        outputGradient.round(dy, columnSums: bias, accumulate: accumulate)
        weightGradient.multiply(input, outputGradient, into: weight)
    }

    /// Rounds dy = ∂L/∂y for `backwardToInput`, where `backward` is not called.
    func roundOutputGradient(_ dy: MatrixView) { outputGradient.round(dy) }

    /// Computes ∂L/∂x from the dy that was rounded last, masked by the ReLU that produced x if `relu`.
    func backwardToInput(_ weight: BFloat16Matrix, into dx: MatrixView, relu: Bool) {
        backwards.multiply(outputGradient, weight, into: dx)
        if relu { ab_relu_mask_bfloat16(dx.pointer, input.pointer, dx.count) }
    }
}
