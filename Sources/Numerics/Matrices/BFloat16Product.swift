import CKernels

/// What is done with the elements of a result before they are stored, in this order, and where they are stored. The
/// order of the properties is that of `ab_bfloat16_epilogue`, which describes them; nothing is done by default.
package struct BFloat16Epilogue {
    /// Whether the old elements of `result` are added.
    package var accumulates = false
    /// A row that is added to all rows.
    package var bias: UnsafePointer<Real>?
    /// A matrix that is added.
    package var addend: MatrixView?
    /// Whether max(0, ·) is taken; NaN stays.
    package var relu = false
    /// Elements become 0 where this is not above 0: the backward pass of the ReLU that left it. It may be `result`.
    package var mask: MatrixView?
    /// The same in bfloat16.
    package var roundedMask: BFloat16Pairs?
    /// Receives the elements in float32.
    package var result: MatrixView?
    /// Receives the elements by rows.
    package var rows: BFloat16Rows?
    /// Receives the elements in pairs.
    package var pairs: BFloat16Pairs?
    /// Receives the column sums of the elements in float32, added in the order of the rows.
    package var columnSums: UnsafeMutablePointer<Real>?
    /// Whether the old elements of `columnSums` are added to them.
    package var accumulatesSums = false

    /// Makes one that does nothing.
    package init() {}

    /// Makes one that stores elements in bfloat16.
    package init(rows: BFloat16Rows?, pairs: BFloat16Pairs?) {
        self.rows = rows
        self.pairs = pairs
    }

    /// The same for the kernels; traps unless all shapes are [m × n].
    fileprivate func checked(_ m: Int, _ n: Int) -> ab_bfloat16_epilogue {
        func fits(_ rows: Int?, _ columns: Int?) -> Bool { (rows ?? m) == m && (columns ?? n) == n }
        precondition(fits(addend?.rows, addend?.columns), "shape of what is added")
        precondition(fits(mask?.rows, mask?.columns), "shape of the mask")
        precondition(fits(roundedMask?.rows, roundedMask?.columns), "shape of the mask")
        precondition(fits(result?.rows, result?.columns), "shape of the result")
        precondition(fits(rows?.rows, rows?.columns), "shape of the rows")
        precondition(fits(pairs?.rows, pairs?.columns), "shape of the pairs")
        precondition(!accumulates || result != nil, "nothing to accumulate into")
        precondition(bias == nil || addend == nil, "a bias and a matrix to add")
        var epilogue = ab_bfloat16_epilogue()
        epilogue.accumulate = accumulates ? 1 : 0
        epilogue.bias = bias ?? addend.map { UnsafePointer($0.pointer) }
        epilogue.ldbias = addend?.stride ?? 0
        epilogue.relu = relu ? 1 : 0
        (epilogue.mask, epilogue.ldmask) = (mask.map { UnsafePointer($0.pointer) }, mask?.stride ?? 0)
        if let roundedMask { epilogue.mask_pairs = roundedMask.layout }
        (epilogue.c, epilogue.ldc) = (result?.pointer, result?.stride ?? 0)
        if let rows { epilogue.rows = rows.layout }
        if let pairs { epilogue.pairs = pairs.layout }
        epilogue.column_sums = columnSums
        epilogue.accumulate_sums = accumulatesSums ? 1 : 0
        return epilogue
    }
}

/// The unit of the products; asked for only after `Precision.requireAvailable`.
private let unit: ab_matrix_unit = {
    guard let unit = MatrixUnit.selected else { preconditionFailure("bfloat16 is not available") }
    return unit.code
}()

/// Computes a·b: [m × k]·[k × n]. Shapes that do not fit trap.
package func multiply(_ a: BFloat16Rows, _ b: BFloat16Pairs, _ epilogue: BFloat16Epilogue) {
    precondition(a.columns == b.rows, "shapes of a·b")
    ab_bfloat16_multiply(
        unit, a.layout, b.layout, a.rows, b.columns, a.columns, epilogue.checked(a.rows, b.columns))
}

/// Computes c = aᵀ·b, or c += aᵀ·b when `accumulate`: a [k × m], b [k × n]. Shapes that do not fit trap.
package func multiply(
    transposed a: BFloat16Pairs, _ b: BFloat16Pairs, into c: MatrixView, accumulate: Bool = false
) {
    precondition(a.rows == b.rows, "shapes of aᵀ·b")
    var epilogue = BFloat16Epilogue()
    (epilogue.result, epilogue.accumulates) = (c, accumulate)
    ab_bfloat16_multiply_transposed(
        unit, a.layout, b.layout, a.columns, b.columns, a.rows, epilogue.checked(a.columns, b.columns))
}

/// Takes the elements of `x` through the epilogue. Shapes that do not fit trap.
package func convert(_ x: MatrixView, _ epilogue: BFloat16Epilogue) {
    ab_bfloat16_convert(unit, x.pointer, x.stride, x.rows, x.columns, epilogue.checked(x.rows, x.columns))
}

/// Rounds xᵀ into `pairs`, x being contiguous. Shapes that do not fit trap.
package func convert(transposed x: MatrixView, into pairs: BFloat16Pairs) {
    precondition(x.isContiguous && x.rows == pairs.columns && x.columns == pairs.rows, "shape of xᵀ")
    ab_bfloat16_transpose(unit, x.pointer, x.rows, x.columns, pairs.layout)
}

/// Takes d ⊗ w [rows × columns] through the epilogue: the backward pass of a layer with one output.
///
/// - `d`: `rows` elements.
/// - `w`: `columns` elements.
package func outer(
    _ d: UnsafePointer<Real>, _ w: UnsafePointer<Real>, rows: Int, columns: Int, _ epilogue: BFloat16Epilogue
) {
    ab_bfloat16_outer(unit, d, w, rows, columns, epilogue.checked(rows, columns))
}
