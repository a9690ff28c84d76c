import CMPI
import Glibc
import Supervision

/// The MPI execution environment of this process: its start, its end, and its properties.
///
/// All calls must be made on the thread that called `start` (MPI_THREAD_FUNNELED); nothing here is `Sendable`.
package enum MPIEnvironment {
    /// Starts MPI, makes its errors return codes instead of ending the process, and checks that the launcher and MPI agree
    /// about the number of processes. Without a launcher the process is rank 0 of 1.
    ///
    /// MPI stays started when this throws, so that the caller can report the error and `abort`.
    ///
    /// - Returns: the communicator of all ranks.
    /// - Throws: `MPIError`, `LauncherMismatch`, `ThreadSupportMissing`.
    package static func start() throws -> Communicator {
        precondition(!isRunning, "MPI has been started before")
        preferEagerMessages()
        var provided: Int32 = 0
        try check(MPI_Init_thread(nil, nil, CMPI_THREAD_FUNNELED(), &provided), "MPI_Init_thread", rank: nil)
        // On both, as an error without a communicator is raised on SELF or WORLD depending on the library.
        for communicator in [CMPI_COMM_WORLD(), CMPI_COMM_SELF()] {
            try check(
                MPI_Comm_set_errhandler(communicator, CMPI_ERRORS_RETURN()), "MPI_Comm_set_errhandler", rank: nil)
        }
        guard provided >= CMPI_THREAD_FUNNELED() else { throw ThreadSupportMissing() }
        let world = try Communicator(CMPI_COMM_WORLD())
        try checkLauncher(worldSize: world.size) { name in getenv(name).map { String(cString: $0) } }
        return world
    }

    /// Ends MPI. Collective: every rank must call it, with no message pending.
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
        fflush(nil)  // MPI_Abort does not flush, and the last line says why the job ends.
        // A single rank exits without MPI_Abort, whose own notice would hide that line.
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

    /// Raises Open MPI's eager limit, so that the messages of a training step, vectors of 4 to 30 KB, are sent without a
    /// handshake. Between ranks of one node the default limit is 4 KB, and above it such a message takes two to three times
    /// as long. A limit that the user has set is kept; other libraries ignore the variable.
    private static func preferEagerMessages() {
        setenv("OMPI_MCA_btl_vader_eager_limit", "32768", 0)
    }

    private static var isAlone: Bool {
        var size: Int32 = 0
        return MPI_Comm_size(CMPI_COMM_WORLD(), &size) == MPI_SUCCESS && size == 1
    }

    /// Name and version of the MPI library, as it reports them ("Open MPI v4.1.4, …"). Available at any time.
    package static var libraryVersion: String {
        libraryText(capacity: Int(MPI_MAX_LIBRARY_VERSION_STRING)) { MPI_Get_library_version($0, $1) } ?? "unknown"
    }

    /// Returns MPI's name for the machine of this rank, usually its host name.
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

/// The error that the MPI library was built without support for processes with threads that make no MPI calls.
package struct ThreadSupportMissing: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence.
    package var description: String {
        "the MPI library gives no MPI_THREAD_FUNNELED: it must allow threads that make no MPI calls"
    }
}
