import CKernels
import Glibc

/// A row-major window [rows × columns] on memory that somebody else owns.
///
/// Rows lie `stride` elements apart, so the states inside a batch of (state, action) rows are a window too.
/// Bounds are the caller's business: these are the hot path's pointers.
package struct MatrixView {
    /// Row 0, column 0; valid while the owner of the memory lives.
    package let pointer: UnsafeMutablePointer<Real>
    /// The first dimension: in a batch, its samples.
    package let rows: Int
    /// The second dimension: the elements of a row that lie inside the window.
    package let columns: Int
    /// Elements from the start of one row to that of the next.
    package let stride: Int

    /// A window that starts at `pointer`; without a `stride` its rows follow one another without a gap.
    package init(pointer: UnsafeMutablePointer<Real>, rows: Int, columns: Int, stride: Int? = nil) {
        self.pointer = pointer
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
    }

    /// The start of row `i`.
    @inlinable
    package func row(_ i: Int) -> UnsafeMutablePointer<Real> { pointer + i * stride }

    /// The columns `range` of every row.
    package func columns(_ range: Range<Int>) -> MatrixView {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
        return MatrixView(pointer: pointer + range.lowerBound, rows: rows, columns: range.count, stride: stride)
    }

    /// The same elements as a single row; for contiguous rows only.
    package var asOneRow: MatrixView {
        precondition(isContiguous, "rows with gaps between them are no single row")
        return MatrixView(pointer: pointer, rows: 1, columns: count)
    }

    /// The number of elements when rows lie one behind the other.
    @inlinable
    package var count: Int { rows * columns }

    /// Whether rows follow one another without a gap; the elementwise kernels ask for that.
    @inlinable
    package var isContiguous: Bool { stride == columns }

    /// Whether no element is infinite or NaN, as float32.
    package var isFinite: Bool {
        isContiguous
            ? ab_is_finite(pointer, count) != 0 : (0..<rows).allSatisfy { ab_is_finite(row($0), columns) != 0 }
    }
}

/// A row-major matrix [rows × columns] that owns its storage: zeroed, 64-byte aligned, contiguous.
///
/// A vector is a matrix of one row. Made once per case; nothing in a training step allocates. A view does not keep its
/// matrix alive: hold the matrix in a variable for as long as the view is used.
package final class Matrix: @unchecked Sendable {
    /// The whole matrix as a window, which does not keep it alive.
    package let view: MatrixView

    /// Zeroed storage for `rows` × `columns` elements.
    package init(_ rows: Int, _ columns: Int) {
        precondition(rows >= 0 && columns >= 0)
        view = MatrixView(pointer: allocateAligned(rows * columns), rows: rows, columns: columns)
    }

    /// A vector of `count` zeros.
    package convenience init(vector count: Int) { self.init(1, count) }

    deinit { free(view.pointer) }

    /// The first element, on a 64-byte boundary.
    @inlinable package var pointer: UnsafeMutablePointer<Real> { view.pointer }
    /// The first dimension; 1 for a vector.
    @inlinable package var rows: Int { view.rows }
    /// The second dimension; the length of a vector.
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

/// b = aᵀ, element by element: for small matrices.
package func transpose(_ a: MatrixView, into b: MatrixView) {
    precondition(a.rows == b.columns && a.columns == b.rows, "shapes of a transposition")
    for i in 0..<a.rows {
        let row = a.row(i)
        for j in 0..<a.columns { b.row(j)[i] = row[j] }
    }
}

/// `count` elements on a 64-byte boundary, to be released with `free`; zeros unless told otherwise.
///
/// A table of a dataset's size asks for huge pages, where the system has them for the asking: its pages come faster, and rows
/// drawn at random are found faster. Traps when the system has no memory left, as Swift's own allocations do.
package func allocateAligned(_ count: Int, zeroed: Bool = true) -> UnsafeMutablePointer<Real> {
    let hugePage = 2 << 20
    var raw: UnsafeMutableRawPointer?
    let bytes = max(64, count * MemoryLayout<Real>.stride)
    let isLarge = bytes >= 8 * hugePage
    precondition(posix_memalign(&raw, isLarge ? hugePage : 64, bytes) == 0, "out of memory: \(bytes) bytes")
    guard let raw else { preconditionFailure("out of memory: \(bytes) bytes") }
    if isLarge { madvise(raw, bytes, MADV_HUGEPAGE) }  // A refusal changes nothing but time.
    if zeroed { memset(raw, 0, bytes) }
    return raw.bindMemory(to: Real.self, capacity: count)
}
