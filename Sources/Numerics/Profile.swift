import CKernels

/// Where the time of gradient steps goes: kernel by kernel and shape by shape, on the thread that calls. Off unless started,
/// when it costs a load a kernel. Kernels in C and the products note themselves; other work is noted with `begin` and `end`.
public enum Profile {
    /// All calls of one kernel with one shape.
    public struct Line: Sendable, Equatable {
        /// "product a b", "Adam".
        public let kernel: String
        /// Of the result.
        public let rows: Int
        /// Of the result.
        public let columns: Int
        /// What a product sums over; 0 for what is none.
        public let inner: Int
        /// How often it was called.
        public let calls: Int
        /// In all calls.
        public let seconds: Double
        /// Read and written in all calls, every operand once a call.
        public let bytes: Int
    }

    /// Begins anew.
    public static func start() { ab_profile_start() }

    /// Ends it; the lines stay until the next start.
    public static func stop() { ab_profile_stop() }

    /// In the order in which the kernels were first called.
    public static var lines: [Line] {
        (0..<ab_profile_count()).map { index in
            let line = ab_profile_get(index)
            return Line(
                kernel: String(cString: line.kernel), rows: line.rows, columns: line.columns, inner: line.inner,
                calls: Int(line.calls), seconds: 1e-9 * Double(line.nanoseconds), bytes: Int(line.bytes))
        }
    }

    /// A piece of work begins; what is returned goes to `end`.
    public static func begin() -> UInt64 { ab_profile_begin() }

    /// It has ended.
    ///
    /// - Parameter numbers: how many `Real`s it has read and written.
    public static func end(
        _ start: UInt64, _ kernel: StaticString, _ rows: Int, _ columns: Int, _ inner: Int = 0, numbers: Int
    ) {
        guard start != 0 else { return }
        kernel.utf8Start.withMemoryRebound(to: CChar.self, capacity: kernel.utf8CodeUnitCount + 1) {
            ab_profile_add(start, $0, rows, columns, inner, numbers * MemoryLayout<Real>.stride)
        }
    }
}
