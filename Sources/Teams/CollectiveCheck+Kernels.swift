import Failures
import MPI
package import Numerics
import Processes

extension Communicator {
    /// Refuses ranks whose products may differ in bits, so that a result would depend on which rank computes it: with
    /// different back ends, or different kernels of BLAS. Our own kernels compute the same on every processor.
    /// Collective.
    package func requireEqualProducts() throws {
        let names = try gatherLines([ProductBackEnd.current.description])
        try agree(that: {
            let distinct = Set(names).sorted()
            guard distinct.count <= 1 else {
                throw HarnessError.badInput(
                    "ranks compute products with \(distinct.joined(separator: " and ")): expected the same on all; "
                        + "set ACTIVE_BENCH_PRODUCTS, and with blas OPENBLAS_CORETYPE to kernels that all processors have"
                )
            }
        })
    }

    /// Refuses a precision that some rank does not support, or in which ranks would compute different bits. Collective.
    package func requirePrecisions(_ precisions: [Precision]) throws {
        let asked = Set(precisions).subtracting([.full])
        guard !asked.isEmpty else { return }
        let obstacles = asked.compactMap {
            $0.refusal.map { "rank \(rank) on \(CurrentProcess.host): \($0)" }
        }
        let (found, libraries) = (try gatherLines(obstacles), try gatherLines([Precision.library ?? "none"]))
        try agree(that: {
            if let first = found.first { throw HarnessError.unavailable(first) }
            let distinct = Set(libraries).sorted()
            guard distinct.count <= 1 else {
                throw HarnessError.badInput(
                    "ranks compute in bfloat16 with \(distinct.joined(separator: " and ")): expected the same on all; "
                        + "ONEDNN_MAX_CPU_ISA=AVX512_CORE_BF16 makes oneDNN do without AMX")
            }
        })
    }
}
