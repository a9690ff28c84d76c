import CMPI
import Glibc
import Supervision

/// The MPI execution environment of this process: its start, its end, and what it says about itself.
///
/// All calls belong on the thread that called `start` (MPI_THREAD_FUNNELED); nothing here is `Sendable`.
package enum MPIEnvironment {
    /// Starts MPI, makes its errors return instead of ending the process, and checks that the launcher and MPI agree
    /// about the number of processes. Without a launcher the process is rank 0 of 1.
    ///
    /// MPI stays started when this throws, so that the caller can say why and `abort`.
    ///
    /// - Returns: the communicator of all ranks.
    /// - Throws: `MPIError`, `LauncherMismatch`, `ThreadSupportMissing`.
    package static func start() throws -> Communicator {
        precondition(!isRunning, "MPI has been started before")
        preferEagerMessages()
        var provided: Int32 = 0
        try check(MPI_Init_thread(nil, nil, CMPI_THREAD_FUNNELED(), &provided), "MPI_Init_thread", rank: nil)
        // Both, since an error without a communicator is raised on SELF or WORLD depending on the library.
        for communicator in [CMPI_COMM_WORLD(), CMPI_COMM_SELF()] {
            try check(
                MPI_Comm_set_errhandler(communicator, CMPI_ERRORS_RETURN()), "MPI_Comm_set_errhandler", rank: nil)
        }
        guard provided >= CMPI_THREAD_FUNNELED() else { throw ThreadSupportMissing() }
        let world = try Communicator(CMPI_COMM_WORLD())
        try checkLauncher(worldSize: world.size) { name in getenv(name).map { String(cString: $0) } }
        return world
    }

    /// Ends MPI. Collective: every rank must come here, with no message on the way.
    ///
    /// - Throws: `MPIError`.
    package static func finish() throws {
        try check(MPI_Finalize(), "MPI_Finalize", rank: nil)
        Supervision.leave()
    }

    /// Ends all ranks of the job, whatever they are doing; the launcher exits with `code` (1 ... 255). Before `start`
    /// and after `finish` it ends this process alone.
    package static func abort(code: Int32) -> Never {
        Supervision.leave()
        fflush(nil)  // MPI_Abort ends the process without it, and the last line is the one that says why.
        // A lone rank just leaves: the library's notice of an abort would only bury that line.
        if isRunning && !isAlone { MPI_Abort(CMPI_COMM_WORLD(), code) }
        exit(code)
    }

    /// Whether MPI has been started and not finished.
    package static var isRunning: Bool {
        var initialized: Int32 = 0
        var finalized: Int32 = 0
        MPI_Initialized(&initialized)
        MPI_Finalized(&finalized)
        return initialized != 0 && finalized == 0
    }

    /// Lets what travels in a training step, vectors of 4 to 30 KB, leave without the reader's consent: between ranks of
    /// one node Open MPI's limit is 4 KB, and above it such a message takes two to three times as long. Whoever has set
    /// the limit for a run keeps it; other libraries know no such variable.
    private static func preferEagerMessages() {
        setenv("OMPI_MCA_btl_vader_eager_limit", "32768", 0)
    }

    private static var isAlone: Bool {
        var size: Int32 = 0
        return MPI_Comm_size(CMPI_COMM_WORLD(), &size) == MPI_SUCCESS && size == 1
    }

    /// Name and version of the MPI library, as it words them ("Open MPI v4.1.4, …"). May be asked at any time.
    package static var libraryVersion: String {
        libraryText(capacity: Int(MPI_MAX_LIBRARY_VERSION_STRING)) { MPI_Get_library_version($0, $1) } ?? "unknown"
    }

    /// The name MPI gives the machine of this rank, usually its host name.
    ///
    /// - Throws: `MPIError`.
    package static func processorName() throws -> String {
        var status: Int32 = MPI_SUCCESS
        let name = libraryText(capacity: Int(MPI_MAX_PROCESSOR_NAME)) {
            status = MPI_Get_processor_name($0, $1)
            return status
        }
        try check(status, "MPI_Get_processor_name", rank: nil)
        return name ?? ""
    }
}

/// The MPI library was built without support for processes that have other threads than the one that calls it.
package struct ThreadSupportMissing: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence.
    package var description: String {
        "the MPI library gives no MPI_THREAD_FUNNELED: it must allow threads that make no MPI calls"
    }
}
