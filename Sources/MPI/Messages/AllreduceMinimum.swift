import CKernels
import CMPI

/// Reductions as MPI calls them. They are made at their first use and live as long as the process.
private enum Reduction {
    nonisolated(unsafe) static let minimumOfFloats = CMPI_make_operation { input, result, count, _ in
        guard let input, let result, let count else { return }
        ab_minimum_float(
            result.assumingMemoryBound(to: Float.self), input.assumingMemoryBound(to: Float.self), Int(count.pointee))
    }
    nonisolated(unsafe) static let minimumOfDoubles = CMPI_make_operation { input, result, count, _ in
        guard let input, let result, let count else { return }
        ab_minimum_double(
            result.assumingMemoryBound(to: Double.self), input.assumingMemoryBound(to: Double.self), Int(count.pointee))
    }
}

/// The minimum over ranks, element by element, in place. Every rank must call it with the same `count`.
///
/// It is the same to the last bit however the values are spread over ranks, which that of MPI_MIN is not: a NaN on any rank
/// gives NaN (always the same one: quiet, positive, without payload), and of −0 and +0 the result is −0. No heap
/// allocation of ours.
extension Communicator {
    /// Leaves in `values` their minimum over all ranks.
    ///
    /// - Throws: `MPIError`.
    package func minimum(_ values: UnsafeMutablePointer<Float>, count: Int) throws {
        let operation = Reduction.minimumOfFloats
        try check(operation.status, "MPI_Op_create")
        let length = try messageLength(count, "MPI_Allreduce")
        if size == 1 {
            // MPI would leave every NaN as it is; with itself, each becomes the one it is on several ranks.
            ab_minimum_float(values, values, count)
            return
        }
        try check(
            MPI_Allreduce(CMPI_IN_PLACE(), values, length, CMPI_FLOAT(), operation.handle, handle), "MPI_Allreduce")
    }

    /// Leaves in `values` their minimum over all ranks.
    ///
    /// - Throws: `MPIError`.
    package func minimum(_ values: UnsafeMutablePointer<Double>, count: Int) throws {
        let operation = Reduction.minimumOfDoubles
        try check(operation.status, "MPI_Op_create")
        let length = try messageLength(count, "MPI_Allreduce")
        if size == 1 {
            // MPI would leave every NaN as it is; with itself, each becomes the one it is on several ranks.
            ab_minimum_double(values, values, count)
            return
        }
        try check(
            MPI_Allreduce(CMPI_IN_PLACE(), values, length, CMPI_DOUBLE(), operation.handle, handle), "MPI_Allreduce")
    }
}
