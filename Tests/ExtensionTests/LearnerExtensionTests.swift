import Algorithms
import Cases
import DatasetTools
import ExampleInputs
import Failures
import Foundation
import Planning
import Policies
import ScratchFiles
import Studies
import Suites
import Supervision
import Testing

/// A learner that is defined in a single file, `SquaredCloning`, works in the whole program: it is read from a study,
/// planned, trained, stopped and resumed. No other file names it.
@Suite(.serialized) struct LearnerExtensionTests {
    private static let learners = LearnerRegistry.standard.adding(.squaredCloning)
    private let folder = TemporaryFolder()

    /// A study of this learner on a thousand steps of a random policy.
    private func plan(_ settings: String, learners: LearnerRegistry = learners) throws -> StudyPlan {
        if !FileManager.default.fileExists(atPath: folder("mine.hdf5")) {
            try PolicyFile.write(.example("behaviour"), to: folder("policy.safetensors"))
            _ = try DatasetRecording(
                .init(
                    environment: "hopper", policies: [folder("policy.safetensors")], transitions: 1_000, seed: 0,
                    output: folder("mine.hdf5"))
            ).run()
        }
        let text = """
            name: extension
            datasets: [{name: mine, file: \(folder("mine.hdf5")), environment: hopper}]
            seeds: [0]
            steps: 60
            evaluate: {every: 60, episodes: 1}
            learners: {SquaredBC: {hidden: [16, 16], batch: 32\(settings)}}
            """
        return StudyPlan(try StudyFile.parse(text, path: "extension.yaml", learners: learners))
    }

    @Test func isKnownWhereItIsAdded() throws {
        let one = try plan(", largest_error: 0.75").cases[0]
        #expect(one.learner == .squaredCloning && one.variant == "largest_error=0.75,batch=32,hidden=16x16")
        #expect(one.configuration.contains("  largest_error: 0.75  # study\n"))
        #expect(one.configuration.contains("  learning_rate: 0.001  # an example\n"))
        #expect(throws: HarnessError.self, "the standard registry has no such learner") {
            try plan("", learners: .standard)
        }
        #expect(throws: HarnessError.self, "misspelt") { try plan(", largest_eror: 0.75") }
        let error = #expect(throws: HarnessError.self) { try plan(", largest_error: 3") }
        #expect(
            "\(try #require(error))".hasSuffix(
                "expected largest_error of at most 2, the distance of two actions, found 3.0"))
    }

    @Test func settingsAreItsOwn() throws {
        let settings = try EffectiveSettings(
            learner: "SquaredBC", of: Self.learners, dataset: .named("antmaze-umaze-v2"), assignments: ["batch=64"])
        #expect(settings.yaml.contains("    largest_error: 0.25  # an example\n"))
        #expect(settings.yaml.contains("    batch: 64  # command line\n"))
    }

    /// Cases with other layer widths are measured separately; cases with another `largest_error` are not.
    @Test func isPlanned() throws {
        let plan = try plan(", sweep: {largest_error: [0.25, 0.75], precision: [fp32]}")
        let model = try CostModel(measuring: plan.cases)
        #expect(Set(plan.cases.map { CostModel.kind($0) }).count == 1)
        let large = try self.plan(", datasets: {mine: {batch: 64}}").cases[0]
        #expect(CostModel.kind(large) != CostModel.kind(plan.cases[0]))
        let report = try PlanReport(plan, open: Array(plan.cases.indices), ranks: 2, model: model)
        #expect(report.lines.allSatisfy { $0.coreHours > 0 && $0.usefulRanks == 1 })
        let perSample = 11.0 * 16 + 16 * 16 + 16 * 3
        #expect(report.lines[0].multiplyAdds == 60 * 32 * (3 * perSample - 11 * 16), "counted by hand")
    }

    /// A training that was stopped and resumed has the bytes of an uninterrupted one, also in the state of the optimiser.
    @Test func isTrainedAndResumed() throws {
        let one = try plan("").cases[0]
        let (straight, stopped) = (CaseFolder(folder("straight")), CaseFolder(folder("stopped")))
        #expect(try train(one, in: straight) == nil)
        #expect(try train(one, in: stopped, until: 31) == 31)
        #expect(try train(one, in: stopped) == nil)
        for name in ["checkpoint-0000000060.bin", "curve.csv", "policy.safetensors", "result.json"] {
            #expect(bytes(of: straight.file(name)) == bytes(of: stopped.file(name)), "\(name)")
        }
        let curve = String(decoding: bytes(of: straight.file("curve.csv")), as: UTF8.self).split(separator: "\n")
        let losses = curve.dropFirst().compactMap { Double($0.split(separator: ",")[1]) }
        #expect(curve[0].hasPrefix("step,policy_loss,policy_gradient_norm"), "\(curve[0])")
        #expect(try #require(losses.last) < losses[0], "\(losses)")
    }

    /// Trains a case; returns the step after which it stopped, nil at its end.
    private func train(_ one: StudyCase, in folder: CaseFolder, until stop: Int? = nil) throws -> Int? {
        Supervision.forget()
        defer { Supervision.forget() }
        var rule = CheckpointRule()
        (rule.seconds, rule.keepsLast) = (nil, true)
        let run = try CaseRun(one, data: DataPreparation().data(for: one), folder: folder, rule: rule)
        let provenance = Provenance.ofThisProcess(
            .init(source: "a test", executableSHA256: "", compiler: ""), rank: 0, ranks: 1)
        let outcome = try run.run(provenance: provenance) { if $0 == stop { Supervision.requestStop() } }
        guard case .stopped(let step) = outcome else { return nil }
        return step
    }
}
