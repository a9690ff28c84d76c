import Numerics
import Testing

@Suite struct ReductionTests {
    /// Expected values are NumPy's default quantiles of [0.2, 0.9, -0.1, 0.4, 0.6].
    @Test(arguments: [(0, -0.1), (0.1, 0.02), (0.25, 0.2), (0.5, 0.4), (0.75, 0.6), (0.9, 0.78), (1, 0.9)])
    func quantile(level: Double, expected: Double) {
        #expect(abs(quantileOfColumn([0.2, 0.9, -0.1, 0.4, 0.6], level) - expected) < 1e-6)
    }

    /// For ensembles of every size, with ties and infinities, the quantile is the sorted one's to the last bit.
    @Test func quantilesEqualThoseOfSortedValues() {
        let stream = RandomStream("quantiles")
        for count in Array(1...70) + [127, 128, 500] {
            var values = (0..<count).map { i in
                let x = stream.uniform(step: count, index: i)
                return Real(count % 3 == 0 ? (8 * x).rounded() + 1 : 2 * x - 1)
            }
            if count > 40 { (values[count / 3], values[count / 2]) = (.infinity, -.infinity) }
            let sorted = values.sorted()
            for level in [0, 0.1, 0.25, 0.5, 0.77, 0.9, 1] {
                let position = level * Double(count - 1)
                let (below, above) = (Int(position), min(Int(position) + 1, count - 1))
                let fraction = Real(position - Double(below))
                let expected = sorted[below] + fraction * (sorted[above] - sorted[below])
                let found = Real(quantileOfColumn(values.map { Double($0) }, level))
                #expect(found == expected || found.isNaN && expected.isNaN, "\(count) values, level \(level)")
            }
        }
    }

    @Test func quantileOfOneIsItself() {
        #expect(quantileOfColumn([3.5], 0.3) == 3.5)
    }

    /// A diverged member must not be hidden, whatever its position.
    @Test(arguments: 0..<3)
    func nanPropagates(position: Int) {
        var values = [1.0, 2.0, 3.0]
        values[position] = .nan
        #expect(quantileOfColumn(values, 0).isNaN)
        #expect(minimumOfColumn(values).isNaN)
    }

    @Test func minimum() {
        #expect(minimumOfColumn([2, -1, 5]) == -1)
        #expect(minimumOfColumn([7]) == 7)
    }

    /// An ensemble's minimum must not depend on the order in which ranks compute it.
    @Test func minimaHaveOneAnswer() {
        for values in [[0.0, -0.0], [-0.0, 0.0]] {
            let least = minimumOfColumn(values)
            #expect(least == 0 && least.sign == .minus)
        }
        let strange = Double(nan: 5, signaling: false)
        for values in [[1, -strange, .nan], [strange, -.infinity, .nan]] {
            #expect(Real(minimumOfColumn(values)).bitPattern == Real.nan.bitPattern)
        }
        #expect(minimumOfColumn([.infinity, .infinity]) == .infinity)
        #expect(minimumOfColumn([-3, -.infinity, 2]) == -.infinity)
    }

    /// 1 followed by many numbers below its rounding: a single-precision sum would lose them.
    @Test func sumsAreDouble() {
        let n = 10_001
        let values = Matrix(vector: n)
        for i in 0..<n { values[i] = i == 0 ? 1 : 1e-8 }
        #expect(abs(orderedSum(values.pointer, count: n) - 1.0001) < 1e-9)
    }

    private func quantileOfColumn(_ values: [Double], _ level: Double) -> Double {
        let (column, scratch, out) = (column(values), Matrix(vector: values.count), Matrix(vector: 1))
        columnQuantile(column.view, level: level, scratch: scratch.pointer, into: out.pointer)
        return Double(out[0])
    }

    private func minimumOfColumn(_ values: [Double]) -> Double {
        let (column, out) = (column(values), Matrix(vector: 1))
        columnMinimum(column.view, into: out.pointer)
        return Double(out[0])
    }

    private func column(_ values: [Double]) -> Matrix {
        let column = Matrix(values.count, 1)
        for (i, value) in values.enumerated() { column[i] = Real(value) }
        return column
    }
}
