package import Numerics

/// The shift and scale that give observations mean 0 and standard deviation near 1; also used at evaluation.
///
/// As in TD3+BC (sfujim/TD3_BC, `normalize_states`): (s − mean)/(std + offset) per component, with the population
/// standard deviation over the states s of the table.
package struct ObservationNormalisation: Codable, Equatable, Sendable {
    /// The mean [S].
    package let mean: [Real]
    /// The standard deviation plus offset [S].
    package let scale: [Real]

    /// Computes the statistics of `observations` [n, S] in double precision.
    ///
    /// - Parameter offset: added to the deviation, so that a constant component stays finite (1e-3 in TD3+BC).
    package init(of observations: MatrixView, offset: Double) {
        let n = Double(observations.rows)
        let columns = observations.columns
        var sums = [Double](repeating: 0, count: columns)
        for i in 0..<observations.rows {
            let row = observations.row(i)
            for j in 0..<columns { sums[j] += Double(row[j]) }
        }
        let means = sums.map { $0 / n }
        var squares = [Double](repeating: 0, count: columns)
        for i in 0..<observations.rows {
            let row = observations.row(i)
            for j in 0..<columns {
                let difference = Double(row[j]) - means[j]
                squares[j] += difference * difference
            }
        }
        mean = means.map { Real($0) }
        scale = squares.map { Real(($0 / n).squareRoot() + offset) }
    }

    /// Normalises every row of `observations` [any, S] in place; allocates nothing.
    package func apply(to observations: MatrixView) {
        precondition(observations.columns == mean.count, "\(observations.columns) components, \(mean.count) statistics")
        for i in 0..<observations.rows {
            let row = observations.row(i)
            for j in 0..<mean.count { row[j] = (row[j] - mean[j]) / scale[j] }
        }
    }
}
