import CMPI

/// Blocking messages of raw bytes from one rank to another.
extension Communicator {
    /// Sends `count` bytes to rank `destination`; when it returns, the bytes may be changed. A large message has been received
    /// by then.
    ///
    /// - Throws: `MPIError`; of class MPI_ERR_COUNT for 2 GiB and more.
    package func send(_ bytes: UnsafeRawPointer, count: Int, to destination: Int, tag: Int) throws {
        let length = try messageLength(count, "MPI_Send")
        try check(MPI_Send(bytes, length, CMPI_BYTE(), Int32(destination), Int32(tag), handle), "MPI_Send")
    }

    /// Waits for the next message with `tag` from rank `source`, which must be `count` bytes long.
    ///
    /// - Throws: `MPIError`; of class MPI_ERR_TRUNCATE for a message of another length, which is lost.
    package func receive(into bytes: UnsafeMutableRawPointer, count: Int, from source: Int, tag: Int) throws {
        let length = try messageLength(count, "MPI_Recv")
        var status = MPI_Status()
        try check(MPI_Recv(bytes, length, CMPI_BYTE(), Int32(source), Int32(tag), handle, &status), "MPI_Recv")
        var received: Int32 = 0
        try check(MPI_Get_count(&status, CMPI_BYTE(), &received), "MPI_Get_count")
        guard received == length else {
            throw error(
                MPI_ERR_TRUNCATE, "a message of \(received) bytes from rank \(source), tag \(tag), instead of \(count)",
                "MPI_Recv")
        }
    }
}
