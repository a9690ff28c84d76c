import CKernels
import Numerics

/// A dense layer for one sample: y = b + W·x.
///
/// Sums are taken in the order of the inputs, so they are the same on every processor of one type. No BLAS is used:
/// its kernels are made for batches.
final class DenseLayer {
    /// The number of elements of x.
    let inputs: Int
    /// The number of elements of y; zero padding may follow them.
    let outputs: Int
    /// y of the last `forward`, `outputs` elements.
    var output: UnsafeMutablePointer<Real> { result.pointer }

    private let weights: Matrix
    private let bias: Matrix
    private let result: Matrix

    /// - Parameters:
    ///   - weight: W [outputs × inputs], row-major.
    ///   - bias: b, `outputs` elements.
    init(weight: [Float], bias: [Float]) {
        outputs = bias.count
        inputs = weight.count / max(1, bias.count)
        let group = Int(AB_DENSE_GROUP)
        let padded = (outputs + group - 1) / group * group
        weights = Matrix(vector: inputs * padded)
        self.bias = Matrix(vector: padded)
        result = Matrix(vector: padded)
        for j in 0..<outputs { self.bias[j] = Real(bias[j]) }
        ab_dense_pack(weights.pointer, weight, inputs, outputs)
    }

    /// Computes `output` from `x` (`inputs` elements), followed by a ReLU if `relu`; returns `output`.
    @discardableResult
    func forward(_ x: UnsafePointer<Real>, relu: Bool = false) -> UnsafePointer<Real> {
        ab_dense(result.pointer, x, weights.pointer, bias.pointer, inputs, bias.count)
        if relu { ab_relu(result.pointer, outputs) }
        return UnsafePointer(result.pointer)
    }

    /// Applies tanh to `output`.
    func squash() { ab_tanh_each(result.pointer, result.pointer, outputs) }
}
