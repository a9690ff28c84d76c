import Cases
import Foundation
import Logging
import MPI
import Numerics
import Planning
import Processes
import Report
import RunFolders
import Studies
import Supervision
import Teams

/// The work of one rank in a run: its team claims and runs cases until none is left or a stop is requested.
final class RankWorker {
    private let plan: StudyPlan
    private let works: [Schedule.Work]
    private let folder: RunFolder
    private let data: SharedData
    private let monitor: RunMonitor
    private let provenance: Provenance
    private let options: RunOptions
    private let log: Logger
    private let world: Communicator
    private let open: [Int]
    /// What this rank has sent in the cases so far.
    private(set) var traffic: [CaseTraffic] = []

    init(
        _ plan: StudyPlan, open: [Int], _ works: [Schedule.Work], folder: RunFolder, data: SharedData,
        monitor: RunMonitor, provenance: Provenance, options: RunOptions, log: Logger, world: Communicator
    ) {
        self.plan = plan
        self.open = open
        self.works = works
        self.folder = folder
        self.data = data
        self.monitor = monitor
        self.provenance = provenance
        self.options = options
        self.log = log
        self.world = world
    }

    /// Works in teams of `teamSize` ranks. The first call is collective over the world, later communication only over
    /// teams.
    func work(teamSize: Int) throws {
        let team =
            teamSize > 1 ? try Team(world, worldRank: world.rank).split(size: teamSize) : Team(worldRank: world.rank)
        try work(team)
    }

    /// Works until there is no case left for this team, then splits if smaller teams can continue.
    private func work(_ team: Team) throws {
        let queue = CaseQueue(
            plan, open: open, works, folder: folder, holder: monitor.holder,
            first: (team.worldRanks.first ?? 0) / team.size)
        while true {
            switch try agreeOnTurn(queue, team) {
            case .work(let index):
                guard try work(on: index, queue, team) else { return try team.disband() }
            case .split(let size):
                let part = try team.split(size: size)
                try team.disband()
                return try work(part)
            case .end: return try team.disband()
            }
        }
    }

    /// The leader's choice of what to do next, on every rank of the team.
    private func agreeOnTurn(_ queue: CaseQueue, _ team: Team) throws -> CaseQueue.Turn {
        Supervision.enter("claim of a case")
        var turn = CaseQueue.Turn.end
        if team.isLeader, !Supervision.isStopRequested {
            turn = try queue.next(ranks: team.size)
            for notice in queue.notices { log.warning("\(notice)") }
        }
        return try team.broadcast(value: turn)
    }

    /// Works on a case; returns false if it was asked to stop.
    private func work(on index: Int, _ queue: CaseQueue, _ team: Team) throws -> Bool {
        let studyCase = plan.cases[index]
        let name = "rank \(world.rank) of \(world.size) on \(CurrentProcess.host)"
        Supervision.describe(place: "\(name): case \(studyCase.identifier)")
        defer { Supervision.describe(place: name) }
        log.info("begin \(studyCase.identifier) on \(team.name)")
        let start = DispatchTime.now()
        try monitor.begin(studyCase, index: index, team: team)
        Supervision.arm()
        let outcome: CaseRun.Outcome
        do {
            let run = try CaseRun(
                studyCase, data: data.data(for: studyCase), folder: folder.folder(of: studyCase), team: team,
                rule: options.checkpoints)
            if team.isLeader { CaseFailure.forget(in: folder.folder(of: studyCase).path) }
            outcome = try run.run(
                provenance: provenance, isStillHeld: { queue.isStillHeld },
                onNotice: { notice in log.warning("\(studyCase.identifier): \(notice)") },
                onProgress: { [monitor] in try monitor.tickInEvaluation() }, onStep: { try monitor.tick($0) })
            if let traffic = run.traffic { note(traffic) }
        } catch {
            let failure = CaseFailure(identifier: studyCase.identifier, place: Supervision.where, cause: error)
            log.error("\(studyCase.identifier): \(error)")
            failure.leaveNote(in: folder.folder(of: studyCase).path)
            throw failure
        }
        Supervision.disarm()
        return try settle(outcome, studyCase, index, queue, team, seconds: secondsSince(start))
    }

    private func note(_ traffic: CaseTraffic) {
        self.traffic.append(traffic)
        let step = traffic.perStep
        let text = String(
            format: "%.1f messages and %.1f kB a step sent by this rank, %.3f ms a step in exchanges",
            step.messages, step.kilobytes, step.milliseconds)
        log.info("\(traffic.identifier): \(text)")
    }

    private func settle(
        _ outcome: CaseRun.Outcome, _ studyCase: StudyCase, _ index: Int, _ queue: CaseQueue, _ team: Team,
        seconds: Double
    ) throws -> Bool {
        switch outcome {
        case .done(let result):
            let score = result.evaluations.last.map { String(format: "%.1f", $0.score) } ?? "none"
            log.info("done \(studyCase.identifier) in \(duration(seconds)), score \(score)")
            if team.isLeader {
                if let divergence = result.divergence {
                    log.warning("\(studyCase.identifier) diverged by step \(divergence.step): \(divergence.reason)")
                }
                for warning in result.warnings ?? [] { log.warning("\(studyCase.identifier): \(warning)") }
                queue.finish()
            }
            try monitor.end(work: team.isLeader ? works[index].seconds(on: 1) : nil)
            return true
        case .stopped(let step):
            log.info("stopped \(studyCase.identifier) after step \(step)")
            if team.isLeader { try queue.releaseClaim() }
            try monitor.end(work: nil)
            return false
        case .takenOver:
            log.warning(
                "\(studyCase.identifier): another job has taken it over, having seen no heartbeat of this one")
            queue.forget()
            try monitor.end(work: nil)
            return true
        }
    }
}
