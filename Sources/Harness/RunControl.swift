import Foundation
import MPI

/// What ends a run before its cases are done.
public struct RunLimits: Sendable, Equatable {
    /// Hours after which all cases are stopped; nil for none.
    public var hours: Double?

    /// None.
    public init() {}
}

/// Keeps a rank in touch with the rest of its job while it works: tells rank 0 how it is getting on, hears from it that all
/// are to stop, and leaves heartbeats in the run folder. Nothing here waits for another rank.
final class RunControl {
    private let world: Communicator
    private let folder: RunFolder
    private let token: String
    private let limits: RunLimits
    private let heartbeats: HeartbeatFile
    /// What is shown, on rank 0.
    private let board: ProgressBoard?
    private let outbox: Outbox?
    private let start = DispatchTime.now()
    private var record = ProgressRecord()
    private var identifier: String?
    private var team: [Int] = []
    private var lastTold = DispatchTime.now()
    private var lastHeartbeat: DispatchTime?
    private var stepWhenTold = 0
    /// On rank 0: who has not been told yet to stop.
    private var untold: [(rank: Int, outbox: Outbox)]?

    /// Seconds between two heartbeats.
    static let heartbeatInterval = 10.0

    /// - Parameters:
    ///   - token: names this run of the program among those that work on the folder.
    ///   - board: on rank 0, what is shown; nil elsewhere.
    init(_ world: Communicator, folder: RunFolder, token: String, limits: RunLimits, board: ProgressBoard?) {
        self.world = world
        self.folder = folder
        self.token = token
        self.limits = limits
        self.board = board
        heartbeats = HeartbeatFile(folder: folder.path, token: token, rank: world.rank)
        outbox =
            world.rank == 0
            ? nil : Outbox(recordSize: ProgressRecord.size, to: 0, tag: MessageTag.progress, on: world)
        beat("start")
    }

    /// Who claims cases for this rank's team.
    var holder: ClaimHolder { .ofThisProcess(rank: world.rank, heartbeat: heartbeats.name) }

    /// A case begins, or goes on after `step`.
    func begin(_ one: Case, index: Int, team: Team, after step: Int = 0) throws {
        identifier = one.identifier
        self.team = team.worldRanks
        record.caseIndex = team.isLeader ? Int32(index) : -1
        record.step = Int32(clamping: step)
        stepWhenTold = step
        lastTold = .now()
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
    func finish(conclude: () throws -> Void) throws {
        record.isFinished = 1
        record.caseIndex = -1
        record.stepsPerSecond = 0
        heartbeats.remove()
        guard let board else {
            record.isStopping = Supervision.isStopRequested ? 1 : 0
            try outbox?.send(record.bytes)
            while try world.receive(ifAvailable: MessageTag.goHome) == nil { usleep(20_000) }
            _ = try world.receive(ifAvailable: MessageTag.stop)
            return
        }
        while true {
            try tell()
            if board.isEveryRankFinished { break }
            usleep(20_000)
        }
        try conclude()
        for rank in 1..<max(1, world.size) {
            try Outbox(recordSize: 1, to: rank, tag: MessageTag.goHome, on: world).send([1])
        }
        for (_, outbox) in untold ?? [] { try outbox.complete() }
    }

    /// Once a second: says how far it is, and listens.
    private func look(at step: Int, phase: String) throws {
        record.step = Int32(clamping: step)
        let seconds = secondsSince(lastTold)
        guard seconds >= 1 || Supervision.isStopRequested && record.isStopping == 0 else { return }
        record.stepsPerSecond = Float(Double(max(0, step - stepWhenTold)) / max(seconds, 1e-3))
        lastTold = .now()
        stepWhenTold = step
        if lastHeartbeat.map({ secondsSince($0) >= RunControl.heartbeatInterval }) ?? true { beat(phase) }
        try tell()
    }

    private func tell() throws {
        if world.rank != 0, try world.receive(ifAvailable: MessageTag.stop) != nil { Supervision.requestStop() }
        if world.rank == 0, isAtLimit { Supervision.requestStop() }
        record.isStopping = Supervision.isStopRequested ? 1 : 0
        guard let board else {
            _ = try outbox?.offer(record.bytes)
            return
        }
        board.update(rank: 0, record)
        while let (source, bytes) = try world.receive(ifAvailable: MessageTag.progress) {
            if let record = ProgressRecord(bytes) { board.update(rank: source, record) }
        }
        if board.isAnyRankStopping { try tellAllToStop() }
        board.show()
    }

    /// Whether the time is up, or somebody has put a file STOP into the run folder.
    private var isAtLimit: Bool {
        if let hours = limits.hours, secondsSince(start) >= hours * 3600 { return true }
        return access(folder.file(RunFolder.stopFile), F_OK) == 0
    }

    /// Rank 0 passes on, once, that the job is to stop. A signal may have reached one rank alone.
    private func tellAllToStop() throws {
        Supervision.requestStop()
        guard untold == nil else { return }
        untold = (1..<max(1, world.size)).map { rank in
            (rank, Outbox(recordSize: 1, to: rank, tag: MessageTag.stop, on: world))
        }
        for (_, outbox) in untold ?? [] { _ = try outbox.offer([1]) }
    }

    private func beat(_ phase: String) {
        lastHeartbeat = .now()
        heartbeats.write(
            Heartbeat(
                token: token, rank: world.rank, ranks: world.size, caseIdentifier: identifier, phase: phase,
                step: Int(record.step), stepsPerSecond: Double(record.stepsPerSecond), teamRanks: team))
    }
}
