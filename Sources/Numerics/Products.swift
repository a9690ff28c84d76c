import COpenBLAS

/// A matrix that enters a product transposed; nothing is copied.
public struct TransposedView {
    let matrix: MatrixView
}

extension MatrixView {
    /// This window, transposed, as a factor of `multiply`.
    public var transposed: TransposedView { TransposedView(matrix: self) }
}

/// c = a·b: [rows × inner]·[inner × columns]. Shapes that do not fit trap.
public func multiply(_ a: MatrixView, _ b: MatrixView, into c: MatrixView) {
    precondition(a.rows == c.rows && a.columns == b.rows && b.columns == c.columns, "shapes of a·b")
    gemm(CblasNoTrans, CblasNoTrans, a, b, c, inner: a.columns)
}

/// c = aᵀ·b, or c += aᵀ·b when `adding`: a [inner × rows], b [inner × columns]. Shapes that do not fit trap.
public func multiply(_ a: TransposedView, _ b: MatrixView, into c: MatrixView, adding: Bool = false) {
    let a = a.matrix
    precondition(a.columns == c.rows && a.rows == b.rows && b.columns == c.columns, "shapes of aᵀ·b")
    gemm(CblasTrans, CblasNoTrans, a, b, c, inner: a.rows, adding: adding)
}

/// c = a·bᵀ: a [rows × inner], b [columns × inner]. Shapes that do not fit trap.
public func multiply(_ a: MatrixView, _ b: TransposedView, into c: MatrixView) {
    let b = b.matrix
    precondition(a.rows == c.rows && a.columns == b.columns && b.rows == c.columns, "shapes of a·bᵀ")
    gemm(CblasNoTrans, CblasTrans, a, b, c, inner: a.columns)
}

/// y = a·x, a one-column product without the packing of a matrix product.
///
/// - Parameters:
///   - x: `a.columns` elements.
///   - y: `a.rows` elements.
public func multiply(_ a: MatrixView, vector x: UnsafePointer<Real>, into y: UnsafeMutablePointer<Real>) {
    gemv(CblasNoTrans, a, x, y)
}

/// y = aᵀ·x, or y += aᵀ·x when `adding`.
///
/// - Parameters:
///   - x: as many elements as the untransposed matrix has rows.
///   - y: as many elements as it has columns.
public func multiply(
    _ a: TransposedView, vector x: UnsafePointer<Real>, into y: UnsafeMutablePointer<Real>, adding: Bool = false
) {
    gemv(CblasTrans, a.matrix, x, y, adding: adding)
}

private func gemm(
    _ aOrder: CBLAS_TRANSPOSE, _ bOrder: CBLAS_TRANSPOSE, _ a: MatrixView, _ b: MatrixView, _ c: MatrixView, inner: Int,
    adding: Bool = false
) {
    #if ACTIVE_BENCH_DOUBLE
        cblas_dgemm(
            CblasRowMajor, aOrder, bOrder, blasint(c.rows), blasint(c.columns), blasint(inner), 1,
            a.pointer, blasint(a.stride), b.pointer, blasint(b.stride), adding ? 1 : 0, c.pointer, blasint(c.stride))
    #else
        cblas_sgemm(
            CblasRowMajor, aOrder, bOrder, blasint(c.rows), blasint(c.columns), blasint(inner), 1,
            a.pointer, blasint(a.stride), b.pointer, blasint(b.stride), adding ? 1 : 0, c.pointer, blasint(c.stride))
    #endif
}

private func gemv(
    _ order: CBLAS_TRANSPOSE, _ a: MatrixView, _ x: UnsafePointer<Real>, _ y: UnsafeMutablePointer<Real>,
    adding: Bool = false
) {
    #if ACTIVE_BENCH_DOUBLE
        cblas_dgemv(
            CblasRowMajor, order, blasint(a.rows), blasint(a.columns), 1, a.pointer, blasint(a.stride), x, 1,
            adding ? 1 : 0, y, 1)
    #else
        cblas_sgemv(
            CblasRowMajor, order, blasint(a.rows), blasint(a.columns), 1, a.pointer, blasint(a.stride), x, 1,
            adding ? 1 : 0, y, 1)
    #endif
}
