/// The documented exit codes (after sysexits.h).
package enum ExitStatus: Int32, Sendable {
    case done = 0
    /// The command line makes no sense.
    case usage = 64
    /// An input file (study, dataset, policy) is missing, damaged or contradictory.
    case badInput = 65
    /// A library or a program is missing or does not fit, or the files an environment is made of are not there.
    case unavailable = 69
    /// A defect of this program.
    case bug = 70
    /// A rank made no progress for longer than it may.
    case hang = 71
    /// Reading or writing failed for reasons outside the program.
    case io = 74
    /// Stopped in order before everything was done: the same command goes on.
    case stopped = 75
}

/// An error that says with which code it ends the program.
package protocol ExitCoded: Error {
    /// The code of the process when this error ends it.
    var exitStatus: ExitStatus { get }
}

extension ExitStatus {
    /// The code for several errors at once: that of a bad input if there is one, which must be mended in any case.
    package init(ofAll statuses: [ExitStatus]) {
        self = statuses.contains(.badInput) ? .badInput : statuses.first ?? .done
    }

    /// The code that `error` ends the program with; an error that does not say is a defect of the program.
    package init(for error: any Error) { self = (error as? any ExitCoded)?.exitStatus ?? .bug }
}
