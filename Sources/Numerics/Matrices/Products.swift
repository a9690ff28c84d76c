import CKernels
import COpenBLAS

/// A matrix that is a transposed operand of a product; nothing is copied.
package struct TransposedView {
    let matrix: MatrixView
}

extension MatrixView {
    /// This view, transposed, as an operand of `multiply`.
    package var transposed: TransposedView { TransposedView(matrix: self) }

    fileprivate var operand: Operand { Operand(matrix: self, isTransposed: false) }
}

extension TransposedView {
    fileprivate var operand: Operand { Operand(matrix: matrix, isTransposed: true) }
}

/// A factor of a product, for either back end.
private struct Operand {
    let matrix: MatrixView
    let isTransposed: Bool

    var ofKernel: ab_operand {
        ab_operand(
            values: matrix.pointer, row_stride: isTransposed ? 1 : matrix.stride,
            column_stride: isTransposed ? matrix.stride : 1)
    }

    var ofBLAS: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }
}

/// The number of columns of c up to which a·bᵀ has a kernel of its own.
private let widestNarrow = 4

/// The width in bytes of the vectors in which this process computes.
package let vectorBytes = ab_vector_bytes()

// Products are our own kernels, unless `ProductBackEnd` says otherwise: they finish the elements of a layer while they
// are in registers, which no BLAS does, and give them the same bits on every processor. See ab_gemm for the order of
// sums.

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
    if mask == nil && c.columns <= widestNarrow && ProductBackEnd.current == .own {
        return ab_gemm_narrow(
            a.pointer, a.stride, b.matrix.pointer, b.matrix.stride, c.pointer, c.stride, c.rows, c.columns, a.columns)
    }
    var epilogue = ab_epilogue()
    if let mask {
        precondition(mask.pointer != c.pointer || a.columns <= Int(AB_KC), "a mask that the product overwrites")
        precondition(mask.rows == c.rows && mask.columns == c.columns, "shape of the mask of a·bᵀ")
        (epilogue.relu_mask, epilogue.ldmask) = (UnsafePointer(mask.pointer), mask.stride)
    }
    multiply(a.operand, b.operand, into: c, inner: a.columns, epilogue)
}

private func multiply(_ a: Operand, _ b: Operand, into c: MatrixView, inner: Int, _ epilogue: ab_epilogue) {
    precondition(inner > 0, "a product over nothing")
    switch ProductBackEnd.current {
    case .own where c.rows == 1 && !a.isTransposed && !b.isTransposed && epilogue.b_column_sums == nil:
        multiplyRow(a.matrix.pointer, b.matrix, into: c, epilogue)
    case .own: ab_gemm(a.ofKernel, b.ofKernel, c.pointer, c.stride, c.rows, c.columns, inner, epilogue)
    case .blas: multiplyByBLAS(a, b, into: c, inner: inner, epilogue)
    }
}

/// A product with one row, as that of a policy that acts while it trains: without packing b, and with the bits of
/// `ab_gemm`.
private func multiplyRow(_ x: UnsafePointer<Real>, _ b: MatrixView, into c: MatrixView, _ epilogue: ab_epilogue) {
    ab_gemv_transposed(b.pointer, b.stride, x, c.pointer, b.rows, b.columns, epilogue.accumulate)
    finish(c, in: c, epilogue)
}

/// Applies what is left of an epilogue after the product and its accumulation.
private func finish(_ product: MatrixView, in c: MatrixView, _ epilogue: ab_epilogue) {
    guard epilogue.bias != nil || epilogue.relu != 0 || epilogue.relu_mask != nil else { return }
    var rest = epilogue
    (rest.accumulate, rest.b_column_sums) = (0, nil)
    ab_apply_epilogue(product.pointer, product.stride, c.pointer, c.stride, c.rows, c.columns, rest)
}

/// y = a·x, a one-column product without the packing of a matrix product.
///
/// - `x`: `a.columns` elements.
/// - `y`: `a.rows` elements.
package func multiply(_ a: MatrixView, vector x: UnsafePointer<Real>, into y: UnsafeMutablePointer<Real>) {
    switch ProductBackEnd.current {
    case .own: ab_gemm_narrow(a.pointer, a.stride, x, a.columns, y, 1, a.rows, 1, a.columns)
    case .blas: gemv(CblasNoTrans, a, x, y, accumulate: false)
    }
}

