package import Failures
import Glibc
import Paths

/// Where the MPI library keeps the memory that ranks of one node share: a folder of a file system in memory.
struct SharedMemoryStore {
    /// Nil if it is not known.
    let folder: String?

    /// Open MPI takes the folder it is told, else /dev/shm if it may write there, else one of the session; MPICH takes
    /// /dev/shm.
    static var current: SharedMemoryStore {
        if let told = PathBytes.environmentVariable("OMPI_MCA_osc_sm_backing_directory") { return .init(folder: told) }
        return .init(folder: access("/dev/shm", W_OK) == 0 ? "/dev/shm" : nil)
    }

    /// What is free there, in bytes; nil if the system does not tell.
    var availableBytes: Int? {
        var system = statvfs()
        guard let folder, folder.withPath({ statvfs($0, &system) }) == 0 else { return nil }
        return Int(system.f_bavail) * Int(system.f_frsize)
    }

    /// Compares what is free with what a window of `bytes` needs. Collective: the ranks agree.
    ///
    /// The library would find out as well, but with a notice of its own, on one rank, while the others wait for ever.
    ///
    /// - Throws: `SharedMemoryExhausted`, `MPIError`.
    func requireSpace(for bytes: Int, on node: Communicator) throws {
        // Open MPI asks for 5 % more, and we and it for some pages beyond.
        let needed = bytes + bytes / 20 + (1 << 20)
        let least = -(try node.maximumOverRanks(-(availableBytes ?? Int.max)))
        guard least >= needed else { throw SharedMemoryExhausted(bytes: bytes, place: folder, available: least) }
    }
}

/// The memory that ranks of one node share has no room for a block.
package struct SharedMemoryExhausted: ExitCoded, Equatable, Sendable, CustomStringConvertible {
    /// How many bytes the block has.
    package let bytes: Int
    /// The folder of the file system it would be in; nil for memory of one process or an unknown folder.
    package let place: String?
    /// How many bytes are free there; nil if that is not known.
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
