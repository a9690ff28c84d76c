import Algorithms
import Foundation
import Numerics
import Testing

@Suite struct ValueLossTests {
    private static let q = [1, -0.5, 2, 0.3]

    /// All v = ½; losses and gradients are from an independent computation. SQL's loss is reported with + V/α.
    @Test(arguments: [
        (ValueLoss.expectile(tau: 0.7), 0.5155, [-0.175, 0.15, -0.525, 0.03]),
        (ValueLoss.expectile(tau: 0.9), 0.5885, [-0.225, 0.05, -0.675, 0.01]),
        (ValueLoss.sparse(alpha: 1), 1.92125, [-0.0625, 0.125, -0.1875, 0.025]),
        (ValueLoss.sparse(alpha: 0.1), 26.125, [-6.25, 2.5, -18.75, 2.5]),
    ])
    func golden(loss: ValueLoss, value: Double, gradient: [Double]) {
        let (q, v, out) = (vector(Self.q), vector([0.5, 0.5, 0.5, 0.5]), Matrix(vector: 4))
        let found = loss.evaluate(q: q.pointer, v: v.pointer, count: 4, gradient: out.pointer)
        #expect(abs(found - value) < 1e-6 * max(1, value))
        for b in 0..<4 { #expect(abs(Double(out[b]) - gradient[b]) < 1e-6 * max(1, abs(gradient[b]))) }
    }

    /// The V at which gradient descent for the targets 0, 1, 2, 3, 10 converges.
    @Test(arguments: [
        (ValueLoss.expectile(tau: 0.5), 3.2), (ValueLoss.expectile(tau: 0.7), 4.631578947),
        (ValueLoss.expectile(tau: 0.9), 7.384615385), (ValueLoss.expectile(tau: 0.99), 9.669902913),
        (ValueLoss.sparse(alpha: 100), 3.2), (ValueLoss.sparse(alpha: 1), 3.666666667),
        (ValueLoss.sparse(alpha: 0.5), 6.0), (ValueLoss.sparse(alpha: 0.1), 9.2),
    ])
    func stationaryPoint(loss: ValueLoss, expected: Double) {
        let (q, gradient) = (vector([0, 1, 2, 3, 10]), Matrix(vector: 5))
        func slope(at value: Double) -> Double {
            let v = vector([Double](repeating: value, count: 5))
            _ = loss.evaluate(q: q.pointer, v: v.pointer, count: 5, gradient: gradient.pointer)
            return orderedSum(gradient.pointer, count: 5)
        }
        var (low, high) = (-1.0, 11.0)
        while high - low > 1e-6 {
            let middle = (low + high) / 2
            if slope(at: middle) < 0 { low = middle } else { high = middle }
        }
        #expect(abs(low - expected) < 1e-4)
    }

    /// For u ≥ -2α the sparse loss (with -u/α) is u²/(4α²) + 1; below, it is linear.
    @Test func sparseLossIsAOneSidedHuberLoss() {
        let alpha = 0.7
        for u in [-1.3, 0, 0.4, 5] {
            let (q, v, gradient) = (vector([u + 2]), vector([2]), Matrix(vector: 1))
            let loss = ValueLoss.sparse(alpha: alpha).evaluate(
                q: q.pointer, v: v.pointer, count: 1, gradient: gradient.pointer)
            #expect(abs(loss - (u + 2) / alpha - (u * u / (4 * alpha * alpha) + 1)) < 1e-5)
        }
        let (q, v, gradient) = (vector([-10]), vector([0]), Matrix(vector: 1))
        _ = ValueLoss.sparse(alpha: alpha).evaluate(q: q.pointer, v: v.pointer, count: 1, gradient: gradient.pointer)
        #expect(abs(Double(gradient[0]) - 1 / alpha) < 1e-6)
    }

    /// The advantage weights of q - v for v = ½.
    @Test func weightsGolden() {
        let iql = [4.4816890703, 0.0497870684, 90.0171313005, 0.5488116361]
        let sql = [0.5, 0, 1.5, 0]
        let active = [1.6487212707, 0.3678794412, 4.4816890703, 0.8187307531]
        for (b, q) in Self.q.enumerated() {
            let advantage = Real(q - 0.5)
            func expect(_ weight: AdvantageWeight, _ expected: Double) {
                #expect(abs(Double(weight(advantage, cap: 100)) - expected) < 1e-5 * max(1, expected))
            }
            expect(.exponential(inverseTemperature: 3), iql[b])
            expect(.positivePart, sql[b])
            expect(.exponential(inverseTemperature: 1), active[b])
            expect(.one, 1)
        }
        for weight in [AdvantageWeight.exponential(inverseTemperature: 3), .positivePart] {
            #expect(weight(500, cap: 100) == 100)
            #expect(weight(.nan, cap: 100).isNaN)
        }
    }

    private func vector(_ values: [Double]) -> Matrix {
        let vector = Matrix(vector: values.count)
        for (i, value) in values.enumerated() { vector[i] = Real(value) }
        return vector
    }
}
