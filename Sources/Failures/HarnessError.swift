import Foundation

/// An error with its message and the exit code it ends the program with.
package enum HarnessError: ExitCoded, CustomStringConvertible, Equatable {
    /// An invalid command line.
    case usage(String)
    case badInput(String)
    /// A program that is not installed.
    case unavailable(String)
    /// Problems with the inputs, one sentence a line, and the exit code.
    case inputs(String, ExitStatus)
    case io(path: String, operation: String, code: Int32)
    /// A clip that ffmpeg failed to encode.
    case ffmpeg(String)

    /// One sentence that names the file and what was expected and found, or the failed operation and the system's
    /// reason.
    package var description: String {
        switch self {
        case .usage(let sentence), .badInput(let sentence), .unavailable(let sentence), .ffmpeg(let sentence),
            .inputs(let sentence, _):
            sentence
        case .io(let path, let operation, let code): "\(path): cannot \(operation): \(String(cString: strerror(code)))"
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .usage: .usage
        case .badInput: .badInput
        case .unavailable: .unavailable
        case .io, .ffmpeg: .io
        case .inputs(_, let status): status
        }
    }
}
