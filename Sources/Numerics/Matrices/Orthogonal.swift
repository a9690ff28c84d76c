import CKernels

/// Returns a random [rows × columns] matrix with orthonormal columns (orthonormal rows if columns > rows).
///
/// It is the Q of a QR decomposition of a standard normal matrix, with signs taken from the diagonal of R, as Flax and PyTorch
/// do it, computed in double precision by Householder's reflections. Row-major.
package func orthogonalMatrix(rows: Int, columns: Int, stream: RandomStream) -> [Double] {
    let long = max(rows, columns)
    let short = min(rows, columns)
    var a = [Double](repeating: 0, count: long * short)  // column-major [long × short]
    for i in stride(from: 0, to: a.count, by: 2) {
        let (first, second) = stream.normalPair(step: 0, index: i / 2)
        a[i] = first
        if i + 1 < a.count { a[i + 1] = second }
    }
    var scratch = [Double](repeating: 0, count: 2 * short)
    ab_orthonormalise(&a, &scratch, long, short)
    guard rows >= columns else { return a }  // Its columns are the rows of the result.
    var q = [Double](repeating: 0, count: rows * columns)
    for i in 0..<rows {
        for j in 0..<columns { q[i * columns + j] = a[j * long + i] }
    }
    return q
}
