package import Algorithms
import Cases
import Console
import Datasets
import DatasetTools
import Failures
import Foundation
import Logging
package import MPI
import Numerics
import Planning
package import Report
import RunFolders
import Studies
import Supervision
import Teams

/// Runs a study on the ranks of a communicator: plans, validates inputs, trains cases claimed one by one by teams of
/// ranks, and aggregates the results.
///
/// Collective calls over all ranks are made at the start and at the end. Between them, no rank waits for a rank of
/// another team.
package final class StudyRun {
    /// How a run ended; the same on all ranks.
    package enum Ending: UInt8, Sendable {
        /// Every case of the study is done.
        case finished = 1
        /// The run was stopped before; the same command resumes it.
        case stopped
        /// The remaining cases are in use by other jobs.
        case othersAtWork
    }

    let world: Communicator
    let studyPath: String
    let folder: RunFolder
    let options: RunOptions
    /// The learners that the study may name.
    private let learners: LearnerRegistry
    private var log = Logger(label: "active-bench")

    /// Prepares a run of the study at `studyPath` into the folder `output`.
    package init(
        studyPath: String, output: String, options: RunOptions = RunOptions(),
        learners: LearnerRegistry = .standard, world: Communicator
    ) {
        self.studyPath = studyPath
        self.options = options
        self.learners = learners
        folder = RunFolder(output)
        self.world = world
    }

    /// Runs the study on all ranks.
    ///
    /// - Parameter onTable: called on rank 0 with the finished table.
    /// - Throws: `AgreedFault` on all ranks if an input is refused; any other error occurs on this rank only, and the
    ///   caller must end the job.
    package func run(onTable: (ScoreTable) throws -> Void) throws -> Ending {
        try FaultInjection.validate()
        try world.requireEqualProducts()
        let text = String(
            decoding: try world.agree(sharing: { Array(try StudyFile.read(studyPath, learners: learners).text.utf8) }),
            as: UTF8.self)
        let plan = StudyPlan(try StudyFile.parse(text, path: studyPath, learners: learners))
        let open = try agreeOnOpenCases(plan)
        try world.requirePrecisions(open.map { plan.cases[$0.index].hyperparameters.precision })
        if let seconds = options.hangTimeout { Supervision.startWatchdog(seconds: seconds) }
        let start = DispatchTime.now()
        let data = try prepareData(open.map { plan.cases[$0.index] })
        if world.rank == 0, !data.files.isEmpty { ProgressDisplay.say(data.summary(seconds: secondsSince(start))) }
        let provenance = try Provenance.ofThisProcess(agreeOnBuild(), rank: world.rank, ranks: world.size)
        try writeManifest(plan, text, open, data, provenance)
        log = RankLog.logger(rank: world.rank, path: folder.log(ofRank: world.rank))
        let forecast = try agreeOnForecast(plan, open, data)
        announce(plan, forecast, open)

        let display =
            world.rank == 0
            ? ProgressDisplay(
                cases: plan.cases, seconds: forecast.works.map { $0.seconds(on: 1) },
                open: Dictionary(uniqueKeysWithValues: open.map { ($0.index, $0.step) }), ranks: world.size,
                silenceLimit: options.hangTimeout) : nil
        let monitor = RunMonitor(
            world, folder: folder, token: try agreeOnToken(), job: try agreeOnJob(), limits: options.maximumHours,
            display: display)
        let worker = RankWorker(
            plan, open: open.map(\.index), forecast.works, folder: folder, data: data, monitor: monitor,
            provenance: provenance, options: options, log: log, world: world)
        try worker.work(teamSize: forecast.teamSize)
        if !worker.traffic.isEmpty { keep(worker.traffic) }
        Supervision.stopWatchdog()
        Supervision.enter("end of the run")
        let ending = try monitor.finish { try concludeStudy(plan, forecast, display, onTable) }
        try data.free()
        return ending
    }

    /// Reports the state of the study on rank 0 after all ranks have ended.
    private func concludeStudy(
        _ plan: StudyPlan, _ forecast: Forecast, _ display: ProgressDisplay?, _ onTable: (ScoreTable) throws -> Void
    ) throws -> Ending {
        let done = try plan.cases.filter { try folder.hasResult($0.identifier, steps: $0.steps) }.count
        let elapsed = display?.elapsed ?? 0
        guard done == plan.cases.count else {
            let state = "\(done) of \(plan.cases.count) cases done after \(duration(elapsed))"
            if Supervision.isStopRequested {
                display?.end("stopped: \(state); the same command resumes it")
                return .stopped
            }
            display?.end(
                "\(state); the others are in use by other jobs, or were until a few minutes ago (active-bench status \(folder.path))"
            )
            return .othersAtWork
        }
        let predicted = forecast.makespan
        let comparison =
            predicted > 0
            ? String(format: " (predicted %@, %+.0f %%)", duration(predicted), 100 * (elapsed / predicted - 1)) : ""
        display?.end("finished in \(duration(elapsed))\(comparison): \(done) of \(done) cases done")
        Supervision.enter("writing of the table")
        let aggregation = try Aggregation(plan, folder: folder)
        let scores = try aggregation.table(.last)
        try aggregation.write(scores)
        if predicted > 0 { keep(forecast, actual: elapsed) }
        try onTable(scores)
        return .finished
    }

    /// Writes predicted and actual seconds to the logs; an error there does not fail the run.
    private func keep(_ forecast: Forecast, actual elapsed: Double) {
        do {
            try forecast.write(actual: elapsed, ranks: world.size, to: folder)
        } catch {
            Console.reportError("\(error); the run is complete without it")
        }
    }

    /// Writes what this rank has sent to the logs; an error there does not fail the run.
    private func keep(_ traffic: [CaseTraffic]) {
        do {
            try RankTraffic(cases: traffic).write(to: folder, rank: world.rank)
        } catch {
            Console.reportError("\(error); the run continues without it")
        }
    }

    /// Remarks on `file` and on the largest batch that `cases` draw from it.
    private func remarks(on file: DatasetFile, _ cases: [StudyCase]) -> [String] {
        let batch = cases.filter { $0.dataset == file.dataset }.map(\.hyperparameters.batchSize).max() ?? 0
        return (file.remarks ?? [])
            + [DatasetRemarks.smallerThanBatch(file.transitions, batch: batch)].compactMap { $0 }
    }

    private func announce(_ plan: StudyPlan, _ forecast: Forecast, _ open: [OpenCase]) {
        guard world.rank == 0 else { return }
        let done = plan.cases.count - open.count
        let begun = open.filter { $0.step > 0 }.count
        var text = "\(plan.study.name): \(plan.cases.count) cases on \(world.size) rank\(world.size == 1 ? "" : "s")"
        if forecast.teamSize > 1 { text += " in teams of \(forecast.teamSize)" }
        if done > 0 { text += "; \(done) of them done before and kept" }
        if begun > 0 { text += "; \(begun) begun before and resumed from their checkpoints" }
        ProgressDisplay.say(text)
        if !open.isEmpty { ProgressDisplay.say("predicted: \(duration(forecast.makespan)), \(forecast.shape)") }
        for dataset in plan.study.datasets {
            if let note = dataset.evaluationNote { ProgressDisplay.say("note: \(dataset.name) is \(note)") }
        }
        for remark in plan.settingRemarks(ofCases: open.map(\.index)) { ProgressDisplay.say("note: \(remark)") }
        for file in forecast.files {
            if D4RLTasks.isOfUnknownDigest(file.dataset) {
                ProgressDisplay.say(
                    "note: the digest of D4RL's \(file.dataset) is unknown here, so \(file.path) may be another file"
                )
            }
            if let note = D4RLCatalogue.note(onFile: file.path, sha256: file.sha256)
                ?? file.contentsSHA256.flatMap({ RecipeCatalogue.note(onFile: file.path, contentsSHA256: $0) })
            {
                ProgressDisplay.say("note: \(note)")
            }
        }
        for file in forecast.files {
            for remark in remarks(on: file, open.map { plan.cases[$0.index] }) {
                ProgressDisplay.say("note: \(file.dataset): \(remark)")
            }
        }
    }
}
