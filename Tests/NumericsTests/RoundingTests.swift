import CKernels
import Numerics
import Testing

/// Conversions, sums, masks and checks around bfloat16 products, in any build.
@Suite struct RoundingTests {
    /// Rounding is to nearest, ties to even; numbers out of range become infinite.
    @Test(
        arguments: [
            (0, 0x0000), (-0.0, 0x8000), (1, 0x3f80), (-2, 0xc000), (1.00390625, 0x3f80), (1.01171875, 0x3f82),
            (1.0039063692092896, 0x3f81), (3.3895313892515355e38, 0x7f7f), (3.4e38, 0x7f80), (-.infinity, 0xff80),
            (.leastNormalMagnitude / 128, 0x0001), (.leastNonzeroMagnitude, 0x0000),
        ] as [(Float, UInt16)])
    func roundsToTheNearest(number: Float, bits: UInt16) {
        #expect(rounded([Real(number)]) == [bits])
    }

    @Test func keepsNaN() {
        for bits in [0x7fc0_0000, 0x7f80_0001, 0xff80_0001, 0x7fff_ffff] as [UInt32] {
            let result = rounded([Real(Float(bitPattern: bits))])[0]
            #expect(result & 0x7f80 == 0x7f80 && result & 0x7f != 0, "\(bits)")
        }
    }

    /// No other bfloat16 is nearer, over the whole range of numbers.
    @Test func nothingIsNearer() {
        let patterns = stride(from: UInt32(0), to: 0x7f7f_0000, by: 40_009).map { $0 }
        let numbers = patterns.map { Float(bitPattern: $0) }
        for (number, bits) in zip(numbers, rounded(numbers.map { Real($0) })) {
            func distance(_ bits: UInt16) -> Double {
                abs(Double(Float(bitPattern: UInt32(bits) << 16)) - Double(number))
            }
            #expect(distance(bits) <= distance(bits + 1))
            #expect(bits == 0 || distance(bits) <= distance(bits - 1))
        }
    }

    /// Column counts that are not whole blocks; each sum runs from the first row to the last.
    @Test(arguments: [1, 64, 77]) func sumsAreTakenBeforeRounding(columns: Int) {
        let (x, sums) = (Matrix(9, columns), Matrix(vector: columns))
        RandomStream("rounding").normals(step: 0, into: x.pointer, count: x.count)
        let result = BFloat16Matrix(9, columns)
        var expected = [Real](repeating: 0, count: columns)
        for i in 0..<9 { for j in 0..<columns { expected[j] += x.row(i)[j] } }
        result.round(x.view, columnSums: sums.pointer)
        #expect(sums.elements == expected)
        #expect(UnsafeBufferPointer(start: result.pointer, count: x.count).elementsEqual(rounded(x.elements)))
        result.round(x.view, columnSums: sums.pointer, accumulate: true)
        #expect(sums.elements == expected.map { $0 + $0 })
    }

    /// Gradients pass where the activation is above 0; NaN is not above 0.
    @Test func theMaskOfAReLU() {
        let values: [Real] = [1, -1, 0, -0.0, .infinity, .nan, 2, -.nan, -.infinity, 1e-30]
        let y = BFloat16Matrix(1, values.count)
        let (x, dy) = (Matrix(vector: values.count), Matrix(vector: values.count))
        for (i, value) in values.enumerated() { (x[i], dy[i]) = (value, Real(i + 1)) }
        y.round(x.view)
        ab_relu_mask_bfloat16(dy.pointer, y.pointer, values.count)
        #expect(dy.elements == [1, 0, 0, 0, 5, 0, 7, 0, 0, 10])
    }

    /// The product that rounds its result equals the product, rounded, also at the edges of its tiles and with NaN.
    @Test(arguments: [(256, 256, 14), (7, 33, 3), (5, 3, 256), (9, 40, 11)])
    func aProductMayRound(rows: Int, columns: Int, inner: Int) {
        let (a, b, bias) = (Matrix(rows, inner), Matrix(inner, columns), Matrix(vector: columns))
        for (i, matrix) in [a, b, bias].enumerated() {
            RandomStream("rounded product").normals(step: i, into: matrix.pointer, count: matrix.count)
        }
        bias[columns - 1] = .nan
        let (c, expected, found) = (
            Matrix(rows, columns), BFloat16Matrix(rows, columns), BFloat16Matrix(rows, columns)
        )
        multiply(a.view, b.view, into: c.view, bias: bias.pointer, relu: true)
        expected.round(c.view)
        multiply(a.view, b.view, bias: bias.pointer, roundedInto: found)
        let all = rows * columns
        #expect(
            UnsafeBufferPointer(start: found.pointer, count: all).elementsEqual(
                UnsafeBufferPointer(start: expected.pointer, count: all)))
        #expect(found.pointer[columns - 1] & 0x7fff > 0x7f80)
    }

    /// The non-finite element lies anywhere among three rows of 77 columns.
    @Test(arguments: [0, 70, 76, 153, 230]) func saysWhetherAllAreFinite(place: Int) {
        let x = Matrix(3, 77)
        for (value, isFinite) in [(1, true), (.nan, false), (-.infinity, false), (3e38, true)] as [(Real, Bool)] {
            x[place] = value
            #expect(x.view.isFinite == isFinite)
            #expect(x.view.columns(0..<77).isFinite == isFinite)
            #expect(x.view.columns(place % 77..<77).isFinite == isFinite, "a window")
            if place % 77 > 0 { #expect(x.view.columns(0..<place % 77).isFinite, "the columns before the window") }
        }
    }

    private func rounded(_ numbers: [Real]) -> [UInt16] {
        var result = [UInt16](repeating: 0, count: numbers.count)
        ab_round_to_bfloat16(numbers, &result, 1, numbers.count, nil, 0)
        return result
    }

    #if ACTIVE_BENCH_DOUBLE
        @Test func doublePrecisionHasNoBFloat16() throws {
            let obstacle = try #require(Precision.bfloat16.obstacle)
            #expect(obstacle.contains("expected a build in single precision"))
            #expect(Precision.full.obstacle == nil && Precision.library == nil)
        }
    #endif
}
