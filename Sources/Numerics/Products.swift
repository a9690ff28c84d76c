import CKernels
import COpenBLAS

/// A matrix that is a transposed factor of a product; nothing is copied.
package struct TransposedView {
    let matrix: MatrixView
}

extension MatrixView {
    /// This view, transposed, as a factor of `multiply`.
    package var transposed: TransposedView { TransposedView(matrix: self) }

    fileprivate var factor: ab_factor { ab_factor(values: pointer, row: stride, column: 1) }
}

extension TransposedView {
    fileprivate var factor: ab_factor { ab_factor(values: matrix.pointer, row: 1, column: matrix.stride) }
}

/// The number of columns of c from which our own kernel computes a·bᵀ; with fewer columns OpenBLAS is faster.
private let narrowestOwn = 5

/// The width in bytes of the vectors in which this processor computes products.
package let vectorBytes = ab_vector_bytes()

// Products of matrices are our own kernel: it finishes the elements of a layer while they are in registers, which no BLAS
// does, and gives them the same bits on every processor. See ab_multiply for the order of its sums.

/// c = a·b: [rows × inner]·[inner × columns]. Shapes that do not fit trap.
///
/// - Parameters:
///   - bias: added to every row of the product, `b.columns` elements.
///   - rectified: whether max(0, ·) is taken then; NaN stays.
package func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MatrixView, bias: UnsafePointer<Real>? = nil, rectified: Bool = false
) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns, "shapes of a·b")
    var finish = ab_finish()
    finish.addend = bias
    finish.rectified = rectified ? 1 : 0
    multiply(a.factor, b.factor, into: c, inner: a.columns, finish)
}

/// c = max(0, a·b + bias), rounded to bfloat16; NaN stays. Shapes that do not fit trap, and sums over more than 256.
///
/// - Parameter bias: `b.columns` elements.
package func multiply(
    _ a: MatrixView, _ b: MatrixView, bias: UnsafePointer<Real>, roundedInto c: BFloat16Matrix
) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns, "shapes of a·b")
    precondition(a.columns > 0 && a.columns <= Int(AB_PANEL_ROWS), "a sum over \(a.columns) that is rounded")
    var finish = ab_finish()
    finish.addend = bias
    finish.rectified = 1
    finish.rounded = c.pointer
    ab_multiply(a.factor, b.factor, nil, c.columns, c.rows, c.columns, a.columns, finish)
}

/// c = max(0, a·b + addend), element by element; NaN stays. Shapes that do not fit trap.
package func multiply(_ a: MatrixView, _ b: MatrixView, rectifiedWith addend: MatrixView, into c: MatrixView) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns, "shapes of a·b")
    precondition(addend.rows == c.rows && addend.columns == c.columns, "shape of what is added to a·b")
    var finish = ab_finish()
    (finish.addend, finish.addend_row) = (UnsafePointer(addend.pointer), addend.stride)
    finish.rectified = 1
    multiply(a.factor, b.factor, into: c, inner: a.columns, finish)
}

/// c = aᵀ·b, or c += aᵀ·b when `adding`: a [inner × rows], b [inner × columns]. Shapes that do not fit trap.
///
/// - Parameter columnSums: receives the sums of b's columns, or is added them: `b.columns` elements. Where b is the gradient
///   of a layer and c that of its weights, this is its bias's.
package func multiply(
    _ a: TransposedView, _ b: MatrixView, into c: MatrixView, columnSums: UnsafeMutablePointer<Real>? = nil,
    adding: Bool = false
) {
    let inner = a.matrix.rows
    precondition(a.matrix.columns == c.rows && inner == b.rows && b.columns == c.columns, "shapes of aᵀ·b")
    var finish = ab_finish()
    finish.column_sums = columnSums
    finish.adding = adding ? 1 : 0
    multiply(a.factor, b.factor, into: c, inner: inner, finish)
}

/// c = a·bᵀ: a [rows × inner], b [columns × inner]. Shapes that do not fit trap.
///
/// - Parameter mask: shaped as c, which becomes 0 where it is not above 0: the way back through a ReLU that left `mask`.
package func multiply(_ a: MatrixView, _ b: TransposedView, into c: MatrixView, where mask: MatrixView? = nil) {
    precondition(
        a.rows == c.rows && a.columns == b.matrix.columns && b.matrix.rows == c.columns, "shapes of a·bᵀ")
    if mask == nil && c.columns < narrowestOwn {
        return multiplyByBLAS(CblasTrans, a, b.matrix, into: c, inner: a.columns)
    }
    var finish = ab_finish()
    if let mask {
        precondition(mask.pointer != c.pointer || a.columns <= Int(AB_PANEL_ROWS), "a mask that the product overwrites")
        precondition(mask.rows == c.rows && mask.columns == c.columns, "shape of the mask of a·bᵀ")
        (finish.mask, finish.mask_row) = (UnsafePointer(mask.pointer), mask.stride)
    }
    multiply(a.factor, b.factor, into: c, inner: a.columns, finish)
}

private func multiply(
    _ a: ab_factor, _ b: ab_factor, into c: MatrixView, inner: Int, _ finish: ab_finish
) {
    precondition(inner > 0, "a product over nothing")
    ab_multiply(a, b, c.pointer, c.stride, c.rows, c.columns, inner, finish)
}

/// y = a·x, a one-column product without the packing of a matrix product.
///
/// - Parameters:
///   - x: `a.columns` elements.
///   - y: `a.rows` elements.
package func multiply(_ a: MatrixView, vector x: UnsafePointer<Real>, into y: UnsafeMutablePointer<Real>) {
    gemv(CblasNoTrans, a, x, y)
}

/// y = aᵀ·x, or y += aᵀ·x when `adding`.
///
/// - Parameters:
///   - x: as many elements as the untransposed matrix has rows.
///   - y: as many elements as it has columns.
package func multiply(
    _ a: TransposedView, vector x: UnsafePointer<Real>, into y: UnsafeMutablePointer<Real>, adding: Bool = false
) {
    gemv(CblasTrans, a.matrix, x, y, adding: adding)
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
    Profile.end(start, "product by OpenBLAS", c.rows, c.columns, inner, numbers: a.count + b.count + c.count)
}

private func gemv(
    _ order: CBLAS_TRANSPOSE, _ a: MatrixView, _ x: UnsafePointer<Real>, _ y: UnsafeMutablePointer<Real>,
    adding: Bool = false
) {
    let start = ab_profile_begin()
    #if ACTIVE_BENCH_DOUBLE
        cblas_dgemv(
            CblasRowMajor, order, blasint(a.rows), blasint(a.columns), 1, a.pointer, blasint(a.stride), x, 1,
            adding ? 1 : 0, y, 1)
    #else
        cblas_sgemv(
            CblasRowMajor, order, blasint(a.rows), blasint(a.columns), 1, a.pointer, blasint(a.stride), x, 1,
            adding ? 1 : 0, y, 1)
    #endif
    let (rows, inner) = order == CblasNoTrans ? (a.rows, a.columns) : (a.columns, a.rows)
    Profile.end(start, "matrix times vector", rows, 1, inner, numbers: a.count + rows + inner)
}
