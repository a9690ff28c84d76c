import Failures
import MPI
package import Numerics
import Processes

extension Communicator {
    /// Refuses ranks that use different OpenBLAS kernels: a result's bits would depend on which rank computes it.
    /// Collective.
    package func requireEqualKernels() throws {
        let names = try gatherLines([BLASLibrary.coreType])
        try agree(that: {
            let distinct = Set(names).sorted()
            guard distinct.count <= 1 else {
                throw HarnessError.badInput(
                    "ranks compute with different OpenBLAS kernels (\(distinct.joined(separator: ", "))): "
                        + "set OPENBLAS_CORETYPE to one that all processors have")
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
