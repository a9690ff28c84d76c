import CKernels

/// The time of gradient steps by kernel and shape, on the calling thread. While it is off, it costs one load per kernel
/// call. Kernels in C and products record themselves; other work is recorded with `begin` and `end`.
package enum KernelProfile {
    /// All calls of one kernel with one shape.
    package struct Line: Sendable, Equatable {
        /// The kernel's name, such as "product a b" or "Adam".
        package let kernel: String
        /// The number of rows of the result.
        package let rows: Int
        /// The number of columns of the result.
        package let columns: Int
        /// The inner dimension of a product; 0 for other kernels.
        package let inner: Int
        /// The number of calls.
        package let calls: Int
        /// The time of all calls in seconds.
        package let seconds: Double
        /// The bytes read and written in all calls, each operand counted once per call.
        package let bytes: Int
    }

    /// Clears the profile and starts recording.
    package static func start() { ab_profile_start() }

    /// Stops recording; the lines stay until the next start.
    package static func stop() { ab_profile_stop() }

    /// The recorded lines, in the order in which the kernels were first called.
    package static var lines: [Line] {
        (0..<ab_profile_count()).map { index in
            let line = ab_profile_get(index)
            return Line(
                kernel: String(cString: line.kernel), rows: line.rows, columns: line.columns, inner: line.inner,
                calls: Int(line.calls), seconds: 1e-9 * Double(line.nanoseconds), bytes: Int(line.bytes))
        }
    }

    /// Marks the beginning of a piece of work; pass the result to `end`.
    package static func begin() -> UInt64 { ab_profile_begin() }

    /// Marks the end of a piece of work and records its time.
    ///
    /// - `numbers`: the number of `Real`s that it has read and written.
    package static func end(
        _ start: UInt64, _ kernel: StaticString, _ rows: Int, _ columns: Int, _ inner: Int = 0, numbers: Int
    ) {
        guard start != 0 else { return }
        kernel.utf8Start.withMemoryRebound(to: CChar.self, capacity: kernel.utf8CodeUnitCount + 1) {
            ab_profile_add(start, $0, rows, columns, inner, numbers * MemoryLayout<Real>.stride)
        }
    }
}
