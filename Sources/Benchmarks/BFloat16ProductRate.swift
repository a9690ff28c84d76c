import Foundation
package import Numerics

/// The time of 256 × 256 products in bfloat16 with the epilogues of a gradient step, and of the roundings beside them.
package struct BFloat16ProductRate {
    /// What is timed.
    package struct Line: Sendable {
        /// The formula.
        package let name: String
        /// Seconds of processor time, the median of five runs of 100.
        package let seconds: Double
        /// The number of multiply-adds of a 256³ product in float32; 0 for a rounding.
        package let multiplyAdds: Double
    }

    private let precision: Precision
    private let x = Matrix(256, 256)
    private let weight = Matrix(256, 256)
    private let gradient = Matrix(256, 256)
    private let bias = Matrix(vector: 256)
    private let sums = Matrix(vector: 256)

    /// Makes random matrices for products in `precision`, which must be available.
    package init(_ precision: Precision) {
        self.precision = precision
        for (i, matrix) in [x, weight, gradient, bias].enumerated() {
            RandomStream("benchmark").normals(step: i, into: matrix.pointer, count: matrix.count)
        }
    }

    /// Measures a hidden layer's passes.
    package func lines() -> [Line] {
        let parts = precision.parts
        func rows() -> BFloat16Rows { BFloat16Rows(256, 256, parts: parts) }
        func pairs() -> BFloat16Pairs { BFloat16Pairs(256, 256, parts: parts) }
        let (xRows, yRows, xPairs, yPairs, w, wTransposed) = (rows(), rows(), pairs(), pairs(), pairs(), pairs())
        convert(x.view, BFloat16Epilogue(rows: xRows, pairs: xPairs))
        var (forward, backward) = (
            BFloat16Epilogue(rows: yRows, pairs: yPairs), BFloat16Epilogue(rows: yRows, pairs: yPairs)
        )
        (forward.bias, forward.relu) = (UnsafePointer(bias.pointer), true)
        (backward.roundedMask, backward.columnSums) = (xPairs, sums.pointer)
        return [
            line("W and its transpose, rounded", multiplyAdds: 0) {
                convert(weight.view, BFloat16Epilogue(rows: nil, pairs: w))
                convert(transposed: weight.view, into: wTransposed)
            },
            line("y = max(0, x W + b), rounded") { multiply(xRows, w, forward) },
            line("dx = dy W^T, masked, rounded, summed") { multiply(xRows, wTransposed, backward) },
            line("dW = x^T dy") { multiply(transposed: xPairs, yPairs, into: gradient.view) },
        ]
    }

    private func line(
        _ name: String, multiplyAdds: Double = MatrixProductRate.multiplyAdds, _ body: () -> Void
    ) -> Line {
        for _ in 0..<20 { body() }
        let seconds = median((0..<5).map { _ in processorSeconds { for _ in 0..<100 { body() } } / 100 })
        return Line(name: name, seconds: seconds, multiplyAdds: multiplyAdds)
    }
}
