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
    /// What remains of every case of the plan.
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
        struct Makespan: Encodable {
            let predicted, actual, imbalance: Double
            let ranks, teamSize: Int
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        let makespan = Makespan(
            predicted: self.makespan, actual: actual, imbalance: imbalance, ranks: ranks, teamSize: teamSize)
        try DurableFile.write(encoder.encode(makespan) + Data("\n".utf8), to: folder.file("logs/makespan.json"))
    }
}

// Collective decisions at the start: rank 0 reads the files for all.
extension StudyRun {
    func agreeOnBuild() throws -> Provenance.Build {
        let json = try world.agree(sharing: { Array(try JSONEncoder().encode(Provenance.Build.ofThisProgram())) })
        return try JSONDecoder().decode(Provenance.Build.self, from: Data(json))
    }

    /// A unique name for this run of the program; part of file names.
    func agreeOnToken() throws -> String {
        let token = try world.agree(sharing: { Array("\(CurrentProcess.identity)".utf8) })
        return String(decoding: token, as: UTF8.self)
    }

    /// The batch system's job as rank 0 knows it: ranks started through ssh lack its environment variables.
    func agreeOnJob() throws -> BatchJob? {
        let json = try world.agree(sharing: { Array(try JSONEncoder().encode(BatchJob.current)) })
        return try JSONDecoder().decode(BatchJob?.self, from: Data(json))
    }

    /// The open cases. Finished cases are kept; remains of another study in the folder are refused.
    func agreeOnOpenCases(_ plan: StudyPlan) throws -> [OpenCase] {
        let bytes = try world.agree(sharing: {
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
            return Array(try JSONEncoder().encode(open))
        })
        return try JSONDecoder().decode([OpenCase].self, from: Data(bytes))
    }

    /// Loads the data of all cases; together the ranks validate every input before training starts.
    func prepareData(_ cases: [StudyCase]) throws -> SharedData {
        let data = try SharedData(cases, world: world)
        let own = try data.failures.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        let all = try world.gatherLines(own)
        try world.agree(that: {
            var distinct: [SharedData.InputFailure] = []
            for line in all {
                let failure = try JSONDecoder().decode(SharedData.InputFailure.self, from: Data(line.utf8))
                if !distinct.contains(failure) { distinct.append(failure) }
            }
            guard !distinct.isEmpty else { return }
            throw HarnessError.inputs(
                distinct.map(\.sentence).joined(separator: "\n"),
                ExitStatus(ofAll: distinct.map { ExitStatus(rawValue: $0.status) ?? .bug }))
        })
        return data
    }

    /// Writes `run.json`, unless nodes, or finished cases, have different data from the rest.
    func beginFolder(
        _ plan: StudyPlan, _ text: String, _ open: [OpenCase], _ data: SharedData, _ provenance: Provenance
    ) throws {
        let own = try data.ownFiles.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        let gathered = try world.gatherLines(own)
        let agreed = try world.agree(sharing: {
            let before = try RunManifest.readIfThere(folder)?.datasets ?? [:]
            let files = try DatasetFile.agreed(
                try gathered.map { try JSONDecoder().decode(DatasetFile.self, from: Data($0.utf8)) }, before)
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
            return Array(try JSONEncoder().encode(files))
        })
        data.join(try JSONDecoder().decode([String: DatasetFile].self, from: Data(agreed)))
    }

    /// Measures the step time of each learner on all ranks simultaneously; the median counts.
    func agreeOnForecast(_ plan: StudyPlan, _ open: [OpenCase], _ data: SharedData) throws -> Forecast {
        let own = try CostModel(measuring: open.map { plan.cases[$0.index] })
        let measured = try world.gatherLines([String(decoding: try JSONEncoder().encode(own), as: UTF8.self)])
        let agreed = try world.agree(sharing: {
            let models = try measured.map { try JSONDecoder().decode(CostModel.self, from: Data($0.utf8)) }
            return Array(try JSONEncoder().encode(CostModel(median: models)))
        })
        let model = try JSONDecoder().decode(CostModel.self, from: Data(agreed))
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
