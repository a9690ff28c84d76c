import CKernels
import Numerics
import Testing

/// The matrix product of gradient steps is exact to the bit, in vectors of every width that this processor has.
@Suite struct ProductTests {
    /// Which operand is stored transposed.
    enum Order: CaseIterable { case plain, firstTransposed, secondTransposed }

    /// Odd shapes, whole tiles, narrow ones, and sums over more than 256.
    private static let shapes: [(rows: Int, columns: Int, inner: Int)] = [
        (1, 1, 1), (7, 5, 6), (8, 32, 256), (13, 33, 300), (11, 256, 256), (256, 3, 40), (64, 64, 64), (5, 17, 520),
        (300, 20, 9), (6, 16, 11), (256, 256, 17),
    ]

    private static let widths: [Int] = ab_vector_bytes() == 64 ? [32, 64] : [ab_vector_bytes()]

    /// A matrix as a window on a wider one, with the elements around the window.
    private struct Window {
        let whole: Matrix
        let view: MatrixView

        init(_ rows: Int, _ columns: Int, _ name: String) {
            whole = Matrix(rows, columns + 5)
            RandomStream(name).normals(step: 0, into: whole.pointer, count: whole.count)
            view = whole.view.columns(3..<3 + columns)
        }
    }

    /// c before and after a product, the product's factors, and the operands of the epilogue.
    private struct Example {
        let a, b: Window
        let c: Window
        let before: [Real]
        let (rows, columns, inner): (Int, Int, Int)
        let order: Order

        init(_ shape: (rows: Int, columns: Int, inner: Int), _ order: Order) {
            (rows, columns, inner) = shape
            self.order = order
            a = order == .firstTransposed ? Window(inner, rows, "a") : Window(rows, inner, "a")
            b = order == .secondTransposed ? Window(columns, inner, "b") : Window(inner, columns, "b")
            c = Window(rows, columns, "c")
            before = c.whole.elements
        }

        func multiply(_ width: Int, _ epilogue: ab_epilogue) {
            func operand(_ view: MatrixView, _ transposed: Bool) -> ab_operand {
                transposed
                    ? ab_operand(values: view.pointer, row_stride: 1, column_stride: view.stride)
                    : ab_operand(values: view.pointer, row_stride: view.stride, column_stride: 1)
            }
            ab_gemm_in_vectors(
                width, operand(a.view, order == .firstTransposed), operand(b.view, order == .secondTransposed),
                c.view.pointer, c.view.stride, rows, columns, inner, epilogue)
        }

        private func a(_ i: Int, _ p: Int) -> Real { order == .firstTransposed ? a.view.row(p)[i] : a.view.row(i)[p] }
        private func b(_ p: Int, _ j: Int) -> Real { order == .secondTransposed ? b.view.row(j)[p] : b.view.row(p)[j] }

        /// One element of the product, summed in the order that the kernel promises.
        func sum(_ i: Int, _ j: Int, from start: Real? = nil) -> Real {
            var total = start
            for first in stride(from: 0, to: inner, by: 256) {
                var sum: Real = 0
                for p in first..<min(first + 256, inner) { sum = sum.addingProduct(a(i, p), b(p, j)) }
                total = total.map { $0 + sum } ?? sum
            }
            return total ?? 0
        }

        /// Whether every element equals `expected` to the last bit and the elements around the windows are unchanged.
        func matches(_ expected: (Int, Int) -> Real) -> Bool {
            let after = c.whole.elements
            return (0..<rows).allSatisfy { i in
                (0..<c.whole.columns).allSatisfy { k in
                    let index = i * c.whole.columns + k
                    let wanted = (3..<3 + columns).contains(k) ? expected(i, k - 3) : before[index]
                    return after[index].bitPattern == wanted.bitPattern || after[index].isNaN && wanted.isNaN
                }
            }
        }
    }

    @Test(arguments: Order.allCases, shapes.indices) func sumsInOrder(order: Order, shape: Int) {
        for width in Self.widths {
            let example = Example(Self.shapes[shape], order)
            example.multiply(width, ab_epilogue())
            #expect(example.matches { example.sum($0, $1) }, "\(Self.shapes[shape]) \(order) in \(width) bytes")
        }
    }

