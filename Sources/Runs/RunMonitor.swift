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

/// Communicates with the other ranks while this one works: reports progress to rank 0, receives its request to stop,
/// and writes heartbeats into the run folder. Nothing here waits for another rank.
package final class RunMonitor {
    private let world: Communicator
    private let folder: RunFolder
    private let token: String
    private let job: BatchJob?
    private let heartbeats: HeartbeatFile
    /// The display on rank 0; nil elsewhere.
    private let display: ProgressDisplay?
    private let sender: DroppingSender?
    private let clock: MonotonicClock
    private let schedule: ReportSchedule
    private var record = ProgressRecord()
    private var identifier: String?
    private var team: [Int] = []
    /// The messages by which rank 0 has told all others to stop; nil before.
    private var stopMessages: [DroppingSender]?

    /// - Parameters:
    ///   - token: the name of this run of the program among those that work on the folder.
    ///   - job: the batch system's job; nil for none.
    ///   - hours: hours after which all cases are stopped; nil for no limit.
    ///   - display: the display on rank 0; nil elsewhere.
    init(
        _ world: Communicator, folder: RunFolder, token: String, job: BatchJob?, limits hours: Double?,
        display: ProgressDisplay?, clock: MonotonicClock = .system
    ) {
        self.world = world
        self.folder = folder
        self.token = token
        self.job = job
        self.display = display
        self.clock = clock
        schedule = ReportSchedule(hours: hours, clock: clock)
        heartbeats = HeartbeatFile(folder: folder.path, token: token, rank: world.rank)
        sender =
            world.rank == 0
            ? nil : DroppingSender(recordSize: ProgressRecord.size, to: 0, tag: MessageTag.progress, on: world)
        beat("start")
    }

    /// The holder under which this rank's team claims cases.
    var holder: ClaimHolder { .ofThisProcess(rank: world.rank, heartbeat: heartbeats.name, batchJob: job) }

    /// Notes that a case begins or resumes.
    func begin(_ studyCase: StudyCase, index: Int, team: Team) throws {
        identifier = studyCase.identifier
        self.team = team.worldRanks
        record.caseIndex = team.isLeader ? Int32(index) : -1
        record.step = 0
        schedule.caseBegins()
        beat("preparation")
        try tell()
    }

    /// Called after every gradient step of the running case.
    func tick(_ step: Int) throws { try look(at: step, phase: "training") }

    /// Called repeatedly while the policy is evaluated.
    func tickInEvaluation() throws { try look(at: Int(record.step), phase: "evaluation") }

    /// Notes that a case has ended.
    ///
    /// - Parameter work: its predicted seconds, if it is done and this rank led its team.
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

    /// Called when this rank has nothing left to do. Ranks other than 0 wait here without using the core until rank 0
    /// releases them; rank 0 waits for all others, then calls `conclude` and releases them.
    ///
    /// - Returns: the result of `conclude`, on all ranks.
    func finish(conclude: () throws -> StudyRun.Ending) throws -> StudyRun.Ending {
        record.isFinished = 1
        record.caseIndex = -1
        record.stepsPerSecond = 0
        heartbeats.remove()
        guard let display else { return try waitForRank0() }
        repeat {
            try tell()
            clock.sleep(Self.pause)
        } while !display.isEveryRankFinished
        let ending = try conclude()
        for rank in 1..<max(1, world.size) {
            try DroppingSender(recordSize: 1, to: rank, tag: MessageTag.ending, on: world).send([ending.rawValue])
        }
        for sender in stopMessages ?? [] { try sender.complete() }
        // After this barrier no rank sends any more; all late messages must be received before MPI ends.
        try world.barrier()
        while try world.receive(ifAvailable: MessageTag.progress) != nil {}
        return ending
    }

    /// Seconds between two looks for messages while this rank has nothing to do.
    private static let pause = 0.02

    private func waitForRank0() throws -> StudyRun.Ending {
        record.stopSignal = stopSignal
        try sender?.send(record.bytes)
        while true {
            // A signal may reach an idle rank while others work.
            if Supervision.isStopRequested, record.stopSignal == 0 {
                record.stopSignal = stopSignal
                try sender?.send(record.bytes)
            }
            if let message = try world.receive(ifAvailable: MessageTag.ending) {
                try world.barrier()
                _ = try world.receive(ifAvailable: MessageTag.stop)
                return message.bytes.first.flatMap { StudyRun.Ending(rawValue: $0) } ?? .stopped
            }
            clock.sleep(Self.pause)
        }
    }

    /// Once a second: reports progress and checks for requests to stop.
    private func look(at step: Int, phase: String) throws {
        record.step = Int32(clamping: step)
        let isUrgent = Supervision.isStopRequested && record.stopSignal == 0
        guard let rate = schedule.rateToReport(at: step, isUrgent: isUrgent) else { return }
        record.stepsPerSecond = Float(rate)
        if schedule.isHeartbeatDue(in: phase) { beat(phase) }
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

    /// The request to stop, encoded as in `ProgressRecord`.
    private var stopSignal: Int32 { Supervision.stopSignal ?? (Supervision.isStopRequested ? -1 : 0) }

    /// Why the run has to stop by itself: the time limit, or a file STOP in the run folder; nil if it does not.
    private var limit: String? {
        if schedule.areHoursOver { return "--max-hours have passed" }
        guard schedule.isLookForStopDue() else { return nil }
        // If the file system does not answer now, ask again in a second: that is no reason to end a run.
        return Paths.access(folder.file(RunFolder.stopFile), F_OK) == 0 ? "\(RunFolder.stopFile) exists" : nil
    }

    /// On rank 0: announces once why all cases are saved now, unless a signal to this process has already announced it.
    private func stopAll(because reason: String) {
        guard !Supervision.isStopRequested else { return }
        Supervision.requestStop()
        ProgressDisplay.say(
            "\(reason): saving, then stopping with exit code 75; a second signal ends the run at once")
    }

    /// On rank 0: forwards the request to stop, once. A signal may have reached only one rank.
    private func tellAllToStop() throws {
        guard stopMessages == nil else { return }
        stopMessages = (1..<max(1, world.size)).map {
            DroppingSender(recordSize: 1, to: $0, tag: MessageTag.stop, on: world)
        }
        for sender in stopMessages ?? [] { _ = try sender.offer([1]) }
    }

    private func beat(_ phase: String) {
        schedule.heartbeatWritten(in: phase)
        heartbeats.write(
            Heartbeat(
                token: token, rank: world.rank, ranks: world.size, caseIdentifier: identifier, phase: phase,
                step: Int(record.step), stepsPerSecond: Double(record.stepsPerSecond), teamRanks: team))
    }
}

/// The error of a working rank that cannot even end itself any more.
struct SilentRank: ExitCoded, CustomStringConvertible {
    let rank: Int

    var description: String {
        "rank \(rank) has been silent for longer than --hang-timeout allows"
    }

    package var exitStatus: ExitStatus { .hang }
}
