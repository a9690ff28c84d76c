package import Failures
import MPI

/// A fault found by rank 0 that all ranks know of, so that each can end in order.
package struct AgreedFault: ExitCoded {
    /// What rank 0 found; nil on the others, which have nothing to say.
    package let cause: (any Error)?
    /// The code every rank ends with.
    package let exitStatus: ExitStatus
}

extension Communicator {
    /// Does `check` on rank 0; if it throws there, every rank throws `AgreedFault`. Collective.
    package func agree(that check: () throws -> Void) throws {
        _ = try agree(sharing: {
            try check()
            return []
        })
    }

    /// The bytes that `body` gives on rank 0, on every rank; if it throws there, every rank throws `AgreedFault`.
    /// Collective.
    package func agree(sharing body: () throws -> [UInt8]) throws -> [UInt8] {
        var message: [UInt8] = []
        var cause: (any Error)?
        if rank == 0 {
            do {
                message = [UInt8(ExitStatus.done.rawValue)] + (try body())
            } catch {
                cause = error
                message = [UInt8(ExitStatus(for: error).rawValue)]
            }
        }
        message = try broadcast(message)
        guard message.first == UInt8(ExitStatus.done.rawValue) else {
            let status = message.first.flatMap { ExitStatus(rawValue: Int32($0)) } ?? .bug
            throw AgreedFault(cause: cause, exitStatus: status)
        }
        return Array(message.dropFirst())
    }

    /// The lines of all ranks' texts, in rank order, on rank 0; none elsewhere. Collective.
    package func gatherLines(_ lines: [String]) throws -> [String] {
        let gathered = try gather(Array(lines.joined(separator: "\n").utf8)) ?? []
        return gathered.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").map { String($0) } }
    }
}
