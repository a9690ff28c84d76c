import CKernels
import CTileEmulation
import Numerics
import Testing

#if !ACTIVE_BENCH_DOUBLE
    /// Products in bfloat16 of every unit agree with sums in double precision, those of AVX512-BF16 and plain C with
    /// each other to the bit, and every epilogue does what it says, at the edges of blocks too.
    @Suite(.serialized) struct BFloat16ProductTests {
        /// Whole blocks, parts of blocks, single rows and columns, and sums over more than 512.
        private static let shapes: [(rows: Int, columns: Int, inner: Int)] = [
            (64, 64, 64), (256, 256, 256), (7, 5, 3), (1, 9, 1030), (33, 100, 17), (200, 3, 64), (31, 32, 520),
            (16, 33, 5),
        ]

        private enum Form: CaseIterable { case plain, secondTransposed, firstTransposed }

        /// A product's factors and its result, a window on a wider matrix.
        private struct Example {
            let (rows, columns, inner): (Int, Int, Int)
            let (a, b): (Matrix, Matrix)  // [rows × inner] and [inner × columns]
            let whole: Matrix
            var c: MatrixView { whole.view.columns(3..<3 + columns) }

            init(_ shape: (rows: Int, columns: Int, inner: Int)) {
                (rows, columns, inner) = shape
                (a, b) = (normals(rows, inner, "a"), normals(inner, columns, "b"))
                whole = normals(rows, columns + 5, "c")
            }

            func multiply(_ unit: BFloat16Unit, _ form: Form, parts: Int, _ epilogue: ab_bfloat16_epilogue? = nil) {
                var epilogue = epilogue ?? ab_bfloat16_epilogue()
                (epilogue.c, epilogue.ldc) = (c.pointer, c.stride)
                switch form {
                case .plain:
                    unit.multiply(BFloat16Rows(a, parts: parts), BFloat16Pairs(b, parts: parts), epilogue)
                case .secondTransposed:
                    let second = BFloat16Pairs(transposed: transposed(b), parts: parts)
                    unit.multiply(BFloat16Rows(a, parts: parts), second, epilogue)
                case .firstTransposed:
                    let first = BFloat16Pairs(transposed(a), parts: parts)
                    unit.multiply(transposed: first, BFloat16Pairs(b, parts: parts), epilogue)
                }
            }

            private func transposed(_ x: Matrix) -> Matrix {
                let result = Matrix(x.columns, x.rows)
                transpose(x.view, into: result.view)
                return result
            }

            /// Whether the elements around c are those of `before`.
            func leavesOthers(_ before: [Real]) -> Bool {
                whole.elements.indices.allSatisfy {
                    (3..<3 + columns).contains($0 % whole.columns) || whole[$0] == before[$0]
                }
            }
        }

        /// The tolerance is the rounding of float32 sums (10⁻⁶ of the sum of magnitudes) for rounded factors, and the
        /// digits that two bfloat16 do not hold (2·10⁻⁵) for numbers that are sums of two.
        @Test(arguments: BFloat16Unit.all, shapes.indices)
        func agreesWithDoublePrecision(unit: BFloat16Unit, shape: Int) {
            let faults = ab_tile_faults()
            for form in Form.allCases {
                for parts in [1, 2] {
                    let example = Example(Self.shapes[shape])
                    let before = example.whole.elements
                    example.multiply(unit, form, parts: parts)
                    let (a, b) = (example.a, example.b)
                    let worst = worstError(example) { i, j, p in
                        let (x, y) = (a.row(i)[p], b.row(p)[j])
                        return parts == 2
                            ? (Double(x), Double(y)) : (Double(widened(rounded(x))), Double(widened(rounded(y))))
                    }
                    #expect(worst < (parts == 2 ? 2e-5 : 1e-6), "\(Self.shapes[shape]) \(form), \(parts) parts")
                    #expect(example.leavesOthers(before))
                }
            }
            #expect(ab_tile_faults() == faults)
        }

        /// Returns the largest error of an element of c, divided by 10 + the sum of the magnitudes of what was added.
        private func worstError(_ example: Example, _ factors: (Int, Int, Int) -> (Double, Double)) -> Double {
            var worst = 0.0
            // A sample of the rows, as double precision in Swift is slow.
            for i in stride(from: 0, to: example.rows, by: max(1, example.rows / 16)) {
                for j in 0..<example.columns {
                    var (sum, size) = (0.0, 10.0)
                    for p in 0..<example.inner {
                        let (x, y) = factors(i, j, p)
                        sum += x * y
                        size += abs(x * y)
                    }
                    worst = max(worst, abs(Double(example.c.row(i)[j]) - sum) / size)
                }
            }
            return worst
        }

        /// The bits of plain C are AVX512-BF16's, where the processor has that.
        @Test(arguments: shapes.indices, [1, 2]) func plainCHasTheSameBits(shape: Int, parts: Int) {
            guard MatrixUnit.avx512BF16.obstacle == nil else { return }
            for form in Form.allCases {
                let (plain, instruction) = (Example(Self.shapes[shape]), Example(Self.shapes[shape]))
                plain.multiply(.unit(.plain), form, parts: parts)
                instruction.multiply(.unit(.avx512BF16), form, parts: parts)
                #expect(plain.whole.elements == instruction.whole.elements, "\(Self.shapes[shape]) \(form)")
            }
        }

        /// Every step of the epilogue, one after another and all at once, against the product that has none.
        @Test(arguments: BFloat16Unit.all, shapes.indices) func epilogue(unit: BFloat16Unit, shape: Int) {
            let (rows, columns) = (Self.shapes[shape].rows, Self.shapes[shape].columns)
            let (bias, addend, mask) = (
                normals(1, columns, "bias"), normals(rows, columns, "d"), normals(rows, columns, "m")
            )
            mask[0] = .nan
            let (roundedMask, sums) = (BFloat16Pairs(mask, parts: 1), normals(1, columns, "sums"))
            defer { withExtendedLifetime((bias, addend, mask, roundedMask)) {} }
            let whole = Example(Self.shapes[shape])
            whole.multiply(unit, .plain, parts: 1)
            for step in 0..<7 {
                let all = step == 6
                let example = Example(Self.shapes[shape])
                let (old, oldSums) = (example.whole.elements, sums.elements)
                let byRows = BFloat16Rows(unwritten: rows, columns, parts: 2)
                let inPairs = BFloat16Pairs(unwritten: rows, columns, parts: 2)
                var epilogue = ab_bfloat16_epilogue()
                if step == 0 || all { epilogue.accumulate = 1 }
                if step == 1 { epilogue.bias = UnsafePointer(bias.pointer) }
                if step == 2 || all { (epilogue.bias, epilogue.ldbias) = (UnsafePointer(addend.pointer), columns) }
                if step == 3 || all { epilogue.relu = 1 }
                if step == 4 { (epilogue.mask, epilogue.ldmask) = (UnsafePointer(mask.pointer), columns) }
                if step == 5 || all { epilogue.mask_pairs = roundedMask.layout }
                (epilogue.rows, epilogue.pairs) = (byRows.layout, inPairs.layout)
                (epilogue.column_sums, epilogue.accumulate_sums) = (sums.pointer, all ? 1 : 0)
                example.multiply(unit, .plain, parts: 1, epilogue)
                var totals = [Real](repeating: 0, count: columns)
                var wrong = 0
                for i in 0..<rows {
                    for j in 0..<columns {
                        var x = whole.c.row(i)[j]
                        if epilogue.accumulate != 0 { x += old[i * example.whole.columns + 3 + j] }
                        if step == 1 { x += bias[j] }
                        if step == 2 || all { x += addend.row(i)[j] }
                        if epilogue.relu != 0 && x <= 0 { x = 0 }
                        if step >= 4 && !(mask.row(i)[j] > 0) { x = 0 }
                        totals[j] += x
                        let high = rounded(x)
                        let low = rounded(x - widened(high))
                        let found = [
                            byRows.bits(i, j), byRows.bits(i, j, part: 1), inPairs.bits(i, j),
                            inPairs.bits(i, j, part: 1),
                        ]
                        if example.c.row(i)[j] != x || found != [high, low, high, low] { wrong += 1 }
                    }
                }
                #expect(wrong == 0, "step \(step) of \(Self.shapes[shape])")
                #expect(sums.elements == (all ? zip(oldSums, totals).map { $0 + $1 } : totals), "step \(step)")
                #expect(example.leavesOthers(old))
                #expect(byRows.hasZeroPadding && inPairs.hasZeroPadding, "step \(step) of \(Self.shapes[shape])")
            }
        }

        /// NaN and infinities spread as in float32: they show that a case diverges.
        @Test(arguments: BFloat16Unit.all, [Float.nan, .infinity, -.infinity]) func keepsWhatIsNotFinite(
            unit: BFloat16Unit, x: Float
        ) {
            let example = Example((33, 40, 21))
            example.a.row(32)[20] = x
            for parts in [1, 2] {
                var epilogue = ab_bfloat16_epilogue()
                epilogue.relu = 1
                example.multiply(unit, .plain, parts: parts, epilogue)
                for j in 0..<40 where x.isNaN || example.b.row(20)[j].sign == x.sign {
                    let y = example.c.row(32)[j]
                    // The sum of two parts may turn an infinite number into NaN.
                    #expect(x.isNaN ? y.isNaN : parts == 1 ? y == .infinity : !y.isFinite)
                }
                #expect((0..<32).allSatisfy { i in (0..<40).allSatisfy { example.c.row(i)[$0].isFinite } })
            }
        }

        /// The selected unit is available, and every obstacle is a clause.
        @Test func selection() throws {
            let unit = try #require(MatrixUnit.selected)
            #expect(unit.obstacle == nil && MatrixUnit.plain.obstacle == nil && Precision.bfloat16.obstacle == nil)
            for unit in MatrixUnit.allCases {
                #expect(unit.obstacle.map { $0.hasPrefix("expected ") && $0.contains(", found ") } ?? true)
            }
        }
    }
#endif
