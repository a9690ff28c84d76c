import Algorithms
import Datasets
package import Environments
import Foundation
import Networks
package import Numerics
package import Studies
package import Teams

/// Predicts how long cases take on a core like this one, from a few measured gradient steps of every kind of learner in
/// a study and exact counts of multiply-adds.
package struct CostModel: Sendable, Codable, Equatable {
    /// Measured seconds per multiply-add of a gradient step, by `kind`.
    package private(set) var secondsPerMultiplyAdd: [String: Double] = [:]
    /// Measured seconds of an environment step in Hopper with a 256-256 policy.
    package private(set) var hopperStepSeconds = 0.0

    /// Measures a few steps of each kind of learner that the cases use; at most a tenth of a second each if steps are
    /// short.
    ///
    /// - Throws: `EnvironmentError` for an unknown environment; `HarnessError.unavailable` for a precision that this
    ///   machine does not support.
    package init(measuring cases: [StudyCase], clock: MonotonicClock = .system) throws {
        for studyCase in cases {
            let kind = CostModel.kind(studyCase)
            guard secondsPerMultiplyAdd[kind] == nil else { continue }
            try studyCase.hyperparameters.precision.requireAvailable()
            let sizes = try CostModel.specification(studyCase)
            let seconds = CostModel.stepSeconds(
                studyCase.learner, studyCase.hyperparameters, states: sizes.observationSize, actions: sizes.actionSize,
                clock: clock
            )
            secondsPerMultiplyAdd[kind] = seconds / (try CostModel.multiplyAdds(studyCase))
        }
        if !cases.isEmpty { hopperStepSeconds = try CostModel.measureHopper(clock: clock) }
    }

    /// A model with the same rate for every case, for tests whose numbers must not depend on the machine.
    package init(_ cases: [StudyCase], secondsPerMultiplyAdd seconds: Double, hopperStepSeconds: Double) {
        for studyCase in cases { secondsPerMultiplyAdd[CostModel.kind(studyCase)] = seconds }
        self.hopperStepSeconds = hopperStepSeconds
    }

    /// The median of several ranks' measurements, taken separately for each entry.
    package init(median models: [CostModel]) {
        let kinds = Set(models.flatMap { $0.secondsPerMultiplyAdd.keys })
        for kind in kinds {
            secondsPerMultiplyAdd[kind] = Numerics.median(models.compactMap { $0.secondsPerMultiplyAdd[kind] })
        }
        if !models.isEmpty { hopperStepSeconds = Numerics.median(models.map(\.hopperStepSeconds)) }
    }

    /// The predicted seconds of a gradient step on one rank.
    ///
    /// - Throws: `EnvironmentError` for an unknown environment.
    package func stepSeconds(_ studyCase: StudyCase) throws -> Double {
        try CostModel.multiplyAdds(studyCase) * (secondsPerMultiplyAdd[CostModel.kind(studyCase)] ?? 0)
    }

    /// The exact number of multiply-adds of a gradient step.
    package static func multiplyAdds(_ studyCase: StudyCase) throws -> Double {
        let sizes = try specification(studyCase)
        return studyCase.learner.multiplyAdds(
            studyCase.hyperparameters, states: sizes.observationSize, actions: sizes.actionSize)
    }

    /// The multiply-adds per second of every learner, for the slowest of its kinds.
    var rates: [(name: String, rate: Double)] {
        var rates: [String: Double] = [:]
        for (kind, seconds) in secondsPerMultiplyAdd where seconds > 0 {
            let learner = String(kind.split(separator: " ").first ?? "")
            rates[learner] = min(rates[learner] ?? .infinity, 1 / seconds)
        }
        return rates.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The predicted seconds of a case on one rank and on teams, for the schedule.
    ///
    /// Episodes count in full length and as divided evenly over the team.
    /// - Throws: `EnvironmentError` for an unknown environment.
    package func work(_ studyCase: StudyCase) throws -> Schedule.Work {
        let perMultiplyAdd =
            (secondsPerMultiplyAdd[CostModel.kind(studyCase)] ?? 0) * Double(studyCase.hyperparameters.batchSize)
        return try work(studyCase) { perMultiplyAdd * $0.stepSeconds }
    }

    /// Returns the predicted work with a given time per gradient step; the costs of the placements are multiply-adds per sample.
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

    /// The settings that affect a step's rate in addition to the number of multiply-adds.
    package static func kind(_ studyCase: StudyCase) -> String {
        let settings = studyCase.hyperparameters.settings.filter { $0.cost == .rate }
        return ([studyCase.learner.name] + settings.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
    }

    package static func specification(_ studyCase: StudyCase) throws -> EnvironmentSpecification {
        try studyCase.data.specification()
    }
}

// Measurements.
extension CostModel {
    /// The median seconds of a gradient step including its batch, on synthetic data.
    private static func stepSeconds(
        _ definition: LearnerDefinition, _ hyperparameters: Hyperparameters, states: Int, actions: Int,
        clock: MonotonicClock
    ) -> Double {
        let stream = RandomStream("cost")
        let loop = TrainingLoop(
            definition.make(
                hyperparameters,
                problem: Problem(states: states, actions: actions, horizon: 1_000_000, stream: stream, team: Solo())),
            on: Transitions(syntheticOf: 20_000, states: states, actions: actions), stream: stream,
            batchSize: hyperparameters.batchSize)
        func run(_ count: Int) -> Double {
            let start = clock.now()
            loop.run(count)
            return clock.seconds(since: start) / Double(count)
        }
        // Whole periods, so that delayed updates are included if the period is short.
        let period = min(definition.period(hyperparameters), 50)
        let first = run(max(2, period))  // The first run also touches new memory.
        let count = max(2, period, min(50, Int(0.02 / max(first, 1e-6))) / period * period)
        return median((0..<5).map { _ in run(count) })
    }

    package static func measureHopper(clock: MonotonicClock = .system) throws -> Double {
        let stream = RandomStream("cost")
        let environment = try EnvironmentRegistry.make("hopper")
        let sizes = environment.specification
        let policy = GaussianPolicy(
            states: sizes.observationSize, actions: sizes.actionSize, hidden: [256, 256], batch: 1)
        let rollout = try Rollout(environment, PolicyInference(policy.snapshot), stream: stream)
        var steps = 0
        let start = clock.now()
        for episode in 0..<20 { steps += try rollout.run(episode: episode, mode: .deterministic).length }
        return clock.seconds(since: start) / Double(max(1, steps))
    }
}
