import Console
import Foundation
import MPI
import Numerics
import Paths
import Processes
import RunFolders
import Runs
import Storage
import Supervision

/// What a rank does beside its trainings: it writes its heartbeat, which keeps its claims valid, and stops when its time
/// is over or a file STOP appears.
final class TrainingMonitor {
    let rank: Int
    private let ranks: Int
    private let folder: String
    private let token: String
    private let job: BatchJob?
    private let heartbeats: HeartbeatFile
    private let schedule: ReportSchedule

    /// - `folder`: the folder of all trainings.
    /// - `token`: the name of this run of the program, the same on all ranks.
    /// - `hours`: hours until it stops; nil for no limit.
    init(_ world: Communicator, _ folder: String, token: String, job: BatchJob?, hours: Double?) {
        (rank, ranks) = (world.rank, world.size)
        (self.folder, self.token, self.job) = (folder, token, job)
        heartbeats = HeartbeatFile(folder: folder, token: token, rank: world.rank)
        schedule = ReportSchedule(hours: hours, clock: .system)
    }

    /// The holder under which this rank claims trainings.
    var holder: ClaimHolder { .ofThisProcess(rank: rank, heartbeat: heartbeats.name, batchJob: job) }

    /// Called after every step of a training.
    func tick(_ identifier: String, _ step: Int) {
        if let limit, !Supervision.isStopRequested {
            Supervision.requestStop()
            Console.reportError("\(limit): saving, then stopping with exit code 75")
        }
        guard schedule.isHeartbeatDue(in: "training") else { return }
        schedule.heartbeatWritten(in: "training")
        heartbeats.write(
            Heartbeat(
                token: token, rank: rank, ranks: ranks, caseIdentifier: identifier, phase: "training", step: step,
                teamRanks: [rank]))
    }

    /// Called when no training is left.
    func end() { heartbeats.remove() }

    /// Why the run has to stop by itself; nil if it does not.
    private var limit: String? {
        if schedule.areHoursOver { return "--max-hours have passed" }
        guard schedule.isLookForStopDue() else { return nil }
        return Paths.access("\(folder)/\(RunFolder.stopFile)", F_OK) == 0 ? "\(RunFolder.stopFile) exists" : nil
    }
}
