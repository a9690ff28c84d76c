import CMPI

/// Sends small records of one size to one rank without waiting for it: a progress report must never delay training.
///
/// Records are sent from an internal buffer, one at a time; `offer` drops a record while the previous one is still being
/// sent. Call `complete` before `MPIEnvironment.finish`.
package final class DroppingSender {
    private let communicator: Communicator
    private let destination: Int32
    private let tag: Int32
    private let buffer: UnsafeMutableRawBufferPointer
    private var request = CMPI_REQUEST_NULL()
    private var isUnderWay = false

    /// Makes a sender of records of `recordSize` bytes to rank `destination`, with a `tag` of 0 ... 32767.
    package init(recordSize: Int, to destination: Int, tag: Int, on communicator: Communicator) {
        precondition(recordSize <= Int(Int32.max), "record of \(recordSize) bytes")
        self.communicator = communicator
        self.destination = Int32(destination)
        self.tag = Int32(tag)
        buffer = .allocate(byteCount: recordSize, alignment: 16)
    }

    deinit {
        // The buffer of a pending record is never freed, as MPI may still read it.
        if !isUnderWay { buffer.deallocate() }
    }

    /// Starts sending `record`, or drops it if the previous one is still being sent.
    ///
    /// - Returns: whether the record is being sent.
    /// - Throws: `MPIError`.
    package func offer(_ record: [UInt8]) throws -> Bool {
        guard try isEmpty() else { return false }
        try start(record)
        return true
    }

    /// Sends `record` after the previous one and waits until it has been sent: for a final record, which must not be
    /// dropped. The destination must receive it, or this call never returns.
    ///
    /// - Throws: `MPIError`.
    package func send(_ record: [UInt8]) throws {
        try complete()
        try start(record)
        try complete()
    }

    /// Waits until the last record has been sent.
    ///
    /// - Throws: `MPIError`.
    package func complete() throws {
        guard isUnderWay else { return }
        try communicator.check(CMPI_Wait(&request), "MPI_Wait")
        isUnderWay = false
    }

    private func isEmpty() throws -> Bool {
        guard isUnderWay else { return true }
        var flag: Int32 = 0
        try communicator.check(CMPI_Test(&request, &flag), "MPI_Test")
        isUnderWay = flag == 0
        return !isUnderWay
    }

    private func start(_ record: [UInt8]) throws {
        precondition(record.count == buffer.count, "record of \(record.count) bytes in a sender for \(buffer.count)")
        buffer.copyBytes(from: record)
        try communicator.check(
            CMPI_Isend(
                buffer.baseAddress, Int32(buffer.count), CMPI_BYTE(), destination, tag, communicator.handle, &request),
            "MPI_Isend")
        isUnderWay = true
    }
}

extension Communicator {
    /// Returns a message with `tag` from any rank if one has arrived; does not wait.
    ///
    /// Messages of one rank arrive in the order in which they were sent.
    ///
    /// - Throws: `MPIError`.
    package func receive(ifAvailable tag: Int) throws -> (source: Int, bytes: [UInt8])? {
        var flag: Int32 = 0
        var status = MPI_Status()
        try check(MPI_Iprobe(MPI_ANY_SOURCE, Int32(tag), handle, &flag, &status), "MPI_Iprobe")
        guard flag != 0 else { return nil }
        var count: Int32 = 0
        try check(MPI_Get_count(&status, CMPI_BYTE(), &count), "MPI_Get_count")
        var bytes = [UInt8](repeating: 0, count: Int(count))
        // From the rank the probe saw, and no other: its message is the one of this length.
        let source = status.MPI_SOURCE
        try check(
            MPI_Recv(&bytes, count, CMPI_BYTE(), source, Int32(tag), handle, CMPI_STATUS_IGNORE()), "MPI_Recv")
        return (Int(source), bytes)
    }
}
