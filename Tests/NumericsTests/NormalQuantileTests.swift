import Foundation
import Numerics
import Testing

@Suite struct NormalQuantileTests {
    /// Formula (8)'s coefficient k(m) = Φ⁻¹((m - π/8)/(m - π/4 + 1)), to four digits.
    @Test(arguments: [
        (1, 0), (2, 0.6001), (3, 0.8819), (5, 1.1929), (10, 1.5594), (20, 1.8802), (50, 2.2541), (100, 2.5086),
    ])
    func blomsRule(m: Int, expected: Double) {
        let k = normalQuantile((Double(m) - .pi / 8) / (Double(m) - .pi / 4 + 1))
        #expect(abs(k - expected) < 6e-5)
    }

    @Test(arguments: [(0.975, 1.959963984540054), (0.025, -1.959963984540054), (1e-10, -6.361340902404056), (0.5, 0)])
    func knownValues(p: Double, expected: Double) {
        #expect(abs(normalQuantile(p) - expected) < 1e-9)
    }

    @Test func isUndefinedOutsideTheUnitInterval() {
        for p in [0, 1, -0.1, 1.1, .nan] { #expect(normalQuantile(p).isNaN) }
    }
}
