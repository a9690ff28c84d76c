import Numerics
import Testing

#if !ACTIVE_BENCH_DOUBLE
    /// oneDNN's products agree with double-precision sums of the rounded factors' products. Needs oneDNN and a
    /// processor with AVX512-BF16 or AMX, without which jobs/test.sh leaves this suite out.
    @Suite struct BFloat16ProductTests {
        @Test func isAvailable() {
            #expect(Precision.bfloat16.obstacle == nil)
            #expect(Precision.library?.hasPrefix("oneDNN 2.") == true)
        }

        /// The tolerance is 1e-6 of the sum of the magnitudes, the bound of float32's rounding of a sum over 300.
        @Test(
            arguments: [(256, 256, 256), (32, 16, 16), (7, 5, 3), (1, 9, 300), (64, 33, 100)],
            [nil, .first, .second] as [BFloat16Product.Operand?])
        func agreesWithDoublePrecision(
            shape: (rows: Int, columns: Int, inner: Int), transposed: BFloat16Product.Operand?
        ) {
            let (rows, columns, inner) = shape
            let a = operand(transposed == .first ? (inner, rows) : (rows, inner), "a")
            let b = operand(transposed == .second ? (columns, inner) : (inner, columns), "b")
            let (bias, c) = (Matrix(vector: columns), Matrix(rows, columns))
            RandomStream("bias").normals(step: 0, into: bias.pointer, count: columns)
            func product(_ i: Int, _ j: Int) -> (sum: Double, size: Double) {
                var (sum, size) = (0.0, 0.0)
                for p in 0..<inner {
                    let x = number(a, transposed == .first ? p * rows + i : i * inner + p)
                    let y = number(b, transposed == .second ? j * inner + p : p * columns + j)
                    sum += x * y
                    size += abs(x * y)
                }
                return (sum, size)
            }
            func expectProducts(_ expected: (Int, Int, Double) -> Double) {
                for i in 0..<rows {
                    for j in 0..<columns {
                        let (sum, size) = product(i, j)
                        #expect(abs(Double(c.row(i)[j]) - expected(i, j, sum)) <= 1e-6 * (size + 10))
                    }
                }
            }
            func prepared(
                accumulate: Bool = false, hasBias: Bool = false, relu: Bool = false
            ) -> BFloat16Product {
                BFloat16Product(
                    rows: rows, columns: columns, inner: inner, transposed: transposed, accumulate: accumulate,
                    hasBias: hasBias, relu: relu)
            }
            prepared().multiply(a, b, into: c.view)
            expectProducts { $2 }
            let before = c.elements
            prepared(accumulate: true).multiply(a, b, into: c.view)
            expectProducts { Double(before[$0 * columns + $1]) + $2 }
            prepared(hasBias: true).multiply(a, b, bias: bias.pointer, into: c.view)
            expectProducts { $2 + Double(bias[$1]) }
            prepared(hasBias: true, relu: true).multiply(a, b, bias: bias.pointer, into: c.view)
            expectProducts { max(0, $2 + Double(bias[$1])) }
        }

        /// NaN must not get lost in a product: it shows that a case diverges.
        @Test func keepsNaN() {
            let (x, c) = (Matrix(2, 2), Matrix(2, 2))
            for i in 0..<4 { x[i] = 1 }
            x[0] = .nan
            let a = BFloat16Matrix(2, 2)
            a.round(x.view)
            BFloat16Product(rows: 2, columns: 2, inner: 2).multiply(a, a, into: c.view)
            #expect(c[0].isNaN && c[1].isNaN && c[2].isNaN && c[3] == 2)
            let bias = Matrix(vector: 2)
            BFloat16Product(rows: 2, columns: 2, inner: 2, hasBias: true).multiply(
                a, a, bias: bias.pointer, into: c.view)
            #expect(c[0].isNaN && c[1].isNaN && c[2].isNaN && c[3] == 2)
        }

        private func operand(_ shape: (rows: Int, columns: Int), _ name: String) -> BFloat16Matrix {
            let matrix = Matrix(shape.rows, shape.columns)
            RandomStream(name).normals(step: 0, into: matrix.pointer, count: matrix.count)
            let result = BFloat16Matrix(shape.rows, shape.columns)
            result.round(matrix.view)
            return result
        }

        private func number(_ matrix: BFloat16Matrix, _ i: Int) -> Double {
            Double(Float(bitPattern: UInt32(matrix.pointer[i]) << 16))
        }
    }
#endif
