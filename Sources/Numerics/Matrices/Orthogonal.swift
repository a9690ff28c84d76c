import COpenBLAS

/// Returns a random [rows × columns] matrix with orthonormal columns (orthonormal rows if columns > rows).
///
/// It is the Q of a QR decomposition of a standard normal matrix, with signs taken from the diagonal of R, as Flax and PyTorch
/// do it, computed in double precision with LAPACK. Row-major.
package func orthogonalMatrix(rows: Int, columns: Int, stream: RandomStream) -> [Double] {
    let long = max(rows, columns)
    let short = min(rows, columns)
    var a = [Double](repeating: 0, count: long * short)  // column-major [long × short]
    for i in stride(from: 0, to: a.count, by: 2) {
        let (first, second) = stream.normalPair(step: 0, index: i / 2)
        a[i] = first
        if i + 1 < a.count { a[i + 1] = second }
    }
    var m = Int32(long)
    var n = Int32(short)
    var tau = [Double](repeating: 0, count: short)
    var workSize = Int32(64 * short)
    var work = [Double](repeating: 0, count: Int(workSize))
    var info: Int32 = 0
    var leading = m
    dgeqrf_(&m, &n, &a, &leading, &tau, &work, &workSize, &info)
    precondition(info == 0, "dgeqrf argument \(-info)")
    let signs = (0..<short).map { a[$0 * long + $0] < 0 ? -1.0 : 1.0 }
    var reflectors = n
    dorgqr_(&m, &n, &reflectors, &a, &leading, &tau, &work, &workSize, &info)
    precondition(info == 0, "dorgqr argument \(-info)")

    var q = [Double](repeating: 0, count: rows * columns)
    for i in 0..<rows {
        for j in 0..<columns {
            let (l, s) = rows >= columns ? (i, j) : (j, i)
            q[i * columns + j] = a[s * long + l] * signs[s]
        }
    }
    return q
}
