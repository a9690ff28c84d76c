package import Suites

/// The paper's table, including "±", as printed in its slides ("Experimental Results"; see the chapter
/// Learners).
///
/// CQL and TD3+BC have no spread on AntMaze, and TD3+BC has no Kitchen scores. The slides abbreviate the names of
/// D4RL's datasets ("hopper-m-r" is hopper-medium-replay-v2; Kitchen is version 0).
package enum PaperTable {
    package struct Score: Equatable, Sendable {
        /// Mean normalised score over seeds.
        package let mean: Double
        /// Standard deviation over seeds; nil if the paper prints none.
        package let standardDeviation: Double?
    }

    /// The columns, in the paper's order.
    package static let learners = [
        "CQL", "TD3+BC", "IQL", "SQL", "IQL (reproduced)", "SQL (reproduced)", "ACTIVE-I", "ACTIVE-S",
    ]

    /// The suites of its rows, in the paper's order.
    package static let suites: [TaskSuite] = [.locomotion, .antmaze, .kitchen]

    /// The rows, in the paper's order.
    package static let datasets = rows.map(\.dataset)

    /// The paper's score of `learner` on `dataset`; nil if there is none.
    package static func score(_ learner: String, on dataset: String) -> Score? {
        guard let column = learners.firstIndex(of: learner) else { return nil }
        return rows.first { $0.dataset == dataset }?.scores[column]
    }

    /// The sum of `learner`'s means over `datasets`; nil if the paper lacks one of them.
    package static func sum(_ learner: String, over datasets: [String]) -> Double? {
        let means = datasets.compactMap { score(learner, on: $0)?.mean }
        return means.count == datasets.count ? means.reduce(0, +) : nil
    }

    private struct Row {
        let dataset: String
        let scores: [Score?]

        init(_ dataset: String, _ scores: Score?...) {
            precondition(scores.count == learners.count)
            self.dataset = dataset
            self.scores = scores
        }
    }

    private static func cell(_ mean: Double, _ standardDeviation: Double? = nil) -> Score? {
        Score(mean: mean, standardDeviation: standardDeviation)
    }

    private static let rows = [
        Row(
            "halfcheetah-medium-v2",
            cell(44.0, 0.8), cell(48.3, 0.3), cell(47.4, 0.2), cell(48.3, 0.2),
            cell(47.4, 0.1), cell(47.8, 0.0), cell(50.6, 0.1), cell(52.3, 0.2)),
        Row(
            "hopper-medium-v2",
            cell(58.5, 2.1), cell(59.3, 4.2), cell(66.2, 5.7), cell(75.5, 3.4),
            cell(64.4, 2.7), cell(63.8, 2.3), cell(80.1, 3.8), cell(86.1, 3.4)),
        Row(
            "walker2d-medium-v2",
            cell(72.5, 0.8), cell(83.7, 2.1), cell(78.3, 8.7), cell(84.2, 4.6),
            cell(80.1, 1.3), cell(82.8, 0.4), cell(84.8, 0.7), cell(87.2, 1.0)),
        Row(
            "halfcheetah-medium-replay-v2",
            cell(45.5, 0.5), cell(44.6, 0.5), cell(44.2, 1.2), cell(44.8, 0.7),
            cell(43.6, 0.2), cell(43.9, 0.3), cell(51.1, 0.3), cell(51.7, 0.2)),
        Row(
            "hopper-medium-replay-v2",
            cell(95.0, 6.4), cell(60.9, 18.8), cell(94.7, 8.6), cell(101.7, 3.3),
            cell(86.0, 13.4), cell(85.6, 12.3), cell(101.1, 1.6), cell(102.8, 0.7)),
        Row(
            "walker2d-medium-replay-v2",
            cell(77.2, 5.5), cell(81.8, 5.5), cell(73.8, 7.1), cell(77.2, 3.8),
            cell(70.3, 5.6), cell(69.2, 6.3), cell(85.4, 3.5), cell(79.3, 4.6)),
        Row(
            "halfcheetah-medium-expert-v2",
            cell(90.7, 4.3), cell(90.7, 4.3), cell(86.7, 5.3), cell(94.0, 0.4),
            cell(88.2, 1.6), cell(91.2, 1.2), cell(93.2, 0.4), cell(92.9, 1.0)),
        Row(
            "hopper-medium-expert-v2",
            cell(105.4, 6.8), cell(98.0, 9.4), cell(91.5, 14.3), cell(111.8, 2.2),
            cell(98.7, 7.9), cell(104.9, 5.4), cell(89.2, 10.9), cell(109.9, 2.0)),
        Row(
            "walker2d-medium-expert-v2",
            cell(109.6, 0.7), cell(110.1, 0.5), cell(109.6, 1.0), cell(110.0, 0.8),
            cell(110.0, 0.4), cell(111.2, 0.1), cell(112.0, 0.4), cell(111.7, 0.3)),
        Row(
            "antmaze-umaze-v2",
            cell(74.0), cell(78.6), cell(87.5, 2.6), cell(92.2, 1.4),
            cell(85.8, 3.2), cell(90.0, 3.1), cell(91.6, 1.4), cell(90.8, 1.5)),
        Row(
            "antmaze-umaze-diverse-v2",
            cell(84.0), cell(71.4), cell(62.2, 13.8), cell(74.0, 2.3),
            cell(60.6, 14.2), cell(49.6, 6.9), cell(78.4, 5.1), cell(43.8, 22.1)),
        Row(
            "antmaze-medium-play-v2",
            cell(61.2), cell(10.6), cell(71.2, 7.3), cell(80.2, 3.7),
            cell(76.2, 6.2), cell(72.8, 3.2), cell(74.6, 5.5), cell(78.8, 1.7)),
        Row(
            "antmaze-medium-diverse-v2",
            cell(53.7), cell(3.0), cell(70.0, 10.9), cell(75.1, 4.2),
            cell(73.8, 3.7), cell(62.2, 8.1), cell(75.2, 2.2), cell(67.0, 3.3)),
        Row(
            "antmaze-large-play-v2",
            cell(15.8), cell(0.2), cell(39.6, 5.8), cell(50.2, 4.8),
            cell(48.2, 6.5), cell(38.2, 5.2), cell(51.2, 5.8), cell(51.2, 5.7)),
        Row(
            "antmaze-large-diverse-v2",
            cell(14.9), cell(0.0), cell(47.5, 9.5), cell(52.3, 5.2),
            cell(47.2, 3.5), cell(41.6, 4.4), cell(48.2, 5.8), cell(42.6, 3.2)),
        Row(
            "kitchen-complete-v0",
            cell(43.8, 11.2), nil, cell(61.4, 9.5), cell(76.4, 8.7),
            cell(67.0, 3.4), cell(60.4, 1.3), cell(68.2, 3.6), cell(66.5, 3.3)),
        Row(
            "kitchen-partial-v0",
            cell(49.8, 10.1), nil, cell(46.1, 8.5), cell(72.5, 7.4),
            cell(58.8, 8.7), cell(70.8, 4.1), cell(69.6, 3.0), cell(73.5, 3.0)),
        Row(
            "kitchen-mixed-v0",
            cell(51.0, 6.5), nil, cell(52.8, 4.5), cell(67.4, 5.4),
            cell(47.9, 3.7), cell(46.9, 11.8), cell(52.1, 2.9), cell(73.2, 1.4)),
    ]
}
