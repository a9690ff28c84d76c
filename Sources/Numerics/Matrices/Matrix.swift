import Glibc

/// A row-major view [rows × columns] of memory that another object owns.
///
/// Rows are `stride` elements apart (the leading dimension), so the states in a batch of (state, action) rows are a
/// view too. Bounds are not checked: this is the pointer type of the hot path.
package struct MatrixView {
    /// The element at row 0, column 0; valid while the owner of the memory lives.
    package let pointer: UnsafeMutablePointer<Real>
    /// The number of rows: in a batch, of samples.
    package let rows: Int
    /// The number of elements of a row.
    package let columns: Int
    /// The distance between the starts of two successive rows, in elements.
    package let stride: Int

    /// Makes a view that starts at `pointer`; without a `stride` it is contiguous.
    package init(pointer: UnsafeMutablePointer<Real>, rows: Int, columns: Int, stride: Int? = nil) {
        self.pointer = pointer
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
    }

    /// Returns the start of row `i`.
    @inlinable
    package func row(_ i: Int) -> UnsafeMutablePointer<Real> { pointer + i * stride }

    /// Returns a view of the columns `range`.
    package func columns(_ range: Range<Int>) -> MatrixView {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
        return MatrixView(pointer: pointer + range.lowerBound, rows: rows, columns: range.count, stride: stride)
    }

    /// The same elements as a single row; traps unless the view is contiguous.
    package var asOneRow: MatrixView {
        precondition(isContiguous, "rows with gaps between them are no single row")
        return MatrixView(pointer: pointer, rows: 1, columns: count)
    }

    /// The number of elements, rows · columns.
    @inlinable
    package var count: Int { rows * columns }

    /// Whether rows follow one another without a gap, as the elementwise kernels require.
    @inlinable
    package var isContiguous: Bool { stride == columns }
}

/// A row-major matrix [rows × columns] that owns its storage: zeroed, 64-byte aligned, contiguous.
///
/// A vector is a matrix of one row. Matrices are made once per case, as nothing in a training step allocates.
///
/// A view does not keep its matrix alive. Therefore a type that stores views also stores their matrices, and a function
/// that makes a matrix and then uses only its view or pointer ends with `withExtendedLifetime`. A function that is
/// given a view may use it until it returns.
package final class Matrix {
    /// A view of the whole matrix, which does not keep it alive.
    package let view: MatrixView

    /// Makes a matrix of zeros.
    package init(_ rows: Int, _ columns: Int) {
        precondition(rows >= 0 && columns >= 0)
        view = MatrixView(pointer: allocateAligned(rows * columns), rows: rows, columns: columns)
    }

    /// Makes a vector of `count` zeros.
    package convenience init(vector count: Int) { self.init(1, count) }

    deinit { free(view.pointer) }

    /// The first element, on a 64-byte boundary.
    @inlinable package var pointer: UnsafeMutablePointer<Real> { view.pointer }
    /// The number of rows; 1 for a vector.
    @inlinable package var rows: Int { view.rows }
    /// The number of columns; the length of a vector.
    @inlinable package var columns: Int { view.columns }
    /// The number of elements, rows · columns.
    @inlinable package var count: Int { view.count }

    /// The start of row `i`.
    @inlinable
    package func row(_ i: Int) -> UnsafeMutablePointer<Real> { view.row(i) }

    /// Element `i` in storage order.
    @inlinable
    package subscript(i: Int) -> Real {
        get { view.pointer[i] }
        set { view.pointer[i] = newValue }
    }

    /// A copy of all elements in storage order.
    package var elements: [Real] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}

/// Computes b = aᵀ element by element, for small matrices.
package func transpose(_ a: MatrixView, into b: MatrixView) {
    precondition(a.rows == b.columns && a.columns == b.rows, "shapes of a transposition")
    for i in 0..<a.rows {
        let row = a.row(i)
        for j in 0..<a.columns { b.row(j)[i] = row[j] }
    }
}

/// Allocates `count` elements on a 64-byte boundary, zeroed unless told otherwise; release them with `free`.
///
/// Allocations of 16 MiB or more, such as a dataset's tables, ask for huge pages: fewer page faults, and fewer TLB
/// misses when rows are drawn at random. Traps when the system has no memory left, as Swift's own allocations do.
package func allocateAligned(_ count: Int, zeroed: Bool = true) -> UnsafeMutablePointer<Real> {
    let hugePage = 2 << 20
    var raw: UnsafeMutableRawPointer?
    let bytes = max(64, count * MemoryLayout<Real>.stride)
    let isLarge = bytes >= 8 * hugePage
    precondition(posix_memalign(&raw, isLarge ? hugePage : 64, bytes) == 0, "out of memory: \(bytes) bytes")
    guard let raw else { preconditionFailure("out of memory: \(bytes) bytes") }
    if isLarge { madvise(raw, bytes, MADV_HUGEPAGE) }  // Only affects speed, so a failure is ignored.
    if zeroed { memset(raw, 0, bytes) }
    return raw.bindMemory(to: Real.self, capacity: count)
}
