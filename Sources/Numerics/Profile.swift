import CKernels

/// Where the time of gradient steps goes: kernel by kernel and shape by shape, on the thread that calls. Off unless started,
/// when it costs a load a kernel. Kernels in C and the products note themselves; other work is noted with `begin` and `end`.
package enum Profile {
    /// All calls of one kernel with one shape.
    package struct Line: Sendable, Equatable {
        /// "product a b", "Adam".
        package let kernel: String
        /// Of the result.
        package let rows: Int
        /// Of the result.
        package let columns: Int
        /// What a product sums over; 0 for what is none.
        package let inner: Int
        /// How often it was called.
        package let calls: Int
        /// In all calls.
        package let seconds: Double
        /// Read and written in all calls, every operand once a call.
        package let bytes: Int
    }

    /// Begins anew.
    package static func start() { ab_profile_start() }

    /// Ends it; the lines stay until the next start.
    package static func stop() { ab_profile_stop() }

    /// In the order in which the kernels were first called.
    package static var lines: [Line] {
        (0..<ab_profile_count()).map { index in
            let line = ab_profile_get(index)
            return Line(
                kernel: String(cString: line.kernel), rows: line.rows, columns: line.columns, inner: line.inner,
                calls: Int(line.calls), seconds: 1e-9 * Double(line.nanoseconds), bytes: Int(line.bytes))
        }
    }

    /// A piece of work begins; what is returned goes to `end`.
    package static func begin() -> UInt64 { ab_profile_begin() }

    /// It has ended.
    ///
    /// - Parameter numbers: how many `Real`s it has read and written.
    package static func end(
        _ start: UInt64, _ kernel: StaticString, _ rows: Int, _ columns: Int, _ inner: Int = 0, numbers: Int
    ) {
        guard start != 0 else { return }
        kernel.utf8Start.withMemoryRebound(to: CChar.self, capacity: kernel.utf8CodeUnitCount + 1) {
            ab_profile_add(start, $0, rows, columns, inner, numbers * MemoryLayout<Real>.stride)
        }
    }
}
