import ArgumentParser
import Cases
import Failures
import Foundation
import MPI
import Processes
import Supervision
import Teams

/// Runs `body` on every rank between MPI's initialisation and finalisation, and ends the process with a documented exit
/// code.
///
/// An error that all ranks have agreed on ends them in order; any other error on any rank ends the whole job.
func runOnAllRanks(_ body: (Communicator) throws -> ExitStatus) -> Never {
    do {
        let world = try MPIEnvironment.start()
        let host = (try? MPIEnvironment.processorName()) ?? "?"
        Supervision.describe(place: "rank \(world.rank) of \(world.size) on \(host)")
        Supervision.noteCrashes()
        var status = ExitStatus.done
        do {
            status = try body(world)
        } catch let fault as AgreedFault {
            if let cause = fault.cause { say(cause) }
            status = fault.exitStatus
        }
        // As soon as one rank has ended with a code other than 0, mpirun sends a signal to the others; everything is
        // saved.
        Supervision.ignoreStops()
        try MPIEnvironment.finish()
        CurrentProcess.removeMarker()
        exit(status.rawValue)
    } catch {
        let place = (error as? CaseFailure)?.place ?? Supervision.where
        say(place.isEmpty ? error : "\(place): \(error)")
        MPIEnvironment.abort(code: ExitStatus(for: error).rawValue)
    }
}

/// Runs `body` on every rank; the exit code is 0 unless it throws.
func runOnAllRanks(_ body: (Communicator) throws -> Void) -> Never {
    runOnAllRanks { world in
        try body(world)
        return .done
    }
}

/// Runs `body` in a process without MPI, and ends it with a documented exit code if it throws.
func runAlone(_ body: () throws -> Void) throws {
    do {
        try body()
        CurrentProcess.removeMarker()
    } catch {
        CurrentProcess.removeMarker()
        Supervision.endIfAsked()
        say(error)
        throw ExitCode(ExitStatus(for: error).rawValue)
    }
}

/// Refuses to run as one of several processes, which would all write the same files.
///
/// - Throws: `HarnessError.usage`.
func requireOneProcess(_ command: String) throws {
    for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] {
        guard let count = ProcessInfo.processInfo.environment[name].flatMap({ Int($0) }), count > 1 else { continue }
        throw HarnessError.usage("\(command) runs as a single process, and \(count) were started")
    }
}
