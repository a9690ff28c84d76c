import CMPI

/// Sub-communicators. These calls are collective: every rank of the communicator must make them, in the same order.
extension Communicator {
    /// Returns the ranks that pass the same `color` (0 ... Int32.max), ordered by key, then by rank; nil
    /// on a rank that passes no colour. The result must be freed.
    ///
    /// - Throws: `MPIError`.
    package func split(color: Int?, key: Int) throws -> Communicator? {
        precondition(color.map { $0 >= 0 && $0 <= Int(Int32.max) } ?? true, "colour \(color ?? 0)")
        var part = CMPI_COMM_NULL()
        let colour = color.map { Int32($0) } ?? CMPI_UNDEFINED()
        try check(CMPI_Comm_split(handle, colour, Int32(key), &part), "MPI_Comm_split")
        return CMPI_is_null(part) == 0 ? try Communicator(returningErrors: part) : nil
    }

    /// Returns the ranks of this rank's node, which can share memory, ordered by rank. The result must be freed.
    ///
    /// - Throws: `MPIError`.
    package func splitByNode() throws -> Communicator {
        var part = CMPI_COMM_NULL()
        try check(CMPI_Comm_split_shared(handle, Int32(rank), &part), "MPI_Comm_split_type")
        return try Communicator(returningErrors: part)
    }

    /// Frees a communicator that a split made; all copies of this value become invalid. Pending messages still arrive.
    ///
    /// - Throws: `MPIError`.
    package func free() throws {
        try check(CMPI_Comm_free(handle), "MPI_Comm_free")
    }

    private init(returningErrors part: CMPI_Communicator) throws {
        try self.init(part.handle)
        // The standard says that the handler is inherited, but not every library does so.
        try check(MPI_Comm_set_errhandler(handle, CMPI_ERRORS_RETURN()), "MPI_Comm_set_errhandler")
    }
}
