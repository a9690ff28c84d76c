import Console
import Datasets
import Environments
import Foundation
import HDF5
import MPI
import Networks

/// The documented exit codes (after sysexits.h).
public enum ExitStatus: Int32, Sendable {
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

/// An error with the sentence and the exit code it ends the program with.
public enum HarnessError: Error, CustomStringConvertible, Equatable {
    /// Words on the command line that make no sense.
    case usage(String)
    case badInput(String)
    /// A program that is not installed.
    case unavailable(String)
    /// What is wrong with inputs, a sentence a line, and the code that this ends the program with.
    case inputs(String, ExitStatus)
    case io(path: String, operation: String, code: Int32)
    /// A clip that ffmpeg did not make.
    case ffmpeg(String)

    /// One sentence that names the file: what was expected and found, or the operation and the system's reason.
    public var description: String {
        switch self {
        case .usage(let sentence), .badInput(let sentence), .unavailable(let sentence), .ffmpeg(let sentence),
            .inputs(let sentence, _):
            sentence
        case .io(let path, let operation, let code): "\(path): cannot \(operation): \(String(cString: strerror(code)))"
        }
    }

    /// The code of the process when this error ends it.
    public var status: ExitStatus {
        switch self {
        case .usage: .usage
        case .badInput: .badInput
        case .unavailable: .unavailable
        case .io, .ffmpeg: .io
        case .inputs(_, let status): status
        }
    }
}

extension ExitStatus {
    /// The code for several errors at once: that of a bad input if there is one, which must be mended in any case.
    public init(ofAll statuses: [ExitStatus]) {
        self = statuses.contains(.badInput) ? .badInput : statuses.first ?? .done
    }

    /// The code that `error` ends the program with.
    public init(for error: any Error) {
        switch error {
        case let error as HarnessError: self = error.status
        case let failure as CaseFailure: self = ExitStatus(for: failure.cause)
        case let fault as AgreedFault: self = fault.status
        case let error as DatasetError where error.isSystemFailure: self = .io
        case is HDF5Error: self = .io  // what is read is worded as bad input where it is read
        case is DatasetError, is PolicyError, is LauncherMismatch: self = .badInput
        case EnvironmentError.libraryMismatch, EnvironmentError.missingAssets, EnvironmentError.damagedAssets:
            self = .unavailable
        case is DrawingError: self = .unavailable
        case is SharedMemoryExhausted, is UnwritableOutput: self = .io
        case is SilentRank: self = .hang
        case EnvironmentError.unknownEnvironment, EnvironmentError.unknownDataset, EnvironmentError.notOurs,
            EnvironmentError.otherProfile:
            self = .badInput
        default: self = .bug
        }
    }
}
