import CSupervision
import Glibc
import Paths

/// Supervises this process: handles requests to stop, ends the process when it makes no progress, and writes a line to
/// standard error when it crashes. Without it, a rank that hangs would keep all nodes busy until the time limit, and
/// one that crashes would leave an exit code at best.
///
/// Call everything here on the main thread.
package enum Supervision {
    // MARK: Where the process is

    /// Sets what the process works on, such as "rank 1 of 3 on node7: case IQL/hopper-medium-v2/default/seed-0", which
    /// starts every line on standard error. Clears the phase and the step. Only the first 599 bytes are kept.
    package static func describe(place: String) {
        ab_describe_place(place)
    }

    /// Sets the current phase, such as "training". Costs one store.
    package static func enter(_ phase: StaticString) {
        precondition(phase.hasPointerRepresentation, "a phase of one character has no address")
        phase.utf8Start.withMemoryRebound(to: CChar.self, capacity: phase.utf8CodeUnitCount + 1) { ab_enter_phase($0) }
    }

    /// Sets the current gradient step; counts as a beat.
    package static func step(_ number: Int) {
        ab_count_step(number)
    }

    /// Tells the watchdog that the process makes progress.
    package static func beat() {
        ab_beat()
    }

    /// "PLACE, PHASE at step N", without the parts that are unknown.
    package static var `where`: String {
        // Longer texts are cut off, as in the lines on standard error.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1_000) { text in
            guard let first = text.baseAddress else { return "" }
            ab_write_where(first, text.count)
            return String(cString: first)
        }
    }

    // MARK: Requests to stop

    /// Treats SIGINT, SIGHUP, SIGTERM and SIGUSR1 as requests to stop from now on. A second signal 100 ms or more after
    /// the first ends the process at once; an earlier one is the same request, forwarded by both Slurm and mpirun. A
    /// signal that was already ignored at the program's start (nohup) stays ignored.
    ///
    /// - Parameter tells: whether the first signal prints a line on standard error.
    package static func listenForStop(tells: Bool = false) {
        requireSuccess(ab_listen_for_stop(tells), "sigaction")
    }

    /// Ignores further stop signals. Call it when everything is saved and the process is about to end: mpirun may still
    /// send a signal, which is not a second request.
    package static func ignoreStops() { ab_ignore_stops() }

    /// Makes SIGINT, SIGHUP and SIGTERM remove unfinished files and end the process, even as process 1 of a container.
    /// A signal that was already ignored at the program's start stays ignored.
    package static func endOnSignals() {
        requireSuccess(ab_end_on_signals(), "sigaction")
    }

    /// Ends the process by the signal that asked it to stop, if there was one, so that a shell sees an interrupted
    /// program.
    package static func endIfAsked() {
        if let signal = stopSignal { ab_end_by_signal(signal) }
    }

    /// The signal's name, such as "SIGINT"; "a signal" for one that is not a request to stop.
    package static func name(ofSignal signal: Int32) -> String { String(cString: ab_signal_name(signal)) }

    /// The signal that asked this process to stop; nil if there was none.
    package static var stopSignal: Int32? {
        let signal = ab_stop_signal()
        return signal > 0 ? signal : nil
    }

    /// Requests a stop for a reason other than a signal: a file STOP, or another rank.
    package static func requestStop() {
        ab_request_stop()
    }

    /// Whether a stop was requested. Costs one load, so that it can be read at every gradient step.
    package static var isStopRequested: Bool { ab_stop_signal() != Int32(AB_NO_STOP) }

    /// Cancels the request to stop.
    package static func forget() {
        ab_forget_stop()
    }

    // MARK: The watchdog

    /// Starts a thread that ends the process, and so the MPI job, with exit code 71 when the watchdog is armed and
    /// `seconds` pass without a beat. The thread checks four times a second. Time during which the whole process is
    /// suspended (SIGSTOP, virtual machine migration) does not count. Calling it again changes the limit.
    package static func startWatchdog(seconds: Double) {
        precondition(seconds > 0 && seconds < 1e9, "a watchdog of \(seconds) seconds")
        requireSuccess(ab_start_watchdog(seconds), "pthread_create")
    }

    /// Stops the watchdog's thread.
    package static func stopWatchdog() {
        ab_stop_watchdog()
    }

    /// Starts to expect beats.
    package static func arm() {
        ab_arm_watchdog()
    }

    /// Stops expecting beats, as in a collective call that waits for the slowest rank.
    package static func disarm() {
        ab_disarm_watchdog()
    }

    // MARK: Unfinished files

    /// Registers the file at `path` for removal if the process is ended by a signal, a crash or the watchdog.
    ///
    /// - Returns: a handle to call `forget` on once the file is removed or renamed.
    package static func noteUnfinished(_ path: String) -> UnfinishedFile {
        UnfinishedFile(number: path.withPath { ab_note_temporary($0) })
    }

    /// A file registered by `noteUnfinished`.
    package struct UnfinishedFile: Sendable {
        fileprivate let number: Int32

        /// Unregisters the file, which has been removed or renamed.
        package func forget() { ab_forget_temporary(number) }
    }

    // MARK: Crashes

    /// Makes fatal signals (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP; Swift's traps are among them) print a
    /// line that says where the process was. Handlers installed earlier still run afterwards, and the exit status is
    /// still the signal's. A call of `exit` before `leave` also prints a line and becomes exit code 70, because a
    /// library that exits would otherwise look like success.
    ///
    /// Call it after `MPIEnvironment.start`, because the MPI library installs handlers of its own.
    package static func noteCrashes() {
        requireSuccess(ab_note_crashes(), "sigaction")
    }

    /// Allows the process to call `exit`. `MPIEnvironment.finish` and `abort` call this.
    package static func leave() {
        ab_leave()
    }

    /// These calls fail only for programmer errors and when memory or threads run out as the process starts.
    private static func requireSuccess(_ error: Int32, _ routine: String) {
        precondition(error == 0, "\(routine): \(String(cString: strerror(error)))")
    }
}
