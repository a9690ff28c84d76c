import CKernels
import CMPI

/// User-defined MPI reductions. They are made at their first use and live as long as the process.
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

/// The elementwise minimum over ranks, in place. Collective: every rank must call it with the same `count`.
///
/// Unlike with MPI_MIN, the bits of the result do not depend on how the values are distributed over ranks: NaN on any rank
/// gives NaN (always quiet, positive, without payload), and −0 is less than +0. This code does not allocate on the heap.
extension Communicator {
    /// Leaves in `values` their minimum over all ranks.
    ///
    /// - Throws: `MPIError`.
    package func minimum(_ values: UnsafeMutablePointer<Float>, count: Int) throws {
        let operation = Reduction.minimumOfFloats
        try check(operation.status, "MPI_Op_create")
        let length = try messageLength(count, "MPI_Allreduce")
        if size == 1 {
            // MPI would not change NaNs; here each NaN becomes the same quiet NaN as with several ranks.
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
            // MPI would not change NaNs; here each NaN becomes the same quiet NaN as with several ranks.
            ab_minimum_double(values, values, count)
            return
        }
        try check(
            MPI_Allreduce(CMPI_IN_PLACE(), values, length, CMPI_DOUBLE(), operation.handle, handle), "MPI_Allreduce")
    }
}
