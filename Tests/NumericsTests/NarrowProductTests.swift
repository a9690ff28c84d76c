import CKernels
import Numerics
import Testing

/// Products with a vector or a few columns have the bits of the order of sums that their header promises, whatever the
/// vectors' width.
@Suite struct NarrowProductTests {
    private static let lanes = 64 / MemoryLayout<Real>.size

    /// A window [rows × columns] of a wider random matrix.
    private func window(_ rows: Int, _ columns: Int, _ name: String) -> (whole: Matrix, view: MatrixView) {
        let whole = Matrix(rows, columns + 3)
        RandomStream(name).normals(step: 0, into: whole.pointer, count: whole.count)
        return (whole, whole.view.columns(2..<2 + columns))
    }

    /// x·y in partial sums of every 16th product, added pairwise, and the rest in order.
    private func dot(_ x: UnsafePointer<Real>, _ y: UnsafePointer<Real>, _ count: Int) -> Real {
        var sums = [Real](repeating: 0, count: Self.lanes)
        let whole = count / Self.lanes * Self.lanes
        for p in 0..<whole { sums[p % Self.lanes] = sums[p % Self.lanes].addingProduct(x[p], y[p]) }
        while sums.count > 1 {
            let half = sums.count / 2
            sums = (0..<half).map { sums[$0] + sums[$0 + half] }
        }
        return (whole..<count).reduce(sums[0]) { $0.addingProduct(x[$1], y[$1]) }
    }

    @Test(arguments: [1, 2, 3, 4], [(1, 1), (3, 15), (4, 16), (7, 300), (256, 256), (9, 520)])
    func rowsTimesFewRows(columns: Int, shape: (rows: Int, inner: Int)) {
        let (a, b) = (window(shape.rows, shape.inner, "a"), window(columns, shape.inner, "b"))
        let c = window(shape.rows, columns, "c")
        let before = c.whole.elements
        ab_gemm_narrow(
            a.view.pointer, a.view.stride, b.view.pointer, b.view.stride, c.view.pointer, c.view.stride, shape.rows,
            columns, shape.inner)
        for i in 0..<shape.rows {
            for j in 0..<columns { #expect(c.view.row(i)[j] == dot(a.view.row(i), b.view.row(j), shape.inner)) }
            // The elements beside the window are unchanged.
            for j in [0, 1, columns + 2] { #expect(c.whole.row(i)[j] == before[i * c.whole.columns + j]) }
        }
        withExtendedLifetime((a, b)) {}
    }

    @Test(arguments: [(1, 1), (5, 16), (256, 256), (300, 75), (520, 11), (7, 130)], [false, true])
    func transposedTimesVector(shape: (rows: Int, columns: Int), accumulate: Bool) {
        let (a, x) = (window(shape.rows, shape.columns, "a"), window(1, shape.rows, "x"))
        let y = window(1, shape.columns, "y")
        let before = y.whole.elements
        ab_gemv_transposed(
            a.view.pointer, a.view.stride, x.view.pointer, y.view.pointer, shape.rows, shape.columns,
            accumulate ? 1 : 0)
        for j in 0..<shape.columns {
            var total = accumulate ? before[2 + j] : nil
            for first in stride(from: 0, to: shape.rows, by: Int(AB_KC)) {
                var sum: Real = 0
                for i in first..<min(first + Int(AB_KC), shape.rows) {
                    sum = sum.addingProduct(x.view.pointer[i], a.view.row(i)[j])
                }
                total = total.map { $0 + sum } ?? sum
            }
            #expect(y.view.pointer[j] == total, "column \(j)")
        }
        for j in [0, 1, shape.columns + 2] { #expect(y.whole[j] == before[j]) }
        withExtendedLifetime((a, x)) {}
    }

    /// A product with one row has the bits of the row in a product with several.
    @Test(arguments: [(11, 256), (256, 70), (300, 6)]) func oneRowAsAmongSeveral(inner: Int, columns: Int) {
        let (a, b, bias) = (window(2, inner, "a"), window(inner, columns, "b"), window(1, columns, "bias"))
        let (one, two) = (Matrix(1, columns), Matrix(2, columns))
        let row = MatrixView(pointer: a.view.pointer, rows: 1, columns: inner, stride: a.view.stride)
        multiply(row, b.view, into: one.view, bias: bias.view.pointer, relu: true)
        multiply(a.view, b.view, into: two.view, bias: bias.view.pointer, relu: true)
        if ProductBackEnd.current == .own { #expect(one.elements == Array(two.elements.prefix(columns))) }
        for j in 0..<columns { #expect(abs(one[j] - two[j]) < 1e-4) }
        withExtendedLifetime((a, b, bias)) {}
    }

    /// A product of another library gets the same epilogue as our own: bias, ReLU and mask, also in place.
    @Test(arguments: [false, true]) func epilogueOfAnotherProduct(isInPlace: Bool) {
        let (product, c, bias) = (window(5, 7, "product"), window(5, 7, "c"), window(1, 7, "bias"))
        let (mask, before) = (window(5, 7, "mask"), product.whole.elements)
        let target = isInPlace ? product : c
        var epilogue = ab_epilogue()
        epilogue.bias = UnsafePointer(bias.view.pointer)
        epilogue.relu = 1
        (epilogue.relu_mask, epilogue.ldmask) = (UnsafePointer(mask.view.pointer), mask.view.stride)
        ab_apply_epilogue(
            product.view.pointer, product.view.stride, target.view.pointer, target.view.stride, 5, 7, epilogue)
        for i in 0..<5 {
            for j in 0..<7 {
                let x = before[i * product.whole.columns + 2 + j] + bias.view.pointer[j]
                #expect(target.view.row(i)[j] == (mask.view.row(i)[j] > 0 && x > 0 ? x : 0))
            }
        }
        withExtendedLifetime((bias, mask)) {}
    }
}
