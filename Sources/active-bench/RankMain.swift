import ArgumentParser
import Foundation
import Harness
import MPI

/// Runs `body` on every rank between the start and the end of MPI, and ends the process with a documented code.
///
/// A fault that all ranks have agreed on ends them in order; any other error on any rank ends the whole job.
func runOnAllRanks(_ body: (Communicator) throws -> Void) -> Never {
    var name = "rank ? of ?"
    do {
        let world = try MPIEnvironment.start()
        name = "rank \(world.rank) of \(world.size) on \((try? MPIEnvironment.processorName()) ?? "?")"
        do {
            try body(world)
        } catch let fault as AgreedFault {
            if let cause = fault.cause { say(cause) }
            try MPIEnvironment.finish()
            exit(fault.status.rawValue)
        }
        try MPIEnvironment.finish()
        exit(ExitStatus.done.rawValue)
    } catch {
        say("\(name): \(error)")
        MPIEnvironment.abort(code: ExitStatus(for: error).rawValue)
    }
}

/// Runs `body` in a process without MPI, and ends it with a documented code if it throws.
func runAlone(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch {
        say(error)
        throw ExitCode(ExitStatus(for: error).rawValue)
    }
}

/// One line on standard error per line of `error`.
func say(_ error: Any) {
    for line in "\(error)".split(separator: "\n") {
        FileHandle.standardError.write(Data("active-bench: \(line)\n".utf8))
    }
}
