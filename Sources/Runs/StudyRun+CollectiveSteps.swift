import Cases
import DatasetTools
import Environments
import Failures
import Foundation
import MPI
import Planning
import Processes
import RunFolders
import Storage
import Studies
import Teams

/// A case that is not done.
struct OpenCase: Codable {
    /// The index in the plan.
    var index: Int
    /// The gradient steps of its newest checkpoint; 0 if there is none.
    var step: Int
}

/// The predicted cost of a run.
struct Forecast {
    /// The predicted remaining work of every case of the plan.
    var works: [Schedule.Work]
    /// The number of ranks per team.
    var teamSize: Int
    /// The predicted seconds for all open cases.
    var makespan: Double
    /// The busiest rank's predicted seconds divided by the mean.
    var imbalance: Double
    /// The data files in use.
    var files: [DatasetFile]

    /// "imbalance 1.03".
    var shape: String { String(format: "imbalance %.2f", imbalance) }

    /// Writes the predicted and the actual seconds to `logs/makespan.json`.
    func write(actual: Double, ranks: Int, to folder: RunFolder) throws {
        try Makespan(predicted: makespan, actual: actual, imbalance: imbalance, ranks: ranks, teamSize: teamSize)
            .write(to: folder)
    }
}

// Collective decisions at the start: rank 0 reads the files for all.
extension StudyRun {
    func agreeOnBuild() throws -> Provenance.Build {
        try world.agree(on: { Provenance.Build.ofThisProgram() })
    }

    /// A unique name for this run of the program; part of file names.
    func agreeOnToken() throws -> String {
        try world.agree(on: { "\(CurrentProcess.identity)" })
    }

    /// The batch system's job as rank 0 knows it: ranks started through ssh lack its environment variables.
    func agreeOnJob() throws -> BatchJob? {
        try world.agree(on: { BatchJob.current })
    }

    /// The open cases. Finished cases are kept; remains of another study in the folder are refused.
    func agreeOnOpenCases(_ plan: StudyPlan) throws -> [OpenCase] {
        try world.agree(on: {
            try folder.requireFolder()
            try folder.requirePathsFit(for: plan)
            guard try !FileCalls.isThere(folder.file(RunFolder.stopFile)) else {
                throw HarnessError.badInput(
                    "\(folder.file(RunFolder.stopFile)) exists, which stops all jobs on this folder: remove it to continue"
                )
            }
            try folder.requireNoOtherCases(than: plan)
            var open: [OpenCase] = []
            for (index, studyCase) in plan.cases.enumerated() {
                if try folder.isDone(studyCase) {
                    try folder.removeLeftovers(ofFinished: studyCase)
                } else {
                    open.append(OpenCase(index: index, step: try folder.startingStep(of: studyCase)))
                }
            }
            try EnvironmentRegistry.requireAssets(of: open.map { plan.cases[$0.index].data.environment })
            return open
        })
    }

    /// Loads the data of all cases; together the ranks validate every input before training starts.
    func prepareData(_ cases: [StudyCase]) throws -> SharedData {
        let data = try SharedData(cases, world: world)
        let all = try world.gather(values: data.failures)
        try world.agree(that: {
            var distinct: [SharedData.InputFailure] = []
            for failure in all where !distinct.contains(failure) { distinct.append(failure) }
            guard !distinct.isEmpty else { return }
            throw HarnessError.inputs(
                distinct.map(\.sentence).joined(separator: "\n"),
                ExitStatus(ofAll: distinct.map { ExitStatus(rawValue: $0.status) ?? .bug }))
        })
        return data
    }

    /// Writes `run.json`, unless nodes, or finished cases, have different data from the rest.
    func writeManifest(
        _ plan: StudyPlan, _ text: String, _ open: [OpenCase], _ data: SharedData, _ provenance: Provenance
    ) throws {
        let gathered = try world.gather(values: data.ownFiles)
        let agreed = try world.agree(on: {
            let before = try RunManifest.readIfThere(folder)?.datasets ?? [:]
            let files = try DatasetFile.agreed(gathered, before)
            let begun = Set(open.filter { $0.step > 0 }.map { plan.cases[$0.index].dataset })
            for (dataset, file) in files where begun.contains(dataset) {
                try folder.requireSame(file, as: before[dataset])
            }
            let isOpen = Set(open.map(\.index))
            let done = plan.cases.indices.filter { !isOpen.contains($0) }.map { plan.cases[$0] }
            for studyCase in done {
                try folder.requireTrained(studyCase, on: files[studyCase.dataset], before[studyCase.dataset])
            }
            try DurableFile.makeFolder(folder.path)
            for place in [folder.path, folder.file("logs")] { DurableFile.removeUnfinished(in: place) }
            Heartbeat.removeSilent(in: folder.path)
            let manifest = RunManifest(
                plan, study: text, studyPath: studyPath, datasets: before.merging(files) { _, now in now },
                provenance: provenance)
            try DurableFile.write(manifest.encoded(), to: folder.file("run.json"))
            return files
        })
        data.join(agreed)
    }

    /// Measures the step time of each learner on all ranks simultaneously; the median counts.
    func agreeOnForecast(_ plan: StudyPlan, _ open: [OpenCase], _ data: SharedData) throws -> Forecast {
        let measured = try world.gather(values: [CostModel(measuring: open.map { plan.cases[$0.index] })])
        let model = try world.agree(on: { CostModel(median: measured) })
        var left = try plan.cases.map { try model.work($0) }
        for openCase in open where openCase.step > 0 {
            let share = 1 - Double(openCase.step) / Double(plan.cases[openCase.index].steps)
            left[openCase.index].scale(by: max(0, share))
        }
        let indices = open.map(\.index)
        let asked = options.teamSize ?? plan.study.teamSize ?? .ranks(1)
        let teamSize = asked.resolved(indices, left, ranks: world.size)
        let schedule = Schedule(indices, left, ranks: world.size, teamSize: teamSize)
        return Forecast(
            works: left, teamSize: teamSize, makespan: schedule.makespan, imbalance: schedule.imbalance,
            files: data.files.values.sorted { $0.dataset < $1.dataset })
    }
}
