import Cases
import Datasets
import DatasetTools
import Environments
import Failures
import Foundation
import HDF5
import Networks
import Numerics
import Policies
import Report
import RunFolders
import ScratchFiles
import Storage
import Studies
import Testing

@Suite struct CaseRunTests {
    let temporary = TemporaryFolder()
    private var folder: RunFolder { RunFolder(temporary.path) }

    private static let learners = [
        "IQL: {\(SmallRun.small)}", "SQL: {\(SmallRun.small)}", "ACTIVE-I: {\(SmallRun.small), m: 3}",
        "ACTIVE-S: {\(SmallRun.small), m: 2}",
    ]

    @Test(arguments: learners) func leavesItsFiles(learner: String) throws {
        let studyCase = try SmallRun.plan(learner).cases[0]
        try DurableFile.makeFolder(folder.folder(of: studyCase).path)
        put([1], at: folder.file("result.json.tmp-1", of: studyCase))  // A previous run was killed while it wrote this.
        setAge(of: folder.file("result.json.tmp-1", of: studyCase), to: 4000)
        var steps: [Int] = []
        let result = try SmallRun.run(studyCase, in: folder) { steps.append($0) }
        #expect(
            files(below: folder.folder(of: studyCase).path) == [
                "config.yaml", "curve.csv", "evaluations.csv", "policy.safetensors", "provenance.json", "result.json",
                "timing.csv",
            ])
        #expect(try folder.isDone(studyCase))
        #expect(steps == Array(1...60), "one report per gradient step")
        #expect(result.evaluations.map(\.step) == [25, 50, 60], "every 25 steps and after the last")
        #expect(result.evaluations.allSatisfy { $0.episodes.count == 2 && $0.score.isFinite })
        #expect(result.divergence == nil)
        #expect(try CaseResult.read(folder.file("result.json", of: studyCase)) == result)
        #expect(text(of: folder.file("config.yaml", of: studyCase)) == studyCase.configuration)

