import Failures
import Foundation
import MPI
import Numerics
import Paths
import Processes
import RunFolders
import Storage
import Studies
import Supervision
import Teams

/// Keeps a rank in touch with the rest of its job while it works: tells rank 0 how it is getting on, hears from it that all
/// are to stop, and leaves heartbeats in the run folder. Nothing here waits for another rank.
package final class RunMonitor {
    private let world: Communicator
    private let folder: RunFolder
    private let token: String
    private let job: BatchJob?
    private let hours: Double?
    private let heartbeats: HeartbeatFile
    /// What is shown, on rank 0.
    private let display: ProgressDisplay?
    private let sender: DroppingSender?
    private let start = DispatchTime.now()
    private var record = ProgressRecord()
    private var identifier: String?
    private var team: [Int] = []
    private var lastTold = DispatchTime.now()
    private var lastHeartbeat: DispatchTime?
    private var lastLookForStop: DispatchTime?
    private var lastPhase = ""
    /// nil before the first step of a case, wherever that begins.
    private var stepWhenTold: Int?
    /// On rank 0, once all have been told to stop.
    private var stopMessages: [DroppingSender]?

    /// - Parameters:
    ///   - token: names this run of the program among those that work on the folder.
    ///   - job: the batch system's, nil for none.
    ///   - hours: after which all cases are stopped; nil for no limit.
    ///   - display: on rank 0, what is shown; nil elsewhere.
    init(
        _ world: Communicator, folder: RunFolder, token: String, job: BatchJob?, limits hours: Double?,
        display: ProgressDisplay?
    ) {
        self.world = world
        self.folder = folder
        self.token = token
        self.job = job
        self.hours = hours
        self.display = display
        heartbeats = HeartbeatFile(folder: folder.path, token: token, rank: world.rank)
        sender =
            world.rank == 0
            ? nil : DroppingSender(recordSize: ProgressRecord.size, to: 0, tag: MessageTag.progress, on: world)
        beat("start")
    }

    /// Who claims cases for this rank's team.
    var holder: ClaimHolder { .ofThisProcess(rank: world.rank, heartbeat: heartbeats.name, batchJob: job) }

    /// A case begins, or goes on.
    func begin(_ studyCase: StudyCase, index: Int, team: Team) throws {
        identifier = studyCase.identifier
        self.team = team.worldRanks
        record.caseIndex = team.isLeader ? Int32(index) : -1
        record.step = 0
        stepWhenTold = nil
        beat("preparation")
        try tell()
    }

    /// Called after every gradient step of the running case.
    func tick(_ step: Int) throws { try look(at: step, phase: "training") }

    /// Called now and then while the policy is evaluated.
    func tickInEvaluation() throws { try look(at: Int(record.step), phase: "evaluation") }

    /// A case has ended.
    ///
    /// - Parameter work: predicted seconds of it, if it is done and this rank led its team.
    func end(work: Double?) throws {
        if let work {
            record.casesDone += 1
            record.workDone += Float(work)
        }
        record.caseIndex = -1
        record.stepsPerSecond = 0
        identifier = nil
        beat("between cases")
        try tell()
    }

    /// This rank has nothing left to do. Ranks other than 0 wait here, without using the core, until rank 0 lets them go;
    /// rank 0 waits for all others, then calls `conclude` and lets them go.
    ///
    /// - Returns: what `conclude` gave, on all ranks.
    func finish(conclude: () throws -> StudyRun.Ending) throws -> StudyRun.Ending {
        record.isFinished = 1
        record.caseIndex = -1
        record.stepsPerSecond = 0
        heartbeats.remove()
        guard let display else { return try waitForRank0() }
        repeat {
            try tell()
            usleep(20_000)
        } while !display.isEveryRankFinished
        let ending = try conclude()
        for rank in 1..<max(1, world.size) {
            try DroppingSender(recordSize: 1, to: rank, tag: MessageTag.ending, on: world).send([ending.rawValue])
        }
        for sender in stopMessages ?? [] { try sender.complete() }
        // After this nobody sends any more; what came too late to matter must not be under way when MPI ends.
        try world.barrier()
        while try world.receive(ifAvailable: MessageTag.progress) != nil {}
        return ending
    }

    private func waitForRank0() throws -> StudyRun.Ending {
        record.stopSignal = stopSignal
        try sender?.send(record.bytes)
        while true {
            // A signal may come to a rank that has nothing to do while others work.
            if Supervision.isStopRequested, record.stopSignal == 0 {
                record.stopSignal = stopSignal
                try sender?.send(record.bytes)
            }
            if let message = try world.receive(ifAvailable: MessageTag.ending) {
                try world.barrier()
                _ = try world.receive(ifAvailable: MessageTag.stop)
                return message.bytes.first.flatMap { StudyRun.Ending(rawValue: $0) } ?? .stopped
            }
            usleep(20_000)
        }
    }

    /// Once a second: says how far it is, and listens.
    private func look(at step: Int, phase: String) throws {
        record.step = Int32(clamping: step)
        guard let before = stepWhenTold else {
            (stepWhenTold, lastTold) = (step, .now())
            return
        }
        let seconds = secondsSince(lastTold)
        guard seconds >= 1 || Supervision.isStopRequested && record.stopSignal == 0 else { return }
        record.stepsPerSecond = Float(Double(max(0, step - before)) / max(seconds, 1e-3))
        lastTold = .now()
        stepWhenTold = step
        let isDue = lastHeartbeat.map { secondsSince($0) >= Heartbeat.interval } ?? true
        if isDue || phase != lastPhase { beat(phase) }
        try tell()
    }

    private func tell() throws {
        if world.rank != 0, try world.receive(ifAvailable: MessageTag.stop) != nil { Supervision.requestStop() }
        if world.rank == 0, let limit { stopAll(because: limit) }
        record.stopSignal = stopSignal
        guard let display else {
            _ = try sender?.offer(record.bytes)
            return
        }
        display.update(rank: 0, record)
        while let (source, bytes) = try world.receive(ifAvailable: MessageTag.progress) {
            if let record = ProgressRecord(bytes) { display.update(rank: source, record) }
        }
        if display.isAnyRankStopping {
            stopAll(because: display.signalReceived ?? "asked to")
            try tellAllToStop()
        }
        if let rank = display.silentRank { throw SilentRank(rank: rank) }
        display.show()
    }

    /// What `ProgressRecord` says of requests to stop.
    private var stopSignal: Int32 { Supervision.stopSignal ?? (Supervision.isStopRequested ? -1 : 0) }

    /// Why the run is to stop of itself: the time is up, or somebody has put a file STOP into the run folder. nil: it is not.
    private var limit: String? {
        if let hours, secondsSince(start) >= hours * 3600 { return "--max-hours are over" }
        guard lastLookForStop.map({ secondsSince($0) >= 1 }) ?? true else { return nil }
        lastLookForStop = .now()
        // A file system that does not answer now is asked again in a second: no reason to end a run.
        return Paths.access(folder.file(RunFolder.stopFile), F_OK) == 0 ? "\(RunFolder.stopFile) is there" : nil
    }

    /// On rank 0: says once why all cases are saved now, unless a signal to this very process has said it.
    private func stopAll(because reason: String) {
        guard !Supervision.isStopRequested else { return }
        Supervision.requestStop()
        ProgressDisplay.say(
            "\(reason): saving, then stopping with exit code 75; a second signal ends the run at once")
    }

    /// Rank 0 passes on, once, that the job is to stop. A signal may have reached one rank alone.
    private func tellAllToStop() throws {
        guard stopMessages == nil else { return }
        stopMessages = (1..<max(1, world.size)).map {
            DroppingSender(recordSize: 1, to: $0, tag: MessageTag.stop, on: world)
        }
        for sender in stopMessages ?? [] { _ = try sender.offer([1]) }
    }

    private func beat(_ phase: String) {
        lastHeartbeat = .now()
        lastPhase = phase
        heartbeats.write(
            Heartbeat(
                token: token, rank: world.rank, ranks: world.size, caseIdentifier: identifier, phase: phase,
                step: Int(record.step), stepsPerSecond: Double(record.stepsPerSecond), teamRanks: team))
    }
}

/// A rank at work that cannot even end itself any more.
struct SilentRank: ExitCoded, CustomStringConvertible {
    let rank: Int

    var description: String {
        "nothing has been heard of rank \(rank) for longer than it may be silent (--hang-timeout)"
    }

    package var exitStatus: ExitStatus { .hang }
}
