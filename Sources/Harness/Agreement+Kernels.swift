import Algorithms
import MPI
import Processes
import Numerics

extension Communicator {
    /// Refuses ranks that compute with different kernels: they would give a result different bits depending on who
    /// computes it. Collective.
    public func requireEqualKernels() throws {
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

    /// Refuses a precision that some rank cannot compute in, or in which ranks would get different bits. Collective.
    func requirePrecisions(_ precisions: [Precision]) throws {
        let asked = Set(precisions).subtracting([.full])
        guard !asked.isEmpty else { return }
        let obstacles = asked.compactMap {
            HarnessError.obstacle(to: $0).map { "rank \(rank) on \(ThisProcess.host): \($0)" }
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

extension HarnessError {
    /// Refuses a precision that this process cannot compute in.
    ///
    /// - Throws: `unavailable`.
    public static func require(_ precision: Precision) throws {
        if let sentence = obstacle(to: precision) { throw HarnessError.unavailable(sentence) }
    }

    /// "precision: bf16: expected …, found …"; nil where nothing is in the way.
    fileprivate static func obstacle(to precision: Precision) -> String? {
        precision.obstacle.map { "precision: \(precision.rawValue): \($0)" }
    }
}