        let rows = text(of: folder.file("evaluations.csv", of: studyCase)).split(separator: "\n")
        #expect(rows.first == "step,episode,return,length,score")
        #expect(
            rows.dropFirst().map { $0.split(separator: ",").prefix(2).joined(separator: "/") }
                == ["25/0", "25/1", "50/0", "50/1", "60/0", "60/1"])
        let curve = text(of: folder.file("curve.csv", of: studyCase)).split(separator: "\n")
        #expect(
            curve.dropFirst().map { $0.prefix { $0 != "," } } == ["1", "25", "50", "60"], "the first and the last step")
        #expect(Set(curve.map { $0.split(separator: ",").count }).count == 1)
    }

    /// The mean return and the score are computed from the episodes.
    @Test func scoresAreD4RLs() throws {
        let result = try SmallRun.run(SmallRun.plan(Self.learners[0]).cases[0], in: folder)
        let last = try #require(result.evaluations.last)
        let mean = (last.episodes[0].return + last.episodes[1].return) / 2
        #expect(last.meanReturn == mean)
        #expect(abs(last.score - 100 * (mean + 20.272305) / (3234.3 + 20.272305)) < 1e-9)
    }

    @Test(arguments: learners) func isAFunctionOfTheCaseAlone(learner: String) throws {
        let plan = try SmallRun.plan(learner, seeds: "[0, 1]")
        let other = TemporaryFolder()
        try SmallRun.run(plan.cases[0], in: folder)
        try SmallRun.run(plan.cases[1], in: RunFolder(other.path))  // An earlier case must have no effect.
        try SmallRun.run(plan.cases[0], in: RunFolder(other.path))
        for name in ["config.yaml", "curve.csv", "evaluations.csv", "policy.safetensors", "result.json"] {
            let first = bytes(of: folder.file(name, of: plan.cases[0]))
            #expect(!first.isEmpty)
            #expect(first == bytes(of: RunFolder(other.path).file(name, of: plan.cases[0])), "\(name)")
        }
        let seeds = plan.cases.map { bytes(of: RunFolder(other.path).file("policy.safetensors", of: $0)) }
        #expect(seeds[0] != seeds[1], "seeds differ")
    }

    @Test(arguments: learners) func thePolicyOnDiskIsTheOneThatWasEvaluated(learner: String) throws {
        let studyCase = try SmallRun.plan(learner).cases[0]
        let result = try SmallRun.run(studyCase, in: folder)
        let policy = try PolicyFile.read(folder.file("policy.safetensors", of: studyCase))
        let rollout = try Rollout(
            EnvironmentRegistry.make("hopper"), PolicyInference(policy),
            stream: studyCase.stream.stream("evaluation-60"))
        for (k, episode) in try #require(result.evaluations.last).episodes.enumerated() {
            let outcome = try rollout.run(episode: k, mode: .deterministic)
            #expect(outcome.totalReward == episode.return && outcome.length == episode.length)
        }
    }

    /// Observations whose squares overflow in single precision.
    @Test func divergenceIsAResult() throws {
        let rows = 200
        try HDF5Writer.write(to: SmallRun.data("hopper_huge-r1.hdf5")) { file in
            let signs = (0..<rows * 11).map { Float($0 % 3) - 1 }
            try file.write(signs.map { $0 * 1e30 }, shape: [rows, 11], to: "observations")
            try file.write([Float](repeating: 0.5, count: rows * 3), shape: [rows, 3], to: "actions")
            try file.write((0..<rows).map { Float($0) }, shape: [rows], to: "rewards")
            try file.write((0..<rows).map { $0 % 10 == 9 }, shape: [rows], to: "terminals")
        }
        let plan = try SmallRun.plan("IQL: {\(SmallRun.small), learning_rate: 1}", dataset: "hopper-huge-r1")
        let studyCase = plan.cases[0]
        let result = try SmallRun.run(studyCase, in: folder)
        #expect(result.divergence?.step == 1)
        #expect(result.evaluations.map(\.step) == [1], "training ends at the divergence, after a last evaluation")
        #expect(try folder.isDone(studyCase), "a diverged case is done")
        let policy = text(of: folder.file("policy.safetensors", of: studyCase))
        #expect(policy.contains(#""step":"1""#), "not the 60 that were planned")
        let read = try CaseResult.read(folder.file("result.json", of: studyCase))
        #expect(read.divergence?.step == 1)
        let cell = try Aggregation(plan, folder: folder).table(.best).cell("IQL", on: "hopper-huge-r1")
        #expect(cell?.notFinite == 1)
        #expect(cell?.notes.count == 1 && cell?.notes[0].hasPrefix("seed 0 diverged by step 1 (") == true)
    }

    /// Values beyond what the rewards allow, which new critics give here, but finite: the case is marked and goes on,
    /// and its score counts.
    @Test func valuesBeyondTheDataAreMarked() throws {
        let rows = 200
        try HDF5Writer.write(to: SmallRun.data("hopper_poor-r1.hdf5")) { file in
            let signs = (0..<rows * 11).map { Float($0 % 3) - 1 }
            try file.write(signs.map { $0 * 20 }, shape: [rows, 11], to: "observations")
            try file.write([Float](repeating: 0.5, count: rows * 3), shape: [rows, 3], to: "actions")
            try file.write((0..<rows).map { Float($0 % 7) * 1e-3 }, shape: [rows], to: "rewards")
            try file.write((0..<rows).map { $0 % 10 == 9 }, shape: [rows], to: "terminals")
        }
        let plan = try SmallRun.plan("IQL: {\(SmallRun.small), reward: raw}", dataset: "hopper-poor-r1")
        let studyCase = plan.cases[0]
        let result = try SmallRun.run(studyCase, in: folder)
        let divergence = try #require(result.divergence)
        #expect(!divergence.isFinal && divergence.reason.hasPrefix("mean |Q| is "))
        #expect(result.evaluations.last?.step == studyCase.steps, "training went on")
        let cell = try #require(try Aggregation(plan, folder: folder).table(.last).cell("IQL", on: "hopper-poor-r1"))
        #expect(cell.notFinite == 0 && cell.notes.contains { $0.contains("mean |Q|") })
    }

    /// Losses are finite in the only step, but it makes the critics' parameters NaN.
    ///
    /// Observations are 1e22: V's layer normalisation scales them away, α = 1e6 keeps SQL's
    /// loss within single precision, and critic losses are summed in double precision; but
    /// the critics' gradient, error times observation, overflows.
    @Test func aParameterThatDivergesInTheLastUpdate() throws {
        let rows = 200
        try HDF5Writer.write(to: SmallRun.data("hopper_large-r1.hdf5")) { file in
            let signs = (0..<rows * 11).map { Float($0 % 3) - 1 }
            try file.write(signs.map { $0 * 1e22 }, shape: [rows, 11], to: "observations")
            try file.write([Float](repeating: 0.5, count: rows * 3), shape: [rows, 3], to: "actions")
            try file.write((0..<rows).map { Float($0) }, shape: [rows], to: "rewards")
            try file.write((0..<rows).map { $0 % 10 == 9 }, shape: [rows], to: "terminals")
        }
        let studyCase = try SmallRun.plan(
            "SQL: {\(SmallRun.small), alpha: 1e6}", steps: 1, dataset: "hopper-large-r1"
        ).cases[0]
        let result = try SmallRun.run(studyCase, in: folder)
        let row = text(of: folder.file("curve.csv", of: studyCase)).split(separator: "\n").last ?? ""
        #expect(row.split(separator: ",").last == "1", "the curve has the flag: \(row)")
        #expect(result.divergence?.isFinal == true)
        #expect(result.divergence?.step == 1)
    }

    @Test func dataOfAnotherEnvironmentIsRefused() throws {
        let studyCase = try SmallRun.plan("IQL: {}").cases[0]
        #expect(try DataPreparation().data(for: studyCase).transitions.count > 900)
        let absent = StudyPlan(
            try StudyFile.parse(
                StudyFileTests.good.replacing(
                    "[hopper-medium-r1, hopper-medium-replay-r1]", with: "[hopper-absent-r1]"),
                path: "s.yaml")
        ).cases[0]
        let error = #expect(throws: (any Error).self) { try DataPreparation().data(for: absent) }
        #expect(
            error.map { "\($0)".hasPrefix("hopper_absent-r1.hdf5: expected the file of hopper-absent-r1 in ") } == true)
        #expect(error.map { ExitStatus(for: $0) } == .badInput)
    }
}
