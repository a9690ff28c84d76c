import CKernels

/// Copies rows of `table`, a contiguous matrix as wide as `rows`, into `rows` [B × width].
///
/// - `indices`: the B rows of the table to copy, which the caller has checked.
package func gatherRows(
    _ indices: UnsafePointer<Int32>, of table: UnsafePointer<Real>, into rows: MatrixView
) {
    ab_gather_rows(table, rows.columns, indices, rows.rows, rows.pointer, rows.stride)
}
