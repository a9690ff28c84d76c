import CMPI

/// Communicators of some of the ranks. Every rank of the communicator must make these calls, in the same order.
extension Communicator {
    /// The ranks that pass the same `color` (0 ... Int32.max), in the order of their keys, then of their ranks here; nil
    /// on a rank that passes no colour. It has to be freed.
    ///
    /// - Throws: `MPIError`.
    package func split(color: Int?, key: Int) throws -> Communicator? {
        precondition(color.map { $0 >= 0 && $0 <= Int(Int32.max) } ?? true, "colour \(color ?? 0)")
        var part = CMPI_COMM_NULL()
        let colour = color.map { Int32($0) } ?? CMPI_UNDEFINED()
        try check(CMPI_Comm_split(handle, colour, Int32(key), &part), "MPI_Comm_split")
        return CMPI_is_null(part) == 0 ? try Communicator(returningErrors: part) : nil
    }

    /// The ranks on this rank's node, which can share memory, in the order of their ranks here. It has to be freed.
    ///
    /// - Throws: `MPIError`.
    package func splitByNode() throws -> Communicator {
        var part = CMPI_COMM_NULL()
        try check(CMPI_Comm_split_shared(handle, Int32(rank), &part), "MPI_Comm_split_type")
        return try Communicator(returningErrors: part)
    }

    /// Ends the communicator, which a split made, and all copies of this value. Messages on their way still arrive.
    ///
    /// - Throws: `MPIError`.
    package func free() throws {
        try check(CMPI_Comm_free(handle), "MPI_Comm_free")
    }

    private init(returningErrors part: CMPI_Communicator) throws {
        try self.init(part.handle)
        // Inherited by the standard, but not by every library.
        try check(MPI_Comm_set_errhandler(handle, CMPI_ERRORS_RETURN()), "MPI_Comm_set_errhandler")
    }
}
