package import Datasets
import Numerics

/// Distances from the states of one dataset to the nearest states of another, in units of a common scale.
package struct NearestStates {
    /// States of one dataset are compared in blocks of this many with as many of the other.
    private static let block = 512

    private let scale: ObservationNormalisation

    /// - `reference`: the dataset whose standard deviations are the units.
    package init(scaledBy reference: Transitions) {
        scale = ObservationNormalisation(of: reference.observations, offset: 1e-6)
    }

    /// The mean over `queries` evenly spaced states of `from` of the Euclidean distance to the nearest state of `to`.
    package func meanDistance(from: Transitions, to: Transitions, queries: Int) -> Double {
        let count = min(queries, from.count)
        let chosen = Matrix(count, from.stateSize)
        for q in 0..<count {
            chosen.row(q).update(from: from.observations.row(q * from.count / count), count: from.stateSize)
        }
        scale.apply(to: chosen.view)
        var nearest = [Real](repeating: .infinity, count: count)
        for start in stride(from: 0, to: to.count, by: Self.block) {
            let others = Matrix(min(Self.block, to.count - start), to.stateSize)
            others.pointer.update(from: to.observations.row(start), count: others.count)
            scale.apply(to: others.view)
            shorten(&nearest, chosen, others)
        }
        // ‖a − b‖² as a sum of three terms may come out a little below 0.
        return nearest.reduce(0) { $0 + Double(max($1, 0)).squareRoot() } / Double(count)
    }

    /// nearest[q] ← min(nearest[q], ‖a_q − b‖² over the rows b of `others`).
    private func shorten(_ nearest: inout [Real], _ queries: Matrix, _ others: Matrix) {
        let squares = squaredNorms(others)
        for start in stride(from: 0, to: queries.rows, by: Self.block) {
            let rows = min(Self.block, queries.rows - start)
            let part = MatrixView(pointer: queries.row(start), rows: rows, columns: queries.columns)
            let products = Matrix(rows, others.rows)
            multiply(part, others.view.transposed, into: products.view)
            for i in 0..<rows {
                let row = products.row(i)
                var smallest = Real.infinity
                for j in 0..<others.rows { smallest = min(smallest, squares[j] - 2 * row[j]) }
                let norm = (0..<queries.columns).reduce(Real(0)) { $0 + part.row(i)[$1] * part.row(i)[$1] }
                nearest[start + i] = min(nearest[start + i], norm + smallest)
            }
        }
    }

    private func squaredNorms(_ states: Matrix) -> [Real] {
        (0..<states.rows).map { i in
            (0..<states.columns).reduce(Real(0)) { $0 + states.row(i)[$1] * states.row(i)[$1] }
        }
    }
}
