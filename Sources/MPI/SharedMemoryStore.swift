package import Failures
import Glibc
import Paths

/// The folder, in a file system in memory, where the MPI library keeps the memory that the ranks of a node share.
struct SharedMemoryStore {
    /// The folder's path; nil if it is not known.
    let folder: String?

    /// The folder in use: Open MPI takes a configured folder, else /dev/shm if it is writable, else one of the session; MPICH
    /// takes /dev/shm.
    static var current: SharedMemoryStore {
        if let told = PathBytes.environmentVariable("OMPI_MCA_osc_sm_backing_directory") { return .init(folder: told) }
        return .init(folder: access("/dev/shm", W_OK) == 0 ? "/dev/shm" : nil)
    }

    /// The free space in bytes; nil if the system does not say.
    var availableBytes: Int? {
        var system = statvfs()
        guard let folder, folder.withPath({ statvfs($0, &system) }) == 0 else { return nil }
        return Int(system.f_bavail) * Int(system.f_frsize)
    }

    /// Checks that there is space for a window of `bytes`. Collective: all ranks throw, or none does.
    ///
    /// Without this check the library would report the lack of space on one rank only, and the others would deadlock.
    ///
    /// - Throws: `SharedMemoryExhausted`, `MPIError`.
    func requireSpace(for bytes: Int, on node: Communicator) throws {
        // Open MPI demands 5 % more, and both it and this program need some further pages.
        let needed = bytes + bytes / 20 + (1 << 20)
        let least = -(try node.maximumOverRanks(-(availableBytes ?? Int.max)))
        guard least >= needed else { throw SharedMemoryExhausted(bytes: bytes, place: folder, available: least) }
    }
}

/// The error that the shared memory of a node has no space for a block.
package struct SharedMemoryExhausted: ExitCoded, Equatable, Sendable, CustomStringConvertible {
    /// The size of the block in bytes.
    package let bytes: Int
    /// The folder of the file system in question; nil for memory of one process or an unknown folder.
    package let place: String?
    /// The free space there in bytes; nil if it is not known.
    package let available: Int?

    package init(bytes: Int, place: String?, available: Int?) {
        self.bytes = bytes
        self.place = place
        self.available = available
    }

    /// One sentence and a hint.
    package var description: String {
        let mebibytes = (bytes + (1 << 20) - 1) >> 20
        let refusal = "\(mebibytes) MiB of memory for the ranks of one node do not fit"
        guard let place else { return refusal }
        let free = available.map { ", which has \($0 >> 20) MiB free" } ?? ""
        return "\(refusal) in \(place)\(free): make it larger (in a container: --shm-size) or use fewer datasets"
    }

    package var exitStatus: ExitStatus { .io }
}
