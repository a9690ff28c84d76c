import CSupervision
import Glibc
import Paths

/// Looks after this process: hears requests to stop, ends it when it makes no progress, and leaves a line on standard
/// error when it dies. Without it a rank that hangs keeps all nodes busy until the time limit, and one that crashes says
/// a number at best.
///
/// All calls belong on the thread that runs the program.
package enum Supervision {
    // MARK: Where the process is

    /// Names the work of this process, "rank 1 of 3 on node7: case IQL/hopper-medium-v2/default/seed-0", as every line
    /// begins; phase and step are unknown afterwards. Of a longer text the first 599 bytes are kept.
    package static func describe(place: String) {
        ab_describe_place(place)
    }

    /// Names what the process does now, "training". Costs no more than a store.
    package static func enter(_ phase: StaticString) {
        precondition(phase.hasPointerRepresentation, "a phase of one character has no address")
        phase.utf8Start.withMemoryRebound(to: CChar.self, capacity: phase.utf8CodeUnitCount + 1) { ab_enter_phase($0) }
    }

    /// The gradient step the process is at; counts as a beat.
    package static func step(_ number: Int) {
        ab_count_step(number)
    }

    /// Tells the watchdog that there is progress.
    package static func beat() {
        ab_beat()
    }

    /// "PLACE, PHASE at step N", or as much of it as is known.
    package static var `where`: String {
        // A place, a phase and a number: longer ones are cut, as they are in the lines on standard error.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1_000) { text in
            guard let first = text.baseAddress else { return "" }
            ab_write_where(first, text.count)
            return String(cString: first)
        }
    }

    // MARK: Requests to stop

    /// Takes SIGINT, SIGHUP, SIGTERM and SIGUSR1 as requests to stop from now on. Another one 100 ms or more after the first
    /// ends the process at once, by that signal; one that comes earlier is the same request, forwarded by both Slurm and
    /// mpirun. A signal that was ignored when the program was started, as by nohup, stays so.
    ///
    /// - Parameter tells: whether the first one leaves a line on standard error.
    package static func listenForStop(tells: Bool = false) {
        requireSuccess(ab_listen_for_stop(tells), "sigaction")
    }

    /// All that was to be saved is saved, and the process is about to end: from now on signals that ask it to do nothing. mpirun
    /// may still send one, which is no second request.
    package static func ignoreStops() { ab_ignore_stops() }

    /// From now on SIGINT, SIGHUP and SIGTERM remove unfinished files and end the process, as process 1 of a container, too.
    /// One that was ignored when the program was started stays so.
    package static func endOnSignals() {
        requireSuccess(ab_end_on_signals(), "sigaction")
    }

    /// Ends the process as though by the signal that asked it to stop, if one did: a shell then knows it was interrupted.
    package static func endIfAsked() {
        if let signal = stopSignal { ab_die_by(signal) }
    }

    /// "SIGINT"; "a signal" for one that is no request to stop.
    package static func name(ofSignal signal: Int32) -> String { String(cString: ab_signal_name(signal)) }

    /// The signal that asked this process to stop; nil if none did.
    package static var stopSignal: Int32? {
        let signal = ab_stop_signal()
        return signal > 0 ? signal : nil
    }

    /// Asks this process to stop as a signal would, for another reason: a file STOP, another rank.
    package static func requestStop() {
        ab_request_stop()
    }

    /// Whether the process was asked to stop. One load, for every gradient step.
    package static var isStopRequested: Bool { ab_stop_signal() != Int32(AB_NO_STOP) }

    /// As though nobody had asked.
    package static func forget() {
        ab_forget_stop()
    }

    // MARK: The watchdog

    /// Starts a thread that ends the process with exit code 71, and so the job, when it is armed and `seconds` pass
    /// without a beat. It looks four times a second. While the whole process stands still (SIGSTOP, a virtual machine
    /// that moves) no time passes. A second start changes the limit.
    package static func startWatchdog(seconds: Double) {
        precondition(seconds > 0 && seconds < 1e9, "a watchdog of \(seconds) seconds")
        requireSuccess(ab_start_watchdog(seconds), "pthread_create")
    }

    /// Ends the thread.
    package static func stopWatchdog() {
        ab_stop_watchdog()
    }

    /// From now on beats are expected.
    package static func arm() {
        ab_arm_watchdog()
    }

    /// From now on no beats are expected, as in a collective call that waits for the slowest rank.
    package static func disarm() {
        ab_disarm_watchdog()
    }

    // MARK: Unfinished files

    /// Has the file at `path` removed if the process ends by a signal, a crash or the watchdog.
    ///
    /// - Returns: what to forget it by, once it is gone or has its own name.
    package static func noteUnfinished(_ path: String) -> UnfinishedFile {
        UnfinishedFile(number: path.withPath { ab_note_temporary($0) })
    }

    /// A file that `noteUnfinished` was told of.
    package struct UnfinishedFile: Sendable {
        fileprivate let number: Int32

        /// The file is gone, or has its own name.
        package func forget() { ab_forget_temporary(number) }
    }

    // MARK: Last words

    /// From now on a signal that ends the process (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP; a trap of Swift is
    /// one) leaves a line that says where; handlers installed before run after it, and the exit status stays the
    /// signal's. A call of `exit` before `leave` leaves a line, too, and becomes exit code 70: a library that exits would
    /// otherwise look like success.
    ///
    /// Call it after `MPIEnvironment.start`, whose library installs handlers of its own.
    package static func noteCrashes() {
        requireSuccess(ab_note_crashes(), "sigaction")
    }

    /// From now on the process may call `exit`. `MPIEnvironment.finish` and `abort` call it.
    package static func leave() {
        ab_leave()
    }

    /// These calls fail for programmer errors and for want of memory or threads at the start of the process.
    private static func requireSuccess(_ error: Int32, _ routine: String) {
        precondition(error == 0, "\(routine): \(String(cString: strerror(error)))")
    }
}
