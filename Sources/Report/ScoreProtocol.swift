/// Which score of a training run counts, and how it was measured: what a number in the table means.
public struct ScoreProtocol: Equatable, Sendable {
    /// The evaluations that count.
    public enum Selection: String, CaseIterable, Sendable {
        /// The evaluation after the last gradient step, as in the paper.
        case last
        /// The best evaluation of the run: it is chosen by the test score, so it flatters.
        case best
        /// The mean of the last ten evaluations.
        case last10
    }

    /// The evaluations that count.
    public let selection: Selection
    /// Episodes per evaluation, one number or several (they differ between domains).
    public let episodes: [Int]

    /// A protocol with the given episode counts, in any order.
    public init(_ selection: Selection, episodes: [Int]) {
        self.selection = selection
        self.episodes = Set(episodes).sorted()
    }

    /// The words of the table's caption: "last (the final evaluation), 10 or 100 episodes each".
    public var description: String {
        let meaning =
            switch selection {
            case .last: "the final evaluation"
            case .best: "the best evaluation of a run, an optimistic choice by test score"
            case .last10: "the mean of the last 10 evaluations"
            }
        return "\(selection.rawValue) (\(meaning)), \(listed(episodes)) episode\(episodes == [1] ? "" : "s") each"
    }
}

/// "10", "10 or 100", "10, 50 or 100".
func listed(_ numbers: [Int]) -> String {
    let words = numbers.map(String.init)
    guard words.count > 1 else { return words.first ?? "no" }
    return words.dropLast().joined(separator: ", ") + " or " + words.last!
}
