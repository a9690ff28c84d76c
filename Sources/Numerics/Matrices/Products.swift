import CKernels
import COpenBLAS

/// A matrix that is a transposed operand of a product; nothing is copied.
package struct TransposedView {
    let matrix: MatrixView
}

extension MatrixView {
    /// This view, transposed, as an operand of `multiply`.
    package var transposed: TransposedView { TransposedView(matrix: self) }

    fileprivate var operand: ab_operand { ab_operand(values: pointer, row_stride: stride, column_stride: 1) }
}

extension TransposedView {
    fileprivate var operand: ab_operand {
        ab_operand(values: matrix.pointer, row_stride: 1, column_stride: matrix.stride)
    }
}

/// The number of columns of c from which our own kernel computes a·bᵀ; with fewer columns OpenBLAS is faster.
private let narrowestOwn = 5

/// The width in bytes of the vectors in which this processor computes products.
package let vectorBytes = ab_vector_bytes()

// Products of matrices are our own kernel: it finishes the elements of a layer while they are in registers, which no BLAS
// does, and gives them the same bits on every processor. See ab_gemm for the order of its sums.

/// c = a·b: [rows × inner]·[inner × columns]. Shapes that do not fit trap.
///
/// - `bias`: added to every row of the product, `b.columns` elements.
/// - `relu`: whether max(0, ·) is taken then; NaN stays.
package func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MatrixView, bias: UnsafePointer<Real>? = nil, relu: Bool = false
) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns, "shapes of a·b")
    var epilogue = ab_epilogue()
    epilogue.bias = bias
    epilogue.relu = relu ? 1 : 0
    multiply(a.operand, b.operand, into: c, inner: a.columns, epilogue)
}

/// c = max(0, a·b + bias), rounded to bfloat16; NaN stays. Shapes that do not fit trap, and sums over more than 256.
///
/// - `bias`: `b.columns` elements.
package func multiply(
    _ a: MatrixView, _ b: MatrixView, bias: UnsafePointer<Real>, roundedInto c: BFloat16Matrix
) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns, "shapes of a·b")
    precondition(a.columns > 0 && a.columns <= Int(AB_KC), "a sum over \(a.columns) that is rounded")
    var epilogue = ab_epilogue()
    epilogue.bias = bias
    epilogue.relu = 1
    epilogue.bfloat16_c = c.pointer
    ab_gemm(a.operand, b.operand, nil, c.columns, c.rows, c.columns, a.columns, epilogue)
}

/// c = max(0, a·b + addend), element by element; NaN stays. Shapes that do not fit trap.
package func multiply(_ a: MatrixView, _ b: MatrixView, addingThenReLU addend: MatrixView, into c: MatrixView) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns, "shapes of a·b")
    precondition(addend.rows == c.rows && addend.columns == c.columns, "shape of the addend")
    var epilogue = ab_epilogue()
    (epilogue.bias, epilogue.ldbias) = (UnsafePointer(addend.pointer), addend.stride)
    epilogue.relu = 1
    multiply(a.operand, b.operand, into: c, inner: a.columns, epilogue)
}

/// c = aᵀ·b, or c += aᵀ·b when `accumulate`: a [inner × rows], b [inner × columns]. Shapes that do not fit trap.
///
/// - `columnSums`: receives the column sums of b, `b.columns` elements; they are added to it if `accumulate`. If b is
///   the gradient of a layer's outputs and c that of its weights, they are the gradient of its bias.
package func multiply(
    _ a: TransposedView, _ b: MatrixView, into c: MatrixView, columnSums: UnsafeMutablePointer<Real>? = nil,
    accumulate: Bool = false
) {
    let inner = a.matrix.rows
    precondition(a.matrix.columns == c.rows && inner == b.rows && b.columns == c.columns, "shapes of aᵀ·b")
    var epilogue = ab_epilogue()
    epilogue.b_column_sums = columnSums
    epilogue.accumulate = accumulate ? 1 : 0
    multiply(a.operand, b.operand, into: c, inner: inner, epilogue)
}

