import Algorithms
import Findings
import Foundation
import Testing

/// Statistics of published tables: NIST/SEMATECH e-Handbook 1.3.6.7.2 (Student's t), Teichroew 1956 (order statistics),
/// Montgomery, *Statistical Quality Control*, appendix VI (c₄).
@Suite struct StudentTTests {
    @Test(arguments: [
        (1, 6.314, 12.706), (2, 2.920, 4.303), (3, 2.353, 3.182), (9, 1.833, 2.262), (10, 1.812, 2.228),
        (15, 1.753, 2.131),
        (30, 1.697, 2.042), (100, 1.660, 1.984),
    ])
    func quantilesOfTheTables(degrees: Int, at95: Double, at975: Double) {
        #expect(abs(studentQuantile(0.95, degreesOfFreedom: degrees) - at95) < 0.0005)
        #expect(abs(studentQuantile(0.975, degreesOfFreedom: degrees) - at975) < 0.0005)
        #expect(studentQuantile(0.05, degreesOfFreedom: degrees) == -studentQuantile(0.95, degreesOfFreedom: degrees))
    }

    @Test func closedForms() {
        for p in [0.6, 0.9, 0.99, 0.9999] {
            // One degree of freedom is Cauchy's distribution; for two t = (2p - 1)·√(2 / (1 - (2p - 1)²)).
            #expect(abs(studentQuantile(p, degreesOfFreedom: 1) / tan(.pi * (p - 0.5)) - 1) < 1e-10)
            let x = 2 * p - 1
            #expect(abs(studentQuantile(p, degreesOfFreedom: 2) / (x * (2 / (1 - x * x)).squareRoot()) - 1) < 1e-10)
        }
        #expect(studentQuantile(0.5, degreesOfFreedom: 4) == 0)
        #expect(studentQuantile(0, degreesOfFreedom: 4).isNaN && studentQuantile(0.9, degreesOfFreedom: 0).isNaN)
    }

    @Test(arguments: [
        (2, 0.56419, 0.797885), (3, 0.84628, 0.886227), (5, 1.16296, 0.939986), (10, 1.53875, 0.972659),
        (20, 1.86748, 0.986934),
    ])
    func gaussianMembers(count: Int, maximum: Double, bias: Double) {
        #expect(abs(expectedMaximum(of: count) - maximum) < 6e-6)
        #expect(abs(deviationBias(of: count) - bias) < 6e-7)
    }

    /// E[max of m]/(k(m)·c₄(m)), from the tables above and k(m)'s formula.
    @Test(arguments: [(2, 1.178), (5, 1.037), (10, 1.015), (20, 1.006)])
    func gapRatios(count: Int, ratio: Double) {
        #expect(abs(gaussianGapRatio(members: count) - ratio) < 0.0006)
    }
}
