import Algorithms
import Cases
import Datasets
import DatasetTools
import Foundation
import Numerics
import Report
package import Studies

/// How near a dataset is to another of the same environment, such as rollouts of snapshots to the replay buffer that
/// they stand for: by returns, by states, and by the likelihood of actions.
package struct DatasetComparison: Sendable {
    /// What is measured of one of the two.
    package struct Side: Sendable {
        package let name: String
        package let transitions, trajectories: Int
        /// Mean and population standard deviation of the undiscounted return of its trajectories.
        package let meanReturn, deviation: Double
        /// The share of trajectories with a return above the level asked for.
        package let shareAbove: Double
        /// The mean distance of its states to the nearest state of the other, in standard deviations of the first's
        /// states.
        package let distance: Double
        /// The mean log-likelihood of its actions under a policy cloned from it, and from the other, in nats.
        package let likelihoodUnderItself, likelihoodUnderOther: Double
    }

    package let first, second: Side
    private let level: Double

    /// Compares two datasets.
    ///
    /// - `level`: the return that trajectories have to exceed to be counted in `shareAbove`.
    /// - `steps`: gradient steps of behaviour cloning.
    /// - `queries`: states of each whose distance to the other's is measured.
    /// - Throws: `DatasetError`, `EnvironmentError`, `HarnessError.badInput`, as for a study on these datasets.
    package init(
        _ first: DatasetReference, _ second: DatasetReference, level: Double, steps: Int, queries: Int,
        progress: (String) -> Void = { _ in }
    ) throws {
        self.level = level
        let sides = try [first, second].map { dataset in
            let studyCase = StudyCase(
                learner: .bc, data: dataset, variant: "comparison", seed: 0,
                hyperparameters: LearnerDefinition.bc.hyperparameters(for: dataset.taskClass), steps: steps,
                evaluateEvery: steps, episodes: 1, finalEpisodes: 1, column: "BC")
            return (studyCase, try DataPreparation().data(for: studyCase).transitions)
        }
        let nearest = NearestStates(scaledBy: sides[0].1)
        let policies = sides.map { studyCase, transitions in
            progress("cloning \(studyCase.dataset), \(steps) steps")
            return ClonedPolicy(studyCase, on: transitions)
        }
        let measured = [(0, 1), (1, 0)].map { own, other in
            progress("comparing \(sides[own].0.dataset)")
            let (studyCase, transitions) = sides[own]
            let returns = transitions.returns
            return Side(
                name: studyCase.dataset, transitions: transitions.count, trajectories: returns.count,
                meanReturn: Statistics.mean(returns), deviation: Statistics.populationStandardDeviation(returns),
                shareAbove: Double(returns.filter { $0 > level }.count) / Double(returns.count),
                distance: nearest.meanDistance(from: transitions, to: sides[other].1, queries: queries),
                likelihoodUnderItself: policies[own].meanLogLikelihood(of: transitions),
                likelihoodUnderOther: policies[other].meanLogLikelihood(of: transitions))
        }
        (self.first, self.second) = (measured[0], measured[1])
    }

    /// A table in Markdown.
    package var markdown: String {
        func row(_ label: String, _ format: String, _ value: (Side) -> Double) -> String {
            "| \(label) | \(String(format: format, value(first))) | \(String(format: format, value(second))) |\n"
        }
        return "| | \(first.name) | \(second.name) |\n|---|---|---|\n"
            + row("transitions", "%.0f") { Double($0.transitions) }
            + row("trajectories", "%.0f") { Double($0.trajectories) }
            + row("mean return", "%.0f", \.meanReturn) + row("standard deviation of the return", "%.0f", \.deviation)
            + row("share of trajectories above \(String(format: "%.0f", level))", "%.3f", \.shareAbove)
            + row("distance of its states to the other's nearest", "%.3f", \.distance)
            + row("log-likelihood of its actions, policy cloned from it", "%.2f", \.likelihoodUnderItself)
            + row("the same, policy cloned from the other", "%.2f", \.likelihoodUnderOther)
    }
}
