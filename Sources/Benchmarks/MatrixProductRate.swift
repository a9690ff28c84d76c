import Foundation
import Numerics

/// The reference of the benchmarks: the time of a 256 × 256 matrix product, by OpenBLAS and by our own kernel.
package struct MatrixProductRate {
    private let a = Matrix(256, 256)
    private let b = Matrix(256, 256)
    private let c = Matrix(256, 256)

    /// Multiply-adds per product.
    package static let multiplyAdds = 256.0 * 256 * 256

    /// Two aligned matrices of normal random numbers, and space for their product.
    package init() {
        let stream = RandomStream("benchmark")
        stream.normals(step: 0, into: a.pointer, count: a.count)
        stream.normals(step: 1, into: b.pointer, count: b.count)
    }

    /// Seconds of processor time per product by OpenBLAS, the median of five runs of 100.
    package func seconds() -> Double { seconds { multiplyByBLAS(a.view, b.view, into: c.view) } }

    /// Seconds of processor time per product by our kernel for gradient steps.
    package func ownSeconds() -> Double { seconds { multiply(a.view, b.view, into: c.view) } }

    /// Computes `count` products by our kernel.
    func computeOwn(_ count: Int) { for _ in 0..<count { multiply(a.view, b.view, into: c.view) } }

    /// Returns products per second by OpenBLAS in wall-clock time, for several processes that share a machine.
    ///
    /// - `limit`: seconds to measure.
    package func perSecond(over limit: Double) -> Double {
        let start = DispatchTime.now()
        var count = 0
        while secondsSince(start) < limit {
            for _ in 0..<20 { multiplyByBLAS(a.view, b.view, into: c.view) }
            count += 20
        }
        return Double(count) / secondsSince(start)
    }

    private func seconds(_ product: () -> Void) -> Double {
        for _ in 0..<20 { product() }
        return median((0..<5).map { _ in processorSeconds { for _ in 0..<100 { product() } } / 100 })
    }
}
