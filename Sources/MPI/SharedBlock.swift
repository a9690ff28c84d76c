import CMPI
import Glibc

/// Memory that all ranks of a node see: one copy of a dataset for all of them.
///
/// The owner writes, then all ranks `publish`, then all read; after that nobody writes without agreement. The memory is
/// zero at first. On a node of one rank it is that process's own. It lives until `free`; a block that is not freed lives
/// as long as the process, since ranks can only give it up together.
package final class SharedBlock {
    /// The first byte, aligned to 64 bytes on every rank; the address differs between ranks.
    package let base: UnsafeMutableRawPointer
    /// How many bytes there are.
    package let count: Int
    private let node: Communicator
    private var memory: Memory?

    private enum Memory {
        /// A window within an epoch of passive access, which lasts from the initialiser to `free`.
        case shared(CMPI_Window)
        case own
    }

    private static let alignment = 64

    /// A block of `bytes`, 1 or more, that rank `owner` of `node` writes. Collective over `node`, with the same arguments
    /// on all its ranks. Its pages are taken at once, so that a node without enough of them is found here and not by a
    /// signal at a later access.
    ///
    /// - Parameter node: ranks that can share memory: what `Communicator.splitByNode` gives.
    /// - Throws: `SharedMemoryExhausted`, on all ranks, which may go on; `MPIError`.
    package init(bytes: Int, owner: Int, on node: Communicator) throws {
        precondition(bytes > 0 && bytes <= 1 << 60, "a block of \(bytes) bytes")
        precondition(owner >= 0 && owner < node.size, "owner \(owner) of \(node.size) ranks")
        count = bytes
        self.node = node
        if node.size == 1 {
            base = try SharedBlock.ownMemory(bytes)
            memory = .own
        } else {
            try SharedMemoryStore.current.requireSpace(for: bytes, on: node)
            let window = try SharedBlock.window(bytes + SharedBlock.alignment, owner: owner, on: node)
            memory = .shared(window)
            base = try SharedBlock.base(of: window, owner: owner, on: node)
            try takePages(asOwner: node.rank == owner)
        }
    }

    /// Returns when all ranks have come here; what the owner wrote before is what the others read afterwards. Collective.
    ///
    /// - Throws: `MPIError`.
    package func publish() throws {
        guard case .shared(let window) = memory else { return }
        // MPI 3.1, 11.5.4 and 11.7: within an epoch, stores of one process reach the loads of another if each completes
        // its own side of memory and a message between them gives the order.
        try node.check(CMPI_Win_sync(window), "MPI_Win_sync")
        try node.barrier()
        try node.check(CMPI_Win_sync(window), "MPI_Win_sync")
    }

    /// Gives the memory back; `base` is invalid afterwards. Collective. Again, it does nothing.
    ///
    /// - Throws: `MPIError`.
    package func free() throws {
        defer { memory = nil }
        switch memory {
        case .shared(var window):
            try node.check(CMPI_Win_unlock_all(window), "MPI_Win_unlock_all")
            try node.check(CMPI_Win_free(&window), "MPI_Win_free")
            // The pages are free when the last rank has let go of them, which the library does not wait for.
            try node.barrier()
        case .own: munmap(base, count)
        case nil: break
        }
    }

    /// Zeroed pages of this process.
    private static func ownMemory(_ bytes: Int) throws -> UnsafeMutableRawPointer {
        let pages = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        // MAP_FAILED, a macro with a cast, is the last address.
        guard let pages, pages != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw SharedMemoryExhausted(bytes: bytes, place: nil, available: nil)
        }
        return pages
    }

    private static func window(_ bytes: Int, owner: Int, on node: Communicator) throws -> CMPI_Window {
        var window = CMPI_WIN_NULL()
        try node.check(
            CMPI_Win_allocate_shared(node.rank == owner ? bytes : 0, node.handle, &window), "MPI_Win_allocate_shared")
        // Until here an error was the communicator's; from here it is the window's, whose handler is the fatal one.
        try node.check(CMPI_Win_errors_return(window), "MPI_Win_set_errhandler")
        try node.check(CMPI_Win_lock_all(window), "MPI_Win_lock_all")
        return window
    }

    /// The owner's memory as this rank sees it. MPI promises no alignment; all ranks map whole pages, so they round up by
    /// the same number of bytes.
    private static func base(of window: CMPI_Window, owner: Int, on node: Communicator) throws
        -> UnsafeMutableRawPointer
    {
        var size: MPI_Aint = 0
        var start: UnsafeMutableRawPointer?
        try node.check(CMPI_Win_shared_query(window, Int32(owner), &size, &start), "MPI_Win_shared_query")
        guard let start else {
            throw node.error(MPI_ERR_WIN, "rank \(owner)'s part of the window has no address", "MPI_Win_shared_query")
        }
        return start.alignedUp(toMultipleOf: alignment)
    }

    /// Lets the system take all pages now. A file in memory, which shared windows are, has none until they are touched,
    /// and touching one that is not to be had ends the process with SIGBUS.
    private func takePages(asOwner isOwner: Bool) throws {
        let error = isOwner ? populate() : 0
        guard try node.maximumOverRanks(Int(error)) == 0 else {
            try free()  // then what is free without the pages that were to be had
            let store = SharedMemoryStore.current
            throw SharedMemoryExhausted(bytes: count, place: store.folder, available: store.availableBytes)
        }
    }

    /// 0, or the error number. A kernel before Linux 5.14 does not know the call; there the space was checked, not taken.
    private func populate() -> Int32 {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let first = Int(bitPattern: base) / page * page
        let length = Int(bitPattern: base) + count - first
        let populateForWriting: Int32 = 23  // MADV_POPULATE_WRITE
        guard madvise(UnsafeMutableRawPointer(bitPattern: first), length, populateForWriting) != 0 else { return 0 }
        return errno == EINVAL ? 0 : errno
    }
}
