package import Failures
import MPI

/// An error found by rank 0 and known to all ranks, so that each can end in order.
package struct AgreedFault: ExitCoded {
    /// The error on rank 0; nil on the others, which print nothing.
    package let cause: (any Error)?
    /// The exit code of every rank.
    package let exitStatus: ExitStatus
}

extension Communicator {
    /// Runs `check` on rank 0; if it throws there, every rank throws `AgreedFault`. Collective.
    package func agree(that check: () throws -> Void) throws {
        _ = try agree(sharing: {
            try check()
            return []
        })
    }

    /// Broadcasts the bytes that `body` returns on rank 0; if it throws there, every rank throws `AgreedFault`.
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

    /// Gathers the lines of all ranks on rank 0, in rank order; empty on the other ranks. Collective.
    package func gatherLines(_ lines: [String]) throws -> [String] {
        let gathered = try gather(Array(lines.joined(separator: "\n").utf8)) ?? []
        return gathered.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").map { String($0) } }
    }
}

// Where there may be one process and no MPI.
extension Communicator? {
    /// As `Communicator.agree(that:)`; without a communicator, an error of `check` is thrown as it is.
    package func agree(that check: () throws -> Void) throws {
        if let self { try self.agree(that: check) } else { try check() }
    }

    /// As `Communicator.agree(on:)`; without a communicator, the value or the error of `body` itself.
    package func agree<Value: Codable>(on body: () throws -> Value) throws -> Value {
        if let self { try self.agree(on: body) } else { try body() }
    }

    /// As `Communicator.agree(sharing:)`; without a communicator, the bytes or the error of `body` itself.
    package func agree(sharing body: () throws -> [UInt8]) throws -> [UInt8] {
        if let self { try self.agree(sharing: body) } else { try body() }
    }
}
