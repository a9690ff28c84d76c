import Foundation
import Numerics

/// The yardstick: how long a product of two 256 × 256 matrices takes, by OpenBLAS with the kernels in use and by our own.
package struct MatrixProductRate {
    private let a = Matrix(256, 256)
    private let b = Matrix(256, 256)
    private let c = Matrix(256, 256)

    /// Multiply-adds of one product.
    package static let multiplyAdds = 256.0 * 256 * 256

    /// Two aligned matrices of normal numbers, and room for their product.
    package init() {
        let stream = RandomStream("benchmark")
        stream.normals(step: 0, into: a.pointer, count: a.count)
        stream.normals(step: 1, into: b.pointer, count: b.count)
    }

    /// Processor time of one product by OpenBLAS, the median of five times 100.
    package func seconds() -> Double { seconds { multiplyByBLAS(a.view, b.view, into: c.view) } }

    /// The same by the kernel that gradient steps are made of.
    package func ownSeconds() -> Double { seconds { multiply(a.view, b.view, into: c.view) } }

    /// Products a second by OpenBLAS, on the clock, over so many seconds: several processes at once share a machine.
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
