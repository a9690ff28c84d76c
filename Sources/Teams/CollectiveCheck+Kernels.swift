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

    /// Refuses a precision that some rank does not support, or that is of no use on its processor, or in which ranks
    /// would compute different bits. Collective.
    package func requirePrecisions(_ precisions: [Precision]) throws {
        let asked = Set(precisions).subtracting([.full])
        guard !asked.isEmpty else { return }
        func refusals(_ clause: (Precision) -> String?) throws -> [String] {
            try gatherLines(
                asked.compactMap { precision in
                    clause(precision).map { "rank \(rank) on \(CurrentProcess.host): \(precision.message($0))" }
                })
        }
        let (obstacles, disadvantages) = (try refusals(\.obstacle), try refusals(\.disadvantage))
        let units = try gatherLines([MatrixUnit.selected?.rawValue ?? "none"])
        try agree(that: {
            if let first = obstacles.first { throw HarnessError.unavailable(first) }
            if let first = disadvantages.first { throw HarnessError.badInput(first) }
            let distinct = Set(units).sorted()
            guard distinct.count <= 1 else {
                throw HarnessError.badInput(
                    "ranks compute in bfloat16 with \(distinct.joined(separator: " and ")): expected the same unit on all; "
                        + "ACTIVE_BENCH_MATRIX_UNIT names one that all processors have")
            }
        })
    }
}
