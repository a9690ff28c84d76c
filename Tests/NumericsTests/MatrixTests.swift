import Numerics
import Testing

@Suite struct MatrixTests {
    private let stream = RandomStream("matrices")

    /// All three orientations agree with a triple loop in double precision, on windows with a stride.
    @Test func products() {
        let (rows, inner, columns) = (7, 5, 6)
        let wideA = random(rows, inner + 3, step: 0)
        let wideB = random(inner, columns + 1, step: 1)
        let (a, b) = (wideA.view.columns(2..<2 + inner), wideB.view.columns(1..<1 + columns))
        let (transposedA, transposedB) = (transpose(a), transpose(b))
        let expected = product(a, b)
        let c = Matrix(rows, columns)

        multiply(a, b, into: c.view)
        #expect(largestDifference(c, expected) < 1e-5)
        multiply(transposedA.view.transposed, b, into: c.view)
        #expect(largestDifference(c, expected) < 1e-5)
        multiply(a, transposedB.view.transposed, into: c.view)
        #expect(largestDifference(c, expected) < 1e-5)
    }

    @Test func matrixTimesVector() {
        let a = random(7, 5, step: 2)
        let x = random(5, 1, step: 3)
        let expected = product(a.view, x.view)
        let y = Matrix(7, 1)
        multiply(a.view, vector: x.pointer, into: y.pointer)
        #expect(largestDifference(y, expected) < 1e-5)
        let transposedA = transpose(a.view)
        multiply(transposedA.view.transposed, vector: x.pointer, into: y.pointer)
        #expect(largestDifference(y, expected) < 1e-5)
    }

    @Test func storageIsAlignedAndZero() {
        let matrix = Matrix(3, 5)
        #expect(UInt(bitPattern: matrix.pointer) % 64 == 0)
        #expect(matrix.elements == [Real](repeating: 0, count: 15))
    }

    /// QᵀQ = 1 for tall, wide and square matrices; with the chosen signs, Q has the Haar distribution.
    @Test(arguments: [(11, 4), (4, 11), (6, 6), (256, 1), (1, 1), (256, 256), (40, 300)])
    func orthogonal(rows: Int, columns: Int) {
        let q = orthogonalMatrix(rows: rows, columns: columns, stream: stream)
        let short = min(rows, columns)
        for i in 0..<short {
            for j in 0..<short {
                let dot =
                    rows >= columns
                    ? (0..<rows).map { q[$0 * columns + i] * q[$0 * columns + j] }.reduce(0, +)
                    : (0..<columns).map { q[i * columns + $0] * q[j * columns + $0] }.reduce(0, +)
                #expect(abs(dot - (i == j ? 1 : 0)) < 1e-14)
            }
        }
    }

    /// The bits of an orthogonal matrix, hashed by FNV-1a, on every processor.
    @Test(
        arguments: [
            (5, 3, 17_747_632_504_611_883_004), (3, 5, 17_410_872_333_016_184_584), (70, 70, 2_979_876_941_033_454_289),
        ] as [(Int, Int, UInt64)])
    func orthogonalBits(rows: Int, columns: Int, expected: UInt64) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for x in orthogonalMatrix(rows: rows, columns: columns, stream: stream) {
            hash = (hash ^ x.bitPattern) &* 0x0000_0100_0000_01B3
        }
        #expect(hash == expected)
    }

    private func random(_ rows: Int, _ columns: Int, step: Int) -> Matrix {
        let matrix = Matrix(rows, columns)
        stream.normals(step: step, into: matrix.pointer, count: matrix.count)
        return matrix
    }

    private func transpose(_ a: MatrixView) -> Matrix {
        let result = Matrix(a.columns, a.rows)
        for i in 0..<a.rows { for j in 0..<a.columns { result.row(j)[i] = a.row(i)[j] } }
        return result
    }

    private func product(_ a: MatrixView, _ b: MatrixView) -> [Double] {
        (0..<a.rows).flatMap { i in
            (0..<b.columns).map { j in (0..<a.columns).map { Double(a.row(i)[$0]) * Double(b.row($0)[j]) }.reduce(0, +)
            }
        }
    }

    private func largestDifference(_ matrix: Matrix, _ expected: [Double]) -> Double {
        zip(matrix.elements, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
    }
}
