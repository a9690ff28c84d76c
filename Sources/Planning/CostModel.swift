import Algorithms
import Datasets
package import Environments
import Foundation
import Networks
import Numerics
package import Studies
package import Teams

/// How long cases take on a core like this one, from a few gradient steps of every kind of learner of a study, measured, and
/// exact multiply-adds for the rest.
package struct CostModel: Sendable, Codable, Equatable {
    /// Measured seconds of a gradient step per multiply-add, by `kind`.
    package private(set) var secondsPerMultiplyAdd: [String: Double] = [:]
    /// Measured seconds of a step in Hopper with a policy of 256-256.
    package private(set) var hopperStepSeconds = 0.0

    /// Measures what the cases need: a few steps of each kind of learner, a tenth of a second or less if a step is short.
    ///
    /// - Throws: `EnvironmentError` when a dataset's environment is unknown; `HarnessError.unavailable` for a precision that
    ///   is not to be had here.
    package init(measuring cases: [StudyCase]) throws {
        for studyCase in cases {
            let kind = CostModel.kind(studyCase)
            guard secondsPerMultiplyAdd[kind] == nil else { continue }
            try studyCase.hyperparameters.precision.requireAvailable()
            let sizes = try CostModel.specification(studyCase)
            let seconds = CostModel.stepSeconds(
                studyCase.learner, studyCase.hyperparameters, states: sizes.observationSize, actions: sizes.actionSize)
            secondsPerMultiplyAdd[kind] = seconds / (try CostModel.multiplyAdds(studyCase))
        }
        if !cases.isEmpty { hopperStepSeconds = try CostModel.measureHopper() }
    }

    /// Every case at one rate: for tests, whose numbers must not depend on the machine.
    package init(_ cases: [StudyCase], secondsPerMultiplyAdd seconds: Double, hopperStepSeconds: Double) {
        for studyCase in cases { secondsPerMultiplyAdd[CostModel.kind(studyCase)] = seconds }
        self.hopperStepSeconds = hopperStepSeconds
    }

    /// The middle of what several ranks have measured, each entry for itself.
    package init(median models: [CostModel]) {
        let kinds = Set(models.flatMap { $0.secondsPerMultiplyAdd.keys })
        for kind in kinds {
            secondsPerMultiplyAdd[kind] = Numerics.median(models.compactMap { $0.secondsPerMultiplyAdd[kind] })
        }
        if !models.isEmpty { hopperStepSeconds = Numerics.median(models.map(\.hopperStepSeconds)) }
    }

    /// Predicted seconds of a gradient step on one rank.
    ///
    /// - Throws: `EnvironmentError` when the dataset's environment is unknown.
    package func stepSeconds(_ studyCase: StudyCase) throws -> Double {
        try CostModel.multiplyAdds(studyCase) * (secondsPerMultiplyAdd[CostModel.kind(studyCase)] ?? 0)
    }

    /// Exact, of a gradient step.
    package static func multiplyAdds(_ studyCase: StudyCase) throws -> Double {
        let sizes = try specification(studyCase)
        return studyCase.learner.multiplyAdds(
            studyCase.hyperparameters, states: sizes.observationSize, actions: sizes.actionSize)
    }

    /// Multiply-adds a second of every learner, the slowest of its kinds.
    var rates: [(name: String, rate: Double)] {
        var rates: [String: Double] = [:]
        for (kind, seconds) in secondsPerMultiplyAdd where seconds > 0 {
            let learner = String(kind.split(separator: " ").first ?? "")
            rates[learner] = min(rates[learner] ?? .infinity, 1 / seconds)
        }
        return rates.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Predicted seconds of a case for the schedule, on one rank and on teams.
    ///
    /// Episodes are taken in full length and as shared out evenly over the team.
    /// - Throws: `EnvironmentError` when the dataset's environment is unknown.
    package func work(_ studyCase: StudyCase) throws -> Schedule.Work {
        let perMultiplyAdd =
            (secondsPerMultiplyAdd[CostModel.kind(studyCase)] ?? 0) * Double(studyCase.hyperparameters.batchSize)
        return try work(studyCase) { perMultiplyAdd * $0.stepSeconds }
    }

    /// The same with other seconds of a gradient step; the costs of the placements are multiply-adds for a sample.
    package func work(_ studyCase: StudyCase, stepSeconds: (Placement) -> Double) throws -> Schedule.Work {
        let sizes = try CostModel.specification(studyCase)
        let networks = studyCase.learner.work(
            studyCase.hyperparameters, states: sizes.observationSize, actions: sizes.actionSize)
        let costs = networks.map(\.multiplyAdds)
        let useful = Placement.usefulRanks(networks, costs: costs)
        let evaluation = Double(studyCase.plannedEpisodes * sizes.maximumSteps) * sizes.stepTime * hopperStepSeconds
        return Schedule.Work(
            usefulRanks: useful,
            seconds: (1...useful).map { ranks in
                let step = stepSeconds(Placement(networks, costs: costs, ranks: ranks))
                return Double(studyCase.steps) * step + evaluation / Double(ranks)
            })
    }

    /// What a step's rate depends on besides the exact number of multiply-adds.
    package static func kind(_ studyCase: StudyCase) -> String {
        let keys = [
            "batch", "hidden", "critic_hidden", "value_layer_norm", "actor_dropout", "sampled_actions", "precision",
        ]
        let values = keys.compactMap { key in studyCase.hyperparameters[key].map { "\(key)=\($0.value)" } }
        return ([studyCase.learner.rawValue] + values).joined(separator: " ")
    }

    package static func specification(_ studyCase: StudyCase) throws -> EnvironmentSpecification {
        try studyCase.data.specification()
    }
}

// The measurements.
extension CostModel {
    /// Median seconds of a gradient step with its batch, on made-up data.
    private static func stepSeconds(
        _ learner: LearnerKind, _ hyperparameters: Hyperparameters, states: Int, actions: Int
    ) -> Double {
        let stream = RandomStream("cost")
        let learner = learner.make(
            hyperparameters,
            problem: Problem(states: states, actions: actions, horizon: 1_000_000, stream: stream, team: Solo()))
        let sampler = BatchSampler(
            Transitions(syntheticOf: 20_000, states: states, actions: actions), stream: stream.stream("minibatch"),
            batchSize: hyperparameters.batchSize)
        let batch = sampler.makeBatch()
        var step = 0
        func run(_ count: Int) -> Double {
            seconds {
                for _ in 0..<count {
                    sampler.draw(step: step, into: batch)
                    learner.update(batch)
                    step += 1
                }
            } / Double(count)
        }
        // An even number: TD3+BC's policy steps every second time.
        let first = run(2)  // The first touches memory, too.
        let count = max(2, min(50, Int(0.02 / max(first, 1e-6)) / 2 * 2))
        return median((0..<5).map { _ in run(count) })
    }

    package static func measureHopper() throws -> Double {
        let stream = RandomStream("cost")
        let environment = try EnvironmentRegistry.make("hopper")
        let sizes = environment.specification
        let policy = GaussianPolicy(
            states: sizes.observationSize, actions: sizes.actionSize, hidden: [256, 256], batch: 1)
        let rollout = try Rollout(environment, PolicyInference(policy.snapshot), stream: stream)
        var steps = 0
        let time = try seconds {
            for episode in 0..<20 { steps += try rollout.run(episode: episode, mode: .deterministic).length }
        }
        return time / Double(max(1, steps))
    }
}
