import CMPI

/// Sends messages of raw bytes to several ranks without waiting for them: a network's owner continues its training step
/// while its results travel. The readers call `Communicator.receive(into:…)`.
///
/// Messages are sent from an internal buffer, one at a time. Nothing is allocated after the initialiser. Call `complete`
/// before `MPIEnvironment.finish`.
package final class MulticastSender {
    private let communicator: Communicator
    private let readers: UnsafeMutableBufferPointer<Int32>
    private let requests: UnsafeMutablePointer<CMPI_Request>
    private let buffer: UnsafeMutableRawBufferPointer
    private let tag: Int32
    /// The number of pending requests, counted from the first.
    private var underWay: Int32 = 0

    /// Makes a sender of messages of up to `capacity` bytes to `readers`, except the sending rank itself, with a
    /// `tag` of 0 ... 32767.
    package init(capacity: Int, to readers: [Int], tag: Int, on communicator: Communicator) {
        precondition(capacity >= 0 && capacity <= Int(Int32.max), "messages of \(capacity) bytes")
        let others = readers.filter { $0 != communicator.rank }
        precondition(Set(others).count == others.count, "a reader twice in \(readers)")
        self.communicator = communicator
        self.tag = Int32(tag)
        self.readers = .allocate(capacity: others.count)
        _ = self.readers.initialize(from: others.map { Int32($0) })
        requests = .allocate(capacity: max(1, others.count))
        requests.initialize(repeating: CMPI_REQUEST_NULL(), count: max(1, others.count))
        buffer = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit {
        // The buffer of a pending message is never freed, as MPI may still read it.
        guard underWay == 0 else { return }
        readers.deallocate()
        requests.deallocate()
        buffer.deallocate()
    }

    /// Waits until the previous message has been sent, then starts sending `count` bytes to every reader and returns.
    ///
    /// - Throws: `MPIError`.
    package func send(_ bytes: UnsafeRawPointer, count: Int) throws {
        try send(count: count) { $0.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: count)) }
    }

    /// Waits until the message before has left, lets `write` put the `count` bytes of the next one into the buffer, then starts
    /// sending them to every reader and returns.
    ///
    /// - Throws: `MPIError`.
    package func send(count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) throws {
        precondition(count >= 0 && count <= buffer.count, "\(count) bytes in a sender for \(buffer.count)")
        try complete()
        write(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        for (i, reader) in readers.enumerated() {
            try communicator.check(
                CMPI_Isend(
                    buffer.baseAddress, Int32(count), CMPI_BYTE(), reader, tag, communicator.handle, requests + i),
                "MPI_Isend")
            underWay += 1
        }
    }

    /// Waits until the last message has been sent to all readers.
    ///
    /// - Throws: `MPIError`.
    package func complete() throws {
        guard underWay > 0 else { return }
        try communicator.check(CMPI_Waitall(underWay, requests), "MPI_Waitall")
        underWay = 0
    }
}
