import CKernels

/// Returns the sum in index order, in double precision: the same bits for the same values on any rank.
package func orderedSum(_ x: UnsafePointer<Real>, count: Int) -> Double {
    var sum = 0.0
    for i in 0..<count { sum += Double(x[i]) }
    return sum
}

/// Returns the mean, summed in index order in double precision; NaN if there are no values.
package func orderedMean(_ x: UnsafePointer<Real>, count: Int) -> Double {
    orderedSum(x, count: count) / Double(count)
}

/// Returns the sum of |x| in index order, in double precision.
package func orderedMagnitudeSum(_ x: UnsafePointer<Real>, count: Int) -> Double {
    var sum = 0.0
    for i in 0..<count { sum += Double(abs(x[i])) }
    return sum
}

/// Computes y[i] = min(y[i], x[i]). The bits do not depend on the order in which minima are taken: NaN wins and always has
/// the same bit pattern, and -0 is less than +0.
package func elementwiseMinimum(_ y: UnsafeMutablePointer<Real>, with x: UnsafePointer<Real>, count: Int) {
    #if ACTIVE_BENCH_DOUBLE
        ab_minimum_double(y, x, count)
    #else
        ab_minimum_float(y, x, count)
    #endif
}

/// Computes out[b] = the minimum of column b of `values`, independent of the rows' order. NaN in any row gives NaN.
package func columnMinimum(_ values: MatrixView, into out: UnsafeMutablePointer<Real>) {
    out.update(repeating: .infinity, count: values.columns)
    for i in 0..<values.rows { elementwiseMinimum(out, with: values.row(i), count: values.columns) }
}

/// Computes out[b] = the mean of column b of `values`, summed in row order.
package func columnMean(_ values: MatrixView, into out: UnsafeMutablePointer<Real>) {
    for b in 0..<values.columns {
        var sum: Real = 0
        for i in 0..<values.rows { sum += values.row(i)[b] }
        out[b] = sum / Real(values.rows)
    }
}

/// Computes out[b] = the `level` quantile of column b of `values`: linear interpolation at position
/// level·(rows - 1) of the sorted values (NumPy's default, Hyndman and Fan's type 7). NaN in any row gives NaN.
///
/// - `level`: between 0 (the minimum) and 1 (the maximum).
/// - `scratch`: memory for `values.rows` elements.
package func columnQuantile(
    _ values: MatrixView, level: Double, scratch: UnsafeMutablePointer<Real>, into out: UnsafeMutablePointer<Real>
) {
    precondition(level >= 0 && level <= 1 && values.rows > 0)
    let position = level * Double(values.rows - 1)
    let below = Int(position)
    let above = min(below + 1, values.rows - 1)
    let fraction = Real(position - Double(below))
    for b in 0..<values.columns {
        var holdsNaN = false
        for i in 0..<values.rows {
            scratch[i] = values.row(i)[b]
            holdsNaN = holdsNaN || scratch[i].isNaN
        }
        guard !holdsNaN else {
            out[b] = .nan
            continue
        }
        bringInPlace(below, above, of: scratch, count: values.rows)
        out[b] = scratch[below] + fraction * (scratch[above] - scratch[below])
    }
}

/// Moves to positions `below` and `above` the elements that sorting would put there. `above` is `below` or `below` + 1;
/// no element is NaN.
private func bringInPlace(_ below: Int, _ above: Int, of x: UnsafeMutablePointer<Real>, count: Int) {
    // Hoare's selection down to 24 elements, where insertion sort is faster; most ensembles are smaller than that.
    var (first, last) = (0, count - 1)
    while last - first >= 24 {
        let middle = x[first + (last - first) / 2]
        var (i, j) = (first, last)
        while i <= j {
            while x[i] < middle { i += 1 }
            while x[j] > middle { j -= 1 }
            guard i <= j else { break }
            (x[i], x[j]) = (x[j], x[i])
            i += 1
            j -= 1
        }
        // x[first...j] ≤ x[j+1..<i] = middle ≤ x[i...last].
        if above <= j {
            last = j
        } else if below >= i {
            first = i
        } else {
            // `below` and `above` lie between the two parts or at their edges: j holds the left part's maximum, i the right's minimum.
            if below <= j { swapExtreme(of: x, in: first...j, to: j, by: >) }
            if above >= i { swapExtreme(of: x, in: i...last, to: i, by: <) }
            return
        }
    }
    for i in stride(from: first + 1, through: last, by: 1) {
        let value = x[i]
        var j = i
        while j > first && x[j - 1] > value {
            x[j] = x[j - 1]
            j -= 1
        }
        x[j] = value
    }
}

/// Swaps x[place] with the extreme element of `range`, the one that comes before all others.
private func swapExtreme(
    of x: UnsafeMutablePointer<Real>, in range: ClosedRange<Int>, to place: Int, by comesBefore: (Real, Real) -> Bool
) {
    var extreme = place
    for i in range where comesBefore(x[i], x[extreme]) { extreme = i }
    (x[place], x[extreme]) = (x[extreme], x[place])
}
