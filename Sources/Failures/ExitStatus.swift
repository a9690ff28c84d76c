/// The documented exit codes (after sysexits.h).
package enum ExitStatus: Int32, Sendable {
    case done = 0
    /// The command line is invalid.
    case usage = 64
    /// An input file (study, dataset, policy) is missing, damaged or inconsistent.
    case badInput = 65
    /// A library or a program is missing or incompatible, or an environment's files are missing.
    case unavailable = 69
    /// A bug in this program.
    case bug = 70
    /// A rank made no progress for longer than the watchdog's limit.
    case hang = 71
    /// Reading or writing failed for reasons outside the program.
    case io = 74
    /// Stopped on request before everything was done; the same command resumes.
    case stopped = 75
}

/// An error that knows the exit code it ends the program with.
package protocol ExitCoded: Error {
    /// The exit code of the process when this error ends it.
    var exitStatus: ExitStatus { get }
}

extension ExitStatus {
    /// The code for several errors at once: bad input if any of them is, because the user has to correct that in any
    /// case.
    package init(ofAll statuses: [ExitStatus]) {
        self = statuses.contains(.badInput) ? .badInput : statuses.first ?? .done
    }

    /// The exit code for `error`; an error that does not define one is a bug in this program.
    package init(for error: any Error) { self = (error as? any ExitCoded)?.exitStatus ?? .bug }
}
