import CKernels
import Numerics
import Testing

#if !ACTIVE_BENCH_DOUBLE
    /// Conversions to bfloat16, by plain C and by whatever unit the processor has.
    @Suite struct RoundingTests {
        private static let units = MatrixUnit.allCases.filter { $0.obstacle == nil }

        /// Rounding is to nearest, ties to even; numbers out of range become infinite, those below 2⁻¹²⁶ zero.
        @Test(arguments: units)
        func roundsToTheNearest(unit: MatrixUnit) {
            let numbers: [(Float, UInt16)] = [
                (0, 0x0000), (-0.0, 0x8000), (1, 0x3f80), (-2, 0xc000), (1.00390625, 0x3f80), (1.01171875, 0x3f82),
                (1.0039063692092896, 0x3f81), (3.3895313892515355e38, 0x7f7f), (3.4e38, 0x7f80), (-.infinity, 0xff80),
                (.leastNormalMagnitude, 0x0080), (.leastNormalMagnitude / 2, 0x0000), (-.leastNonzeroMagnitude, 0x8000),
            ]
            for (number, bits) in zip(numbers, converted(numbers.map { $0.0 }, unit)) {
                #expect(bits == number.1 && bits == rounded(number.0), "\(number)")
            }
        }

        @Test(arguments: units) func keepsNaN(unit: MatrixUnit) {
            let patterns: [UInt32] = [0x7fc0_0000, 0x7f80_0001, 0xff80_0001, 0x7fff_ffff]
            for bits in converted(patterns.map { Float(bitPattern: $0) }, unit) {
                #expect(bits & 0x7f80 == 0x7f80 && bits & 0x7f != 0)
            }
        }

        /// No other bfloat16 is nearer, over the whole range of numbers.
        @Test(arguments: units) func nothingIsNearer(unit: MatrixUnit) {
            let numbers = stride(from: UInt32(0x0080_0000), to: 0x7f7f_0000, by: 40_009).map { Float(bitPattern: $0) }
            for (number, bits) in zip(numbers, converted(numbers, unit)) {
                func distance(_ bits: UInt16) -> Double { abs(Double(widened(bits)) - Double(number)) }
                #expect(distance(bits) <= distance(bits + 1) && distance(bits) <= distance(bits - 1))
            }
        }

        /// The sum of two bfloat16 differs from the number by at most 2⁻¹⁷ of it; a number that is not finite has no
        /// low part.
        @Test(arguments: units) func highAndLow(unit: MatrixUnit) {
            let x = normals(9, 77, "rounding")
            (x[3], x[600]) = (.infinity, -.nan)
            let (rows, pairs) = (BFloat16Rows(x, parts: 2, unit: unit), BFloat16Pairs(x, parts: 2, unit: unit))
            for i in 0..<9 {
                for j in 0..<77 {
                    let number = Double(x.row(i)[j])
                    #expect(
                        rows.bits(i, j) == pairs.bits(i, j) && rows.bits(i, j, part: 1) == pairs.bits(i, j, part: 1))
                    if number.isFinite {
                        #expect(abs(rows.number(i, j) - number) <= 0x1p-17 * abs(number))
                    } else {
                        #expect(rows.bits(i, j, part: 1) == 0)
                    }
                }
            }
        }

        /// Row counts and column counts that are not whole blocks, whose padding is written; each sum runs from the first
        /// row to the last.
        @Test(arguments: units, [(9, 1), (32, 64), (9, 77), (70, 33)])
        func transposesAndSums(unit: MatrixUnit, shape: (rows: Int, columns: Int)) {
            let x = normals(shape.rows, shape.columns, "rounding")
            let (rows, pairs) = (BFloat16Rows(x, parts: 2, unit: unit), BFloat16Pairs(x, parts: 2, unit: unit))
            let transposed = BFloat16Pairs(transposed: x, parts: 2, unit: unit)
            #expect(rows.hasZeroPadding && pairs.hasZeroPadding && transposed.hasZeroPadding)
            for i in 0..<shape.rows {
                for j in 0..<shape.columns { #expect(pairs.number(i, j) == transposed.number(j, i)) }
            }
            let sums = Matrix(vector: shape.columns)
            defer { withExtendedLifetime(x) {} }
            var expected = [Real](repeating: 0, count: shape.columns)
            for i in 0..<shape.rows { for j in 0..<shape.columns { expected[j] += x.row(i)[j] } }
            var epilogue = ab_bfloat16_epilogue()
            epilogue.column_sums = sums.pointer
            ab_bfloat16_convert(unit.code, x.pointer, x.columns, x.rows, x.columns, epilogue)
            #expect(sums.elements == expected)
        }

        /// d ⊗ w, masked by what a ReLU left, NaN not being above 0.
        @Test(arguments: units) func outerProduct(unit: MatrixUnit) {
            let (d, w, y) = (normals(1, 35, "d"), normals(1, 41, "w"), normals(35, 41, "y"))
            y[1] = .nan
            defer { withExtendedLifetime((d, w, y)) {} }
            let c = Matrix(35, 41)
            let (rows, pairs) = (
                BFloat16Rows(unwritten: 35, 41, parts: 1), BFloat16Pairs(unwritten: 35, 41, parts: 1)
            )
            var epilogue = ab_bfloat16_epilogue()
            (epilogue.mask, epilogue.ldmask) = (UnsafePointer(y.pointer), 41)
            (epilogue.c, epilogue.ldc) = (c.pointer, 41)
            (epilogue.rows, epilogue.pairs) = (rows.layout, pairs.layout)
            ab_bfloat16_outer(unit.code, d.pointer, w.pointer, 35, 41, epilogue)
            for i in 0..<35 {
                for j in 0..<41 {
                    let expected = y.row(i)[j] > 0 ? d[i] * w[j] : 0
                    let bits = rounded(expected)
                    #expect(c.row(i)[j] == expected && rows.bits(i, j) == bits && pairs.bits(i, j) == bits)
                }
            }
            #expect(rows.hasZeroPadding && pairs.hasZeroPadding)
        }

        private func converted(_ numbers: [Float], _ unit: MatrixUnit) -> [UInt16] {
            let x = Matrix(vector: numbers.count)
            for (i, number) in numbers.enumerated() { x[i] = number }
            let rows = BFloat16Rows(x, parts: 1, unit: unit)
            return numbers.indices.map { rows.bits(0, $0) }
        }
    }
#else
    /// In double precision there is no bfloat16.
    @Suite struct RoundingTests {
        @Test func doublePrecisionHasNoBFloat16() throws {
            let obstacle = try #require(Precision.bfloat16.obstacle)
            #expect(obstacle.contains("expected a build in single precision"))
            #expect(Precision.full.obstacle == nil && MatrixUnit.selected == nil)
        }
    }
#endif
