package import Cases
import Console
import Failures
import Foundation
package import MPI
import Numerics
import Paths
import Processes
import RunFolders
import Runs
import Storage
import Supervision
import Teams

/// Trains behaviour policies of several seeds on the ranks of a communicator: rank r of R takes every R-th seed from
/// number r on, each in a folder `seed-K` of its own.
package struct BehaviourRun {
    /// Limits and the schedule of checkpoints.
    package struct Options: Sendable {
        /// Environment steps of each training.
        package var steps: Int
        package var checkpoints = CheckpointRule()
        /// Hours after which all trainings stop with a checkpoint; nil for no limit.
        package var maximumHours: Double?
        /// The file to which the transitions of the training, of the only seed, are written at its end; nil for none.
        package var buffer: String?

        /// Options for trainings of that many steps.
        package init(steps: Int) { self.steps = steps }
    }

    private let trainings: [BehaviourSettings]
    private let start: Checkpoint?
    private let output: String
    private let options: Options

    /// - `trainings`: one for each seed.
    /// - `start`: the checkpoint from whose networks they start; nil for new ones.
    /// - `output`: the folder of all.
    package init(_ trainings: [BehaviourSettings], start: Checkpoint?, output: String, options: Options) {
        self.trainings = trainings
        self.start = start
        self.output = output
        self.options = options
    }

    /// Runs all trainings.
    ///
    /// - `onSnapshot`: called with the seed, each snapshot and the steps per second since the one before.
    /// - Returns: whether all are finished; otherwise the same command makes them go on. The same on all ranks.
    package func run(
        _ world: Communicator, onSnapshot: (Int, BehaviourTraining.Snapshot, Double) throws -> Void
    ) throws -> Bool {
        let token = try world.agree(on: { "\(CurrentProcess.identity)" })
        let job = try world.agree(on: { BatchJob.current })
        try world.requirePrecisions(trainings.compactMap { .init(rawValue: $0.precision) })
        try world.agree(that: {
            try DurableFile.makeFolder(output)
            if let buffer = options.buffer { try DurableFile.requirePlace(for: buffer) }
        })
        let heartbeats = HeartbeatFile(folder: output, token: token, rank: world.rank)
        let holder = ClaimHolder.ofThisProcess(rank: world.rank, heartbeat: heartbeats.name, batchJob: job)
        let schedule = ReportSchedule(hours: options.maximumHours, clock: .system)
        func tick(_ identifier: String, _ step: Int) {
            if let limit = limit(schedule), !Supervision.isStopRequested {
                Supervision.requestStop()
                Console.reportError("\(limit): saving, then stopping with exit code 75")
            }
            guard schedule.isHeartbeatDue(in: "training") else { return }
            schedule.heartbeatWritten(in: "training")
            heartbeats.write(
                Heartbeat(
                    token: token, rank: world.rank, ranks: world.size, caseIdentifier: identifier, phase: "training",
                    step: step, teamRanks: [world.rank]))
        }
        var open = 0
        for index in stride(from: world.rank, to: trainings.count, by: world.size) {
            tick(trainings[index].identifier, 0)
            let isFinished = try train(
                trainings[index], holder, world.rank, tick: { tick(trainings[index].identifier, $0) }, onSnapshot)
            open += isFinished ? 0 : 1
        }
        heartbeats.remove()
        try world.sleepingBarrier()
        return try world.allgather(open).allSatisfy { $0 == 0 }
    }

    /// Why the run has to stop by itself; nil if it does not.
    private func limit(_ schedule: ReportSchedule) -> String? {
        if schedule.areHoursOver { return "--max-hours have passed" }
        guard schedule.isLookForStopDue() else { return nil }
        return Paths.access("\(output)/\(RunFolder.stopFile)", F_OK) == 0 ? "\(RunFolder.stopFile) exists" : nil
    }

    /// Trains one seed, unless a stop is requested or another job has it; returns whether all its steps are made.
    private func train(
        _ settings: BehaviourSettings, _ holder: ClaimHolder, _ rank: Int, tick: (Int) -> Void,
        _ onSnapshot: (Int, BehaviourTraining.Snapshot, Double) throws -> Void
    ) throws -> Bool {
        let folder = "\(output)/seed-\(settings.seed)"
        Supervision.describe(place: "rank \(rank) on \(CurrentProcess.host): \(settings.identifier)")
        func say(_ text: String) { Console.reportError("\(settings.identifier): \(text)") }
        guard !Supervision.isStopRequested else { return false }
        let claim: Claim
        switch try Claim.take(folder: folder, holder: holder, heartbeats: Heartbeat.folder(in: output)) {
        case .taken(let taken, let notice):
            claim = taken
            if let notice { say(notice) }
        case .inUse(let other):
            say("is in use by \(other)")
            return false
        }
        let training = try BehaviourTraining(settings, folder: folder)
        var last = (time: DispatchTime.now(), step: -1)
        let ending = try training.run(
            to: options.steps, rule: options.checkpoints, from: start, rank: rank, isStillHeld: claim.isStillHeld,
            onNotice: say,
            onStep: { step in
                if last.step < 0 { last = (.now(), step) }
                tick(step)
            },
            onSnapshot: { snapshot in
                let seconds = Double(DispatchTime.now().uptimeNanoseconds - last.time.uptimeNanoseconds) * 1e-9
                try onSnapshot(settings.seed, snapshot, Double(snapshot.step - max(0, last.step)) / max(seconds, 1e-9))
                last = (.now(), snapshot.step)
            })
        switch ending {
        case .finished:
            if let buffer = options.buffer { try training.recordBuffer(options.steps, to: buffer) }
            claim.remove()
            return true
        case .stopped:
            say("stopped after step \(training.step); the same command goes on")
            try claim.release()
            return false
        case .takenOver:
            say("another job has taken it over")
            return false
        }
    }
}
