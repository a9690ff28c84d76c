import Algorithms
import Datasets
import Environments
import Foundation
import Networks
import Numerics

/// Trains and evaluates one case, and leaves its files.
public final class CaseRun {
    /// Gradient steps between two rows of the learning curve; there is one before every evaluation, too.
    public static let curveInterval = 500

    private let one: Case
    private let folder: RunFolder
    private let data: PreparedData
    private let learner: any Learner
    private let environment: any Environment
    private let criterion: DivergenceCriterion
    private var divergence: Divergence?
    /// What the learner said of itself, once.
    private var complaint: String?
    /// What the simulator warned of first, and in how many episodes it warned.
    private var simulatorWarning: (first: String, episodes: Int)?
    private var curve = ""
    private var evaluations: [Evaluation] = []
    private var timing = "phase,step,seconds\n"
    private var phaseStart = DispatchTime.now()
    private var stepsMade = 0

    /// - Throws: `EnvironmentError` when the environment cannot be made.
    public init(_ one: Case, data: PreparedData, folder: RunFolder) throws {
        self.one = one
        self.folder = folder
        self.data = data
        environment = try EnvironmentRegistry.make(
            forDataset: one.dataset, stream: one.stream.stream("environment"))
        learner = one.learner.make(
            one.hyperparameters,
            problem: Problem(
                states: data.transitions.stateSize, actions: data.transitions.actionSize, horizon: one.steps,
                stream: one.stream, team: Solo()))
        criterion = DivergenceCriterion(
            data.transitions, dataset: one.dataset, discount: one.hyperparameters.discount)
    }

    /// Runs the case to its end; its last act is to write `result.json`.
    ///
    /// - Parameters:
    ///   - provenance: what goes into `provenance.json`.
    ///   - progress: called after every gradient step with the number made.
    /// - Throws: `HarnessError.io`; `EnvironmentError` when the simulator fails.
    public func run(provenance: Provenance, progress: (Int) throws -> Void) throws -> CaseResult {
        try DurableFile.makeFolder(folder.folder(of: one))
        DurableFile.removeUnfinished(in: folder.folder(of: one))
        try DurableFile.write(one.configuration, to: folder.file("config.yaml", of: one))
        try DurableFile.write(provenance.encoded(), to: folder.file("provenance.json", of: one))
        try train(progress)
        try DurableFile.write(curve, to: folder.file("curve.csv", of: one))
        try DurableFile.write(evaluationRows, to: folder.file("evaluations.csv", of: one))
        try DurableFile.write(timing, to: folder.file("timing.csv", of: one))
        try PolicyFile.write(policy, to: folder.file("policy.safetensors", of: one), metadata: policyMetadata)
        let result = CaseResult(
            learner: one.learner.rawValue, dataset: one.dataset, variant: one.variant, seed: one.seed,
            steps: one.steps, datasetSHA256: data.file.sha256, transitions: data.file.transitions, data: data.summary,
            divergence: divergence, warnings: warnings,
            evaluations: evaluations)
        try DurableFile.write(result.encoded(), to: folder.file("result.json", of: one))
        return result
    }

    /// All gradient steps and evaluations, or as many as there are before numbers become none.
    private func train(_ progress: (Int) throws -> Void) throws {
        let sampler = BatchSampler(
            data.transitions, stream: one.stream.stream("minibatch"), batchSize: one.hyperparameters.batchSize)
        let batch = sampler.makeBatch()
        phaseStart = .now()
        for step in 1...one.steps {
            sampler.draw(step: step - 1, into: batch)
            learner.update(batch)
            let isLogged = step % CaseRun.curveInterval == 0 || step == 1 || one.isEvaluated(after: step)
            if isLogged { logCurve(step) }
            let isOver = divergence?.isFinal ?? false
            if one.isEvaluated(after: step) || isOver {
                endPhase("train", step)
                evaluations.append(try evaluate(step))
                endPhase("evaluate", step)
            }
            try progress(step)
            stepsMade = step
            if isOver { return }
        }
    }

    /// Adds a row to the curve, and notes what it shows to be wrong.
    private func logCurve(_ step: Int) {
        let diagnostics = learner.diagnostics()
        let found = criterion.judge(diagnostics, learner)
        if curve.isEmpty {
            curve = (["step"] + diagnostics.map(\.name) + ["diverged"]).joined(separator: ",") + "\n"
        }
        let values = diagnostics.map { $0.value.isNaN ? "nan" : "\(Float($0.value))" }
        curve += ([String(step)] + values + [found == nil ? "0" : "1"]).joined(separator: ",") + "\n"
        if let found, divergence == nil || found.isFinal {
            divergence = Divergence(step: step, reason: found.reason, isFinal: found.isFinal)
        }
        if complaint == nil { complaint = learner.complaint.map { "step \(step): \($0)" } }
    }

    /// Deterministic episodes of the policy as it stands.
    private func evaluate(_ step: Int) throws -> Evaluation {
        var episodes: [Evaluation.Episode] = []
        do {
            let stream = one.stream.stream("evaluation-\(step)")
            let rollout = try Rollout(environment, Actor(policy), stream: stream)
            for episode in 0..<one.episodes(after: step) {
                let outcome = try rollout.run(episode: episode, mode: .deterministic)
                if let warning = outcome.warning { note(warning, "step \(step), episode \(episode)") }
                episodes.append(.init(return: outcome.totalReward, length: outcome.length))
            }
        } catch PolicyError.notFinite, EnvironmentError.nonFiniteAction {
            episodes.append(.init(return: .nan, length: 0))  // A diverged case is a result, not a failure of the run.
        }
        let mean = episodes.map(\.return).reduce(0, +) / Double(episodes.count)
        return Evaluation(
            step: step, episodes: episodes, meanReturn: mean,
            score: environment.specification.normalisedScore(return: mean))
    }

    private func note(_ warning: String, _ place: String) {
        let first = simulatorWarning?.first ?? "\(place): MuJoCo warned: \(warning)"
        simulatorWarning = (first, (simulatorWarning?.episodes ?? 0) + 1)
    }

    /// Of the learner and of the simulator; nil for none.
    private var warnings: [String]? {
        let simulation = simulatorWarning.map {
            $0.first + ($0.episodes > 1 ? " (and in \($0.episodes - 1) episodes more)" : "")
        }
        let all = [complaint, simulation].compactMap { $0 }
        return all.isEmpty ? nil : all
    }

    private var policy: PolicySnapshot {
        var snapshot = learner.policy
        if let normalisation = data.summary.normalisation {
            snapshot.observationMean = normalisation.mean.map { Float($0) }
            snapshot.observationDeviation = normalisation.scale.map { Float($0) }
        }
        return snapshot
    }

    private var policyMetadata: [String: String] {
        [
            "environment": environment.specification.name, "algorithm": one.learner.rawValue, "dataset": one.dataset,
            "variant": one.variant, "seed": String(one.seed), "step": String(stepsMade),
        ]
    }

    private var evaluationRows: String {
        var rows = "step,episode,return,length,score\n"
        for evaluation in evaluations {
            for (k, episode) in evaluation.episodes.enumerated() {
                let score = environment.specification.normalisedScore(return: episode.return)
                rows += "\(evaluation.step),\(k),\(episode.return),\(episode.length),\(score)\n"
            }
        }
        return rows
    }

    private func endPhase(_ name: String, _ step: Int) {
        timing += "\(name),\(step),\(String(format: "%.3f", secondsSince(phaseStart)))\n"
        phaseStart = .now()
    }
}
