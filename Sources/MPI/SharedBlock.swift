import CMPI
import Glibc

/// Memory that all ranks of a node share, for one copy of a dataset per node.
///
/// The owner writes, then all ranks call `publish`, then all read; later writes need synchronisation of the ranks. The
/// memory is zeroed at first. On a node of one rank it is private memory. It lives until `free`, or else as long as the
/// process, as freeing is collective.
package final class SharedBlock {
    /// The first byte, aligned to 64 bytes on every rank; the address differs between ranks.
    package let base: UnsafeMutableRawPointer
    /// The size in bytes.
    package let count: Int
    private let node: Communicator
    private var memory: Memory?

    private enum Memory {
        /// A window in a passive-target access epoch, which lasts from the initialiser to `free`.
        case shared(CMPI_Window)
        case own
    }

    private static let alignment = 64

    /// Makes a block of `bytes`, 1 or more, that rank `owner` of `node` writes. Collective over `node`, with the same
    /// arguments on all its ranks. All pages are allocated at once, so that a lack of memory is found here and not by
    /// SIGBUS at a later access.
    ///
    /// - `node`: ranks that can share memory, from `Communicator.splitByNode`.
    /// - Throws: `SharedMemoryExhausted`, on all ranks, which may continue; `MPIError`.
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

    /// Makes what the owner has written visible to all ranks. Collective, with a barrier.
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

    /// Frees the memory; `base` is invalid afterwards. Collective. A second call does nothing.
    ///
    /// - Throws: `MPIError`.
    package func free() throws {
        defer { memory = nil }
        switch memory {
        case .shared(var window):
            try node.check(CMPI_Win_unlock_all(window), "MPI_Win_unlock_all")
            try node.check(CMPI_Win_free(&window), "MPI_Win_free")
            // The pages are freed when the last rank has released them, for which the library does not wait.
            try node.barrier()
        case .own: munmap(base, count)
        case nil: break
        }
    }

    /// Allocates zeroed pages of this process.
    private static func ownMemory(_ bytes: Int) throws -> UnsafeMutableRawPointer {
        let pages = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        // MAP_FAILED, a macro with a cast that Swift does not import, is the last address.
        guard let pages, pages != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw SharedMemoryExhausted(bytes: bytes, place: nil, available: nil)
        }
        return pages
    }

    private static func window(_ bytes: Int, owner: Int, on node: Communicator) throws -> CMPI_Window {
        var window = CMPI_WIN_NULL()
        try node.check(
            CMPI_Win_allocate_shared(node.rank == owner ? bytes : 0, node.handle, &window), "MPI_Win_allocate_shared")
        // Errors so far were raised on the communicator; from here they are raised on the window, whose default handler aborts.
        try node.check(CMPI_Win_errors_return(window), "MPI_Win_set_errhandler")
        try node.check(CMPI_Win_lock_all(window), "MPI_Win_lock_all")
        return window
    }

    /// Returns the address of the owner's memory in this rank. MPI promises no alignment, so it is rounded up; all ranks map
    /// whole pages, so they round by the same number of bytes.
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

    /// Allocates all pages now. Shared windows are files in memory, whose pages are allocated at the first access, and an
    /// access that cannot get one ends the process with SIGBUS.
    private func takePages(asOwner isOwner: Bool) throws {
        let error = isOwner ? populate() : 0
        guard try node.maximumOverRanks(Int(error)) == 0 else {
            try free()  // so that the free space is measured without the pages that were allocated
            let store = SharedMemoryStore.current
            throw SharedMemoryExhausted(bytes: count, place: store.folder, available: store.availableBytes)
        }
    }

    /// Returns 0 or the error number. Linux before 5.14 lacks the call; there the space was only checked, not allocated.
    private func populate() -> Int32 {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let first = Int(bitPattern: base) / page * page
        let length = Int(bitPattern: base) + count - first
        let populateForWriting: Int32 = 23  // MADV_POPULATE_WRITE
        guard madvise(UnsafeMutableRawPointer(bitPattern: first), length, populateForWriting) != 0 else { return 0 }
        return errno == EINVAL ? 0 : errno
    }
}
