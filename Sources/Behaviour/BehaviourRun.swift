package import Cases
import Console
import Failures
import Foundation
package import MPI
import Numerics
import Processes
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
        let monitor = try prepare(world)
        var open = 0
        for index in stride(from: world.rank, to: trainings.count, by: world.size) {
            let isFinished = try train(trainings[index], monitor, onSnapshot)
            open += isFinished ? 0 : 1
        }
        monitor.end()
        try world.sleepingBarrier()
        return try world.allgather(open).allSatisfy { $0 == 0 }
    }

    /// Refuses on all ranks what would stop one of them, and makes the folder.
    private func prepare(_ world: Communicator) throws -> TrainingMonitor {
        let token = try world.agree(on: { "\(CurrentProcess.identity)" })
        let job = try world.agree(on: { BatchJob.current })
        try world.requirePrecisions(trainings.compactMap { .init(rawValue: $0.precision) })
        try world.agree(that: {
            try DurableFile.makeFolder(output)
            if let buffer = options.buffer { try DurableFile.requirePlace(for: buffer) }
        })
        return TrainingMonitor(world, output, token: token, job: job, hours: options.maximumHours)
    }

    /// Trains one seed, unless a stop is requested or another job has it; returns whether all its steps are made.
    private func train(
        _ settings: BehaviourSettings, _ monitor: TrainingMonitor,
        _ onSnapshot: (Int, BehaviourTraining.Snapshot, Double) throws -> Void
    ) throws -> Bool {
        let folder = "\(output)/seed-\(settings.seed)"
        Supervision.describe(place: "rank \(monitor.rank) on \(CurrentProcess.host): \(settings.identifier)")
        func say(_ text: String) { Console.reportError("\(settings.identifier): \(text)") }
        monitor.tick(settings.identifier, 0)
        guard !Supervision.isStopRequested else { return false }
        let claim: Claim
        switch try Claim.take(folder: folder, holder: monitor.holder, heartbeats: Heartbeat.folder(in: output)) {
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
            to: options.steps, rule: options.checkpoints, from: start, rank: monitor.rank,
            isStillHeld: claim.isStillHeld,
            onNotice: say,
            onStep: { step in
                if last.step < 0 { last = (.now(), step) }
                monitor.tick(settings.identifier, step)
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