/// c = a·bᵀ: a [rows × inner], b [columns × inner]. Shapes that do not fit trap.
///
/// - `mask`: shaped as c, which becomes 0 where it is not above 0: the backward pass of the ReLU that left `mask`.
package func multiply(_ a: MatrixView, _ b: TransposedView, into c: MatrixView, where mask: MatrixView? = nil) {
    precondition(
        a.rows == c.rows && a.columns == b.matrix.columns && b.matrix.rows == c.columns, "shapes of a·bᵀ")
    if mask == nil && c.columns < narrowestOwn {
        return multiplyByBLAS(CblasTrans, a, b.matrix, into: c, inner: a.columns)
    }
    var epilogue = ab_epilogue()
    if let mask {
        precondition(mask.pointer != c.pointer || a.columns <= Int(AB_KC), "a mask that the product overwrites")
        precondition(mask.rows == c.rows && mask.columns == c.columns, "shape of the mask of a·bᵀ")
        (epilogue.relu_mask, epilogue.ldmask) = (UnsafePointer(mask.pointer), mask.stride)
    }
    multiply(a.operand, b.operand, into: c, inner: a.columns, epilogue)
}

private func multiply(
    _ a: ab_operand, _ b: ab_operand, into c: MatrixView, inner: Int, _ epilogue: ab_epilogue
) {
    precondition(inner > 0, "a product over nothing")
    ab_gemm(a, b, c.pointer, c.stride, c.rows, c.columns, inner, epilogue)
}

/// y = a·x, a one-column product without the packing of a matrix product.
///
/// - `x`: `a.columns` elements.
/// - `y`: `a.rows` elements.
package func multiply(_ a: MatrixView, vector x: UnsafePointer<Real>, into y: UnsafeMutablePointer<Real>) {
    gemv(CblasNoTrans, a, x, y)
}

/// y = aᵀ·x, or y += aᵀ·x when `accumulate`.
///
/// - `x`: as many elements as the untransposed matrix has rows.
/// - `y`: as many elements as it has columns.
package func multiply(
    _ a: TransposedView, vector x: UnsafePointer<Real>, into y: UnsafeMutablePointer<Real>, accumulate: Bool = false
) {
    gemv(CblasTrans, a.matrix, x, y, accumulate: accumulate)
}

/// c = a·b by OpenBLAS: the yardstick of `active-bench bench`, and of the tests of `multiply`.
package func multiplyByBLAS(_ a: MatrixView, _ b: MatrixView, into c: MatrixView) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns, "shapes of a·b")
    multiplyByBLAS(CblasNoTrans, a, b, into: c, inner: a.columns)
}

private func multiplyByBLAS(
    _ order: CBLAS_TRANSPOSE, _ a: MatrixView, _ b: MatrixView, into c: MatrixView, inner: Int
) {
    let start = ab_profile_begin()
    #if ACTIVE_BENCH_DOUBLE
        cblas_dgemm(
            CblasRowMajor, CblasNoTrans, order, blasint(c.rows), blasint(c.columns), blasint(inner), 1, a.pointer,
            blasint(a.stride), b.pointer, blasint(b.stride), 0, c.pointer, blasint(c.stride))
    #else
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, order, blasint(c.rows), blasint(c.columns), blasint(inner), 1, a.pointer,
            blasint(a.stride), b.pointer, blasint(b.stride), 0, c.pointer, blasint(c.stride))
    #endif
    KernelProfile.end(start, "product by OpenBLAS", c.rows, c.columns, inner, numbers: a.count + b.count + c.count)
}

private func gemv(
    _ order: CBLAS_TRANSPOSE, _ a: MatrixView, _ x: UnsafePointer<Real>, _ y: UnsafeMutablePointer<Real>,
    accumulate: Bool = false
) {
    let start = ab_profile_begin()
    #if ACTIVE_BENCH_DOUBLE
        cblas_dgemv(
            CblasRowMajor, order, blasint(a.rows), blasint(a.columns), 1, a.pointer, blasint(a.stride), x, 1,
            accumulate ? 1 : 0, y, 1)
    #else
        cblas_sgemv(
            CblasRowMajor, order, blasint(a.rows), blasint(a.columns), 1, a.pointer, blasint(a.stride), x, 1,
            accumulate ? 1 : 0, y, 1)
    #endif
    let (rows, inner) = order == CblasNoTrans ? (a.rows, a.columns) : (a.columns, a.rows)
    KernelProfile.end(start, "matrix times vector", rows, 1, inner, numbers: a.count + rows + inner)
}