/// y = aᵀ·x, or y += aᵀ·x when `accumulate`.
///
/// - `x`: as many elements as the untransposed matrix has rows.
/// - `y`: as many elements as it has columns.
package func multiply(
    _ a: TransposedView, vector x: UnsafePointer<Real>, into y: UnsafeMutablePointer<Real>, accumulate: Bool = false
) {
    let a = a.matrix
    switch ProductBackEnd.current {
    case .own: ab_gemv_transposed(a.pointer, a.stride, x, y, a.rows, a.columns, accumulate ? 1 : 0)
    case .blas: gemv(CblasTrans, a, x, y, accumulate: accumulate)
    }
}

/// c = a·b by OpenBLAS: the yardstick of `active-bench bench`, and of the tests of `multiply`.
package func multiplyByBLAS(_ a: MatrixView, _ b: MatrixView, into c: MatrixView) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns, "shapes of a·b")
    gemm(a.operand, b.operand, into: c, inner: a.columns, accumulate: false)
}

/// A product by BLAS and then, in a pass of its own, the epilogue.
private func multiplyByBLAS(_ a: Operand, _ b: Operand, into c: MatrixView, inner: Int, _ epilogue: ab_epilogue) {
    if let sums = epilogue.b_column_sums {
        precondition(!b.isTransposed, "column sums of a transposed matrix")
        sumColumns(of: b.matrix, into: sums, accumulate: epilogue.accumulate != 0)
    }
    // The product must not overwrite a mask that it still needs.
    let isMask = epilogue.relu_mask == UnsafePointer(c.pointer)
    let product = isMask ? productScratch.matrix(c.rows, c.columns) : c
    gemm(a, b, into: product, inner: inner, accumulate: epilogue.accumulate != 0)
    finish(product, in: c, epilogue)
}

private func sumColumns(of b: MatrixView, into sums: UnsafeMutablePointer<Real>, accumulate: Bool) {
    if !accumulate { sums.update(repeating: 0, count: b.columns) }
    for i in 0..<b.rows { ab_add(sums, b.row(i), b.columns) }
}

/// Memory for a product that is not stored where its mask is; it grows to the largest one, so steps allocate nothing.
private final class ProductScratch {
    private var memory = Matrix(vector: 0)

    func matrix(_ rows: Int, _ columns: Int) -> MatrixView {
        if memory.count < rows * columns { memory = Matrix(vector: rows * columns) }
        return MatrixView(pointer: memory.pointer, rows: rows, columns: columns)
    }
}

/// Only one thread computes products, the one that trains.
nonisolated(unsafe) private let productScratch = ProductScratch()

private func gemm(_ a: Operand, _ b: Operand, into c: MatrixView, inner: Int, accumulate: Bool) {
    let start = ab_profile_begin()
    #if ACTIVE_BENCH_DOUBLE
        cblas_dgemm(
            CblasRowMajor, a.ofBLAS, b.ofBLAS, blasint(c.rows), blasint(c.columns), blasint(inner), 1, a.matrix.pointer,
            blasint(a.matrix.stride), b.matrix.pointer, blasint(b.matrix.stride), accumulate ? 1 : 0, c.pointer,
            blasint(c.stride))
    #else
        cblas_sgemm(
            CblasRowMajor, a.ofBLAS, b.ofBLAS, blasint(c.rows), blasint(c.columns), blasint(inner), 1, a.matrix.pointer,
            blasint(a.matrix.stride), b.matrix.pointer, blasint(b.matrix.stride), accumulate ? 1 : 0, c.pointer,
            blasint(c.stride))
    #endif
    KernelProfile.end(
        start, "product by BLAS", c.rows, c.columns, inner, numbers: a.matrix.count + b.matrix.count + c.count)
}

private func gemv(
    _ order: CBLAS_TRANSPOSE, _ a: MatrixView, _ x: UnsafePointer<Real>, _ y: UnsafeMutablePointer<Real>,
    accumulate: Bool
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
    KernelProfile.end(start, "matrix times vector by BLAS", rows, 1, inner, numbers: a.count + rows + inner)
}
