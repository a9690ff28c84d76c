import CMPI

/// A group of ranks that exchange messages.
///
/// Every call is checked and throws `MPIError`. After an error the communicator's state is undefined: report the error
/// and end the job with `MPIEnvironment.abort`.
package struct Communicator {
    let handle: MPI_Comm
    /// The rank of this process, 0 ..< size.
    package let rank: Int
    /// The number of ranks.
    package let size: Int

    init(_ handle: MPI_Comm) throws {
        var rank: Int32 = 0
        var size: Int32 = 0
        try MPI.check(MPI_Comm_rank(handle, &rank), "MPI_Comm_rank", rank: nil)
        try MPI.check(MPI_Comm_size(handle, &size), "MPI_Comm_size", rank: nil)
        self.handle = handle
        self.rank = Int(rank)
        self.size = Int(size)
    }

    /// Throws the error behind `code`, with this rank, unless it is MPI_SUCCESS.
    func check(_ code: Int32, _ routine: String) throws {
        try MPI.check(code, routine, rank: rank)
    }

    /// Returns `bytes` as MPI counts them before version 4: in 32 bits.
    ///
    /// - Throws: `MPIError` of class MPI_ERR_COUNT. Collectives call it with the same number on all ranks, so that all
    ///   ranks throw and none deadlocks.
    func messageLength(_ bytes: Int, _ routine: String) throws -> Int32 {
        guard let length = Int32(exactly: bytes) else {
            throw error(MPI_ERR_COUNT, "\(bytes) bytes are more than the \(Int32.max) of one message", routine)
        }
        return length
    }

    /// Makes an error that this program found, not the library.
    func error(_ errorClass: Int32, _ text: String, _ routine: String) -> MPIError {
        MPIError(routine: routine, code: Int(errorClass), errorClass: Int(errorClass), text: text, rank: rank)
    }
}