    @Test(arguments: shapes.indices) func biasAndReLU(shape: Int) {
        for width in Self.widths {
            let example = Example(Self.shapes[shape], .plain)
            let bias = Window(1, example.columns, "bias")
            var epilogue = ab_epilogue()
            epilogue.bias = UnsafePointer(bias.view.pointer)
            epilogue.relu = 1
            bias.view.pointer[0] = .nan
            example.multiply(width, epilogue)
            #expect(
                example.matches { i, j in
                    let x = example.sum(i, j) + bias.view.pointer[j]
                    return x <= 0 ? 0 : x
                }, "\(Self.shapes[shape]) in \(width) bytes")
        }
    }

    @Test(arguments: shapes.indices) func addend(shape: Int) {
        for width in Self.widths {
            let example = Example(Self.shapes[shape], .plain)
            let addend = Window(example.rows, example.columns, "addend")
            var epilogue = ab_epilogue()
            (epilogue.bias, epilogue.ldbias) = (UnsafePointer(addend.view.pointer), addend.view.stride)
            example.multiply(width, epilogue)
            #expect(
                example.matches { example.sum($0, $1) + addend.view.row($0)[$1] },
                "\(Self.shapes[shape]) in \(width) bytes")
        }
    }

    @Test(arguments: shapes.indices) func mask(shape: Int) {
        for width in Self.widths {
            let example = Example(Self.shapes[shape], .secondTransposed)
            let mask = Window(example.rows, example.columns, "mask")
            mask.view.pointer[0] = .nan
            var epilogue = ab_epilogue()
            (epilogue.relu_mask, epilogue.ldmask) = (UnsafePointer(mask.view.pointer), mask.view.stride)
            example.multiply(width, epilogue)
            #expect(
                example.matches { mask.view.row($0)[$1] > 0 ? example.sum($0, $1) : 0 },
                "\(Self.shapes[shape]) in \(width) bytes")
        }
    }

    /// The mask is the output itself, as in the backward pass through a network.
    @Test(arguments: [(8, 32, 256), (13, 33, 40), (256, 256, 256), (7, 5, 6)])
    func maskInPlace(rows: Int, columns: Int, inner: Int) {
        for width in Self.widths {
            let example = Example((rows, columns, inner), .secondTransposed)
            var epilogue = ab_epilogue()
            (epilogue.relu_mask, epilogue.ldmask) = (UnsafePointer(example.c.view.pointer), example.c.view.stride)
            example.multiply(width, epilogue)
            let (before, stride) = (example.before, example.c.whole.columns)
            #expect(example.matches { before[$0 * stride + 3 + $1] > 0 ? example.sum($0, $1) : 0 })
        }
    }

    @Test(arguments: shapes.indices, [false, true]) func columnSums(shape: Int, accumulate: Bool) {
        for width in Self.widths {
            let example = Example(Self.shapes[shape], .firstTransposed)
            let sums = Matrix(vector: example.columns)
            RandomStream("sums").normals(step: 0, into: sums.pointer, count: sums.count)
            let before = sums.elements
            var epilogue = ab_epilogue()
            epilogue.accumulate = accumulate ? 1 : 0
            epilogue.b_column_sums = sums.pointer
            example.multiply(width, epilogue)
            let old = example.before
            #expect(
                example.matches { i, j in
                    example.sum(i, j, from: accumulate ? old[i * example.c.whole.columns + 3 + j] : nil)
                }, "\(Self.shapes[shape]) in \(width) bytes")
            for j in 0..<example.columns {
                var total = accumulate ? before[j] : nil
                for first in stride(from: 0, to: example.inner, by: 256) {
                    var sum: Real = 0
                    for p in first..<min(first + 256, example.inner) { sum += example.b.view.row(p)[j] }
                    total = total.map { $0 + sum } ?? sum
                }
                #expect(sums[j] == total, "column \(j) of \(Self.shapes[shape]) in \(width) bytes")
            }
        }
    }

    /// The kernel agrees with BLAS within the rounding of 256 additions.
    @Test func agreesWithBLAS() {
        let (a, b) = (Window(256, 256, "a"), Window(256, 256, "b"))
        let (ours, theirs) = (Matrix(256, 256), Matrix(256, 256))
        withExtendedLifetime((a, b)) {
            multiply(a.view, b.view, into: ours.view)
            multiplyByBLAS(a.view, b.view, into: theirs.view)
        }
        for i in 0..<ours.count { #expect(abs(ours[i] - theirs[i]) < 2e-4) }
        #expect(ours.elements != [Real](repeating: 0, count: ours.count))
    }
}
