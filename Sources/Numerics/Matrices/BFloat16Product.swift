import CKernels
import COneDNN
import Glibc

/// A row-major matrix in bfloat16 (the upper half of a float32) that owns its storage, zeroed and 64-byte aligned.
package final class BFloat16Matrix {
    /// The first dimension.
    package let rows: Int
    /// The second dimension.
    package let columns: Int
    /// The elements' bit patterns [rows · columns].
    package let pointer: UnsafeMutablePointer<UInt16>

    /// Makes a matrix of zeros.
    package init(_ rows: Int, _ columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        let numbers =
            (rows * columns * MemoryLayout<UInt16>.stride + MemoryLayout<Real>.stride - 1) / MemoryLayout<Real>.stride
        pointer = UnsafeMutableRawPointer(allocateAligned(numbers)).bindMemory(
            to: UInt16.self, capacity: rows * columns)
    }

    deinit { free(pointer) }

    /// Copies a contiguous matrix of the same shape, rounded to nearest.
    ///
    /// - `columnSums`: receives the sums of `matrix`'s columns, accumulated if `accumulate`: `columns` elements.
    package func round(_ matrix: MatrixView, columnSums: UnsafeMutablePointer<Real>? = nil, accumulate: Bool = false) {
        precondition(
            matrix.rows == rows && matrix.columns == columns && matrix.isContiguous, "shape of the matrix to round")
        ab_round_to_bfloat16(matrix.pointer, pointer, rows, columns, columnSums, accumulate ? 1 : 0)
    }
}

/// A product of matrices in bfloat16 with sums in float32, by oneDNN, prepared for one shape.
///
/// The bits of the result depend on the library's version and on the processor (its instructions, `Precision.library`, and
/// perhaps its caches, by which oneDNN blocks the product), not on which rank computes it.
package final class BFloat16Product {
    private let handle: OpaquePointer
    private let shape: ab_onednn_shape

    /// Prepares c = a·b: [rows × inner]·[inner × columns]. Traps if `Precision.bfloat16` has an `obstacle`.
    ///
    /// - `transposed`: the operand that is stored transposed, if any.
    /// - `accumulate`: whether the product is accumulated into c.
    /// - `hasBias`: whether a bias is added: c = a·b + bias.
    /// - `relu`: whether max(0, ·) follows, which turns NaN into 0.
    package init(
        rows: Int, columns: Int, inner: Int, transposed: Operand? = nil, accumulate: Bool = false,
        hasBias: Bool = false, relu: Bool = false
    ) {
        shape = ab_onednn_shape(
            m: rows, n: columns, k: inner, transpose_a: transposed == .first ? 1 : 0,
            transpose_b: transposed == .second ? 1 : 0, accumulate: accumulate ? 1 : 0, has_bias: hasBias ? 1 : 0,
            relu: relu ? 1 : 0)
        precondition(Precision.bfloat16.obstacle == nil, "bfloat16 is not available")
        guard let handle = ab_onednn_prepare(shape) else { preconditionFailure("out of memory: oneDNN") }
        self.handle = handle
    }

    deinit { ab_onednn_release(handle) }

    /// One of the two factors of a product.
    package enum Operand: Sendable {
        case first
        case second
    }

    /// Computes c = a·b for a contiguous c; traps if the shapes do not match.
    ///
    /// - `bias`: `c.columns` elements, given where the product was prepared with `hasBias`.
    package func multiply(
        _ a: BFloat16Matrix, _ b: BFloat16Matrix, bias: UnsafePointer<Real>? = nil, into c: MatrixView
    ) {
        precondition(c.rows == shape.m && c.columns == shape.n && c.isContiguous, "shape of a·b")
        precondition(a.rows * a.columns == shape.m * shape.k, "shape of a")
        precondition(b.rows * b.columns == shape.k * shape.n, "shape of b")
        precondition((bias != nil) == (shape.has_bias != 0), "a bias where one was announced")
        #if ACTIVE_BENCH_DOUBLE
            preconditionFailure("bfloat16 in double precision")
        #else
            let start = KernelProfile.begin()
            let status = ab_onednn_multiply(handle, a.pointer, b.pointer, bias, c.pointer)
            precondition(status == 0, "oneDNN: status \(status)")
            KernelProfile.end(
                start, "product in bfloat16", c.rows, c.columns, shape.k,
                numbers: (a.rows * a.columns + b.rows * b.columns) / 2 + c.count)
        #endif
    }
}
