import Glibc
import Numerics
import Testing

#if arch(x86_64)
    /// Our elementary functions against the C library's in extended precision (64 binary digits).
    @Suite struct ElementaryTests {
        /// A function in both precisions, and the reference.
        struct Function: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let ofDouble: @Sendable (Double) -> Double
            let ofFloat: @Sendable (Float) -> Float
            /// In double precision: enough to judge a float.
            let inDouble: @Sendable (Double) -> Double
            let reference: @Sendable (Float80) -> Float80
            /// Ranges that random arguments are drawn from, besides random bit patterns.
            let ranges: [ClosedRange<Double>]
            /// Arguments with values that must be met exactly.
            let exact: [(Double, Double)]
        }

        static let functions: [Function] = [
            Function(
                testDescription: "exp", ofDouble: { Elementary.exp($0) }, ofFloat: { Elementary.exp($0) },
                inDouble: { Glibc.exp($0) }, reference: { expl($0) },
                ranges: [-750...720, -1...1, -1e-3...1e-3, -745.2 ... -707],
                exact: [
                    (0, 1), (-0.0, 1), (leastNumber, 1), (.infinity, .infinity), (-.infinity, 0), (1e300, .infinity),
                    (709.79, .infinity), (-745.2, 0), (-745.1, leastNumber),
                ]),
            Function(
                testDescription: "log", ofDouble: { Elementary.log($0) }, ofFloat: { Elementary.log($0) },
                inDouble: { Glibc.log($0) }, reference: { logl($0) },
                ranges: [0...2, 0.9...1.1, 0...1e300, 0...1e-307],
                exact: [
                    (1, 0), (0, -.infinity), (-0.0, -.infinity), (.infinity, .infinity), (-leastNumber, .nan),
                    (-.infinity, .nan),
                ]),
            Function(
                testDescription: "log1p", ofDouble: { Elementary.log1p($0) }, ofFloat: { Elementary.log1p($0) },
                inDouble: { Glibc.log1p($0) }, reference: { log1pl($0) },
                ranges: [-1...1, -1e-3...1e-3, -1e-8...1e-8, 0...1e10, -1 ... -0.999],
                exact: [
                    (0, 0), (-0.0, -0.0), (leastNumber, leastNumber), (-1, -.infinity), (-1.5, .nan),
                    (.infinity, .infinity),
                    (-.infinity, .nan),
                ]),
            Function(
                testDescription: "tanh", ofDouble: { Elementary.tanh($0) }, ofFloat: { Elementary.tanh($0) },
                inDouble: { Glibc.tanh($0) }, reference: { tanhl($0) },
                ranges: [-20...20, -1...1, -0.25...0.25, -1e-3...1e-3],
                exact: [
                    (0, 0), (-0.0, -0.0), (leastNumber, leastNumber), (.infinity, 1), (-.infinity, -1), (1e300, 1),
                    (-19.1, -1),
                ]),
        ]

        /// 300,000 random arguments from each range and from all bit patterns.
        @Test(arguments: functions) func doublesAreWithinTwoUnits(function: Function) {
            let stream = RandomStream("elementary").stream(function.testDescription)
            for (step, range) in ([nil] + function.ranges.map { Optional($0) }).enumerated() {
                var worst = (error: 0.0, at: 0.0)
                for i in 0..<300_000 {
                    let x: Double
                    if let range {
                        x =
                            range.lowerBound + (range.upperBound - range.lowerBound)
                            * stream.uniform(step: step, index: i)
                    } else {
                        let (a, b, _, _) = stream.block(step: step, index: i)
                        x = Double(bitPattern: UInt64(a) << 32 | UInt64(b))
                    }
                    let error = unitsOff(function.ofDouble(x), function.reference(Float80(x)))
                    if error > worst.error { worst = (error, x) }
                }
                #expect(worst.error < 1.25, "\(range.map { "\($0)" } ?? "all"): \(worst.error) ulp at \(worst.at)")
            }
        }

        /// Every 1,009th of all floats is correctly rounded but for ties within 1 % of a unit.
        @Test(arguments: functions) func floatsAreRoundedCorrectly(function: Function) {
            var worst = (error: 0.0, at: Float(0))
            for pattern in stride(from: 0, through: UInt64(UInt32.max), by: 1_009) {
                let x = Float(bitPattern: UInt32(pattern))
                let (y, reference) = (function.ofFloat(x), function.inDouble(Double(x)))
                let error = isSame(Double(y), Double(Float(reference))) ? 0 : unitsOff(y, reference)
                if error > worst.error { worst = (error, x) }
            }
            #expect(worst.error < 0.51, "\(worst.error) ulp at \(worst.at)")
        }

        @Test(arguments: functions) func specialValues(function: Function) {
            for (x, y) in function.exact + [(.nan, .nan)] {
                #expect(isSame(function.ofDouble(x), y), "\(function.testDescription)(\(x)) is \(function.ofDouble(x))")
            }
        }

        /// sin 2πx and cos 2πx of arguments up to 8 turns, and exactly at quarters.
        @Test func sinesAndCosines() {
            let stream = RandomStream("turns")
            var worst = 0.0
            for i in 0..<300_000 {
                let x = 16 * stream.uniform(step: 0, index: i) - 8
                let both = Elementary.sineAndCosine(turns: x)
                // An exact reduction to an eighth of a turn, so that the reference is exact near its zeros.
                let quarter = (4 * x).rounded()
                let angle = 2 * Float80.pi * Float80(x - quarter / 4)
                let (s, c) = (sinl(angle), cosl(angle))
                let (sine, cosine) = [(s, c), (c, -s), (-s, -c), (-c, s)][Int(quarter) & 3]
                worst = max(worst, unitsOff(both.sine, sine), unitsOff(both.cosine, cosine))
            }
            #expect(worst < 1.25, "\(worst) ulp")
            let exact: [(turns: Double, sine: Double, cosine: Double)] = [
                (0, 0, 1), (0.25, 1, 0), (0.5, 0, -1), (0.75, -1, 0), (-0.25, -1, 0), (1e300, 0, 1),
            ]
            for (x, sine, cosine) in exact { #expect(Elementary.sineAndCosine(turns: x) == (sine, cosine), "\(x)") }
            for x in [Double.infinity, -.infinity, .nan] {
                let both = Elementary.sineAndCosine(turns: x)
                #expect(both.sine.isNaN && both.cosine.isNaN)
            }
        }

        /// Powers as in Adam's correction of its moments.
        @Test(arguments: [0.9, 0.999, 1, 0, -0.5]) func powers(base: Double) {
            for exponent in [0, 1, 2, 3, 10, 999, 12_345, 1_000_000] {
                let power = Elementary.power(base, exponent)
                #expect(unitsOff(power, powl(Float80(base), Float80(exponent))) < 1, "\(base)^\(exponent)")
            }
        }

        /// The quantile against Φ in extended precision: what is missing to p, divided by the density, is its error.
        @Test func quantiles() {
            let stream = RandomStream("quantiles")
            var probabilities = (0..<2_000).map { stream.uniform(step: 0, index: $0) }
            probabilities += (0..<300).map { Glibc.exp(-700 * stream.uniform(step: 1, index: $0)) }
            probabilities += (0..<300).map { 0.5 + 1e-3 * (stream.uniform(step: 2, index: $0) - 0.5) }
            probabilities += [leastNumber, 1e-308, 0.16, 0.84, 0.4999999999999999, 0.9999999999999999]
            for p in probabilities where p > 0 {
                let x = normalQuantile(p)
                let wide = Float80(x)
                let density = expl(-wide * wide / 2) / sqrtl(2 * .pi)
                let root = sqrtl(Float80(2))
                let missing: Float80
                if abs(p - 0.5) < 0.3 {
                    missing = (Float80(p) - 0.5) - erfl(wide / root) / 2
                } else {
                    missing = p < 0.5 ? Float80(p) - erfcl(-wide / root) / 2 : erfcl(wide / root) / 2 - Float80(1 - p)
                }
                let error = abs(missing / density / Float80(max(abs(x).ulp, .leastNonzeroMagnitude)))
                #expect(error < 2, "\(error) ulp at \(p)")
            }
            #expect(normalQuantile(0.5) == 0)
        }
    }

    /// The smallest positive double, a subnormal number.
    private let leastNumber = Double.leastNonzeroMagnitude

    /// Whether two numbers are equal including the sign of zero, or both NaN.
    private func isSame(_ x: Double, _ y: Double) -> Bool { x.bitPattern == y.bitPattern || x.isNaN && y.isNaN }

    /// The error of `y` in units of the last place of the reference, rounded to the type of `y`.
    private func unitsOff(_ y: Double, _ reference: Float80) -> Double {
        let rounded = Double(reference)
        if !rounded.isFinite || !y.isFinite { return isSame(y, rounded) ? 0 : .infinity }
        return Double(abs(Float80(y) - reference) / Float80(rounded.ulp))
    }

    private func unitsOff(_ y: Float, _ reference: Double) -> Double {
        let rounded = Float(reference)
        if !rounded.isFinite || !y.isFinite { return .infinity }
        return abs(Double(y) - reference) / Double(rounded.ulp)
    }
#endif
