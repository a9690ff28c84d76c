import CKernels
import Glibc
import Numerics

/// A dense layer for one sample: y = b + W·x.
///
/// Its sums are taken in the order of the inputs, so they are the same on every processor of a kind and with any BLAS
/// kernels, which are made for batches.
final class DenseLayer {
    /// Elements of x.
    let inputs: Int
    /// Elements of y that mean something; zeros may follow.
    let outputs: Int
    /// y, `outputs` elements.
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

    /// Takes `x`, `inputs` elements, through the layer, and through a ReLU if it is `rectified`; returns `output`.
    @discardableResult
    func forward(_ x: UnsafePointer<Real>, rectified: Bool = false) -> UnsafePointer<Real> {
        ab_dense(result.pointer, x, weights.pointer, bias.pointer, inputs, bias.count)
        if rectified { ab_relu(result.pointer, outputs) }
        return UnsafePointer(result.pointer)
    }

    /// Takes `output` through a hyperbolic tangent.
    func squash() {
        for j in 0..<outputs { result[j] = tanh(result[j]) }
    }
}
