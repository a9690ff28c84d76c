package import Datasets
package import Environments
import Policies
import Report

/// A dataset that grows on rank 0: an equal share of its rows from each part, rounded up to whole episodes. The last episode of
/// the dataset is cut off, as in D4RL.
package final class DatasetAssembly: EpisodeConsumer {
    /// The rows so far.
    package private(set) var recording: D4RLRecording
    /// The outcomes of the episodes so far, in order.
    package private(set) var outcomes: [EpisodeOutcome] = []

    private let specification: EnvironmentSpecification
    private let transitions: Int
    private let parts: Int
    private let progress: RecordingProgress?
    /// The first row of each part that has begun.
    private var starts: [Int] = []
    /// The number of episodes taken from the current part.
    private var episodesInPart = 0

    /// An empty dataset, to become one of `transitions` rows from `parts` parts.
    package init(
        _ specification: EnvironmentSpecification, transitions: Int, parts: Int, progress: RecordingProgress? = nil
    ) {
        self.specification = specification
        self.transitions = transitions
        self.parts = parts
        self.progress = progress
        recording = D4RLRecording(specification)
    }

    /// The first row of each part. A part that got no rows, as the episodes before it were long, starts where it would.
    package var partStarts: [Int] { starts + Array(repeating: recording.count, count: parts - starts.count) }

    /// The row at which `part` is complete.
    private func end(of part: Int) -> Int { transitions * (part + 1) / parts }

    package func remaining(in part: Int) -> Int {
        let missing = end(of: part) - max(recording.count, end(of: part - 1))
        guard missing > 0 else { return 0 }
        let isBegun = part == starts.count - 1 && episodesInPart > 0
        let length =
            isBegun
            ? max(1, (recording.count - starts[part]) / episodesInPart) : specification.maximumSteps
        return (missing + length - 1) / length
    }

    /// Appends an encoded `RecordedEpisode`.
    package func take(_ episode: [UInt8], from place: EpisodePlace) throws {
        if starts.count <= place.part {
            starts += Array(repeating: recording.count, count: place.part + 1 - starts.count)
            episodesInPart = 0
        }
        let (outcome, rows) = try RecordedEpisode.decode(episode)
        recording.append(rowBytes: rows)
        // Only the last episode may be cut: elsewhere the next row would count as its next state.
        recording.keepFirst(transitions)
        outcomes.append(outcome)
        episodesInPart += 1
        progress?.show(rows: recording.count)
    }
}

extension DatasetAssembly {
    /// What was recorded. Return and length are averaged over the complete trajectories.
    package struct Summary: Sendable, Equatable {
        /// The number of rows.
        package var transitions: Int
        /// The number of trajectories, including the truncated last one.
        package var trajectories: Int
        /// Mean undiscounted return.
        package var meanReturn: Double
        /// Population standard deviation of the return.
        package var deviation: Double
        /// Mean number of steps.
        package var meanLength: Double
        /// The mean normalised by D4RL's reference returns; in a maze, where an episode goes on at the goal, 100 times the
        /// share of trajectories that reach it.
        package var score: Double
        /// MuJoCo's last warning; nil if there was none.
        package var warning: String?
    }

    /// Statistics of the rows so far.
    package var summary: Summary {
        let isCut = outcomes.map(\.length).reduce(0, +) > recording.count
        let complete = isCut && outcomes.count > 1 ? outcomes.dropLast() : outcomes[...]
        let returns = complete.map(\.totalReward)
        let mean = Statistics.mean(returns)
        // A maze pays 1 for every step at the goal; its episodes outlast the goal only while data are collected.
        let scored = specification.tasks == ["goal"] ? Statistics.mean(returns.map { $0 > 0 ? 1 : 0 }) : mean
        return Summary(
            transitions: recording.count, trajectories: outcomes.count, meanReturn: mean,
            deviation: Statistics.populationStandardDeviation(returns),
            meanLength: Statistics.mean(complete.map { Double($0.length) }),
            score: specification.normalisedScore(return: scored), warning: outcomes.last { $0.warning != nil }?.warning)
    }
}
