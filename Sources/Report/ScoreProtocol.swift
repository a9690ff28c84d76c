package import Suites

/// Defines which evaluations of a training run count as its score, and how many episodes they have.
package struct ScoreProtocol: Equatable, Sendable {
    /// The evaluations that count.
    package enum Selection: String, CaseIterable, Sendable {
        /// The evaluation after the last gradient step, as in the paper.
        case last
        /// The best evaluation of the run: it is chosen by the test score, and so biased upwards.
        case best
        /// The mean of the last ten evaluations.
        case last10
    }

    /// Datasets with other numbers of episodes.
    package struct Exception: Equatable, Sendable {
        /// The dataset, or the suite if all of its datasets in the table are meant.
        package let group: String
        /// Episodes per evaluation, ascending.
        package let episodes: [Int]
    }

    /// The evaluations that count.
    package let selection: Selection
    /// Episodes per evaluation, ascending: one number, or several if they differ between evaluations.
    package let episodes: [Int]
    /// The exceptions to `episodes`.
    package let exceptions: [Exception]

    /// A protocol with the given numbers of episodes, in any order.
    package init(_ selection: Selection, episodes: [Int]) {
        self.selection = selection
        self.episodes = Set(episodes).sorted()
        exceptions = []
    }

    package struct Count: Sendable {
        package let dataset: String
        package let suite: TaskSuite?
        /// Episodes per evaluation, in any order.
        package let episodes: [Int]

        package init(dataset: String, suite: TaskSuite?, episodes: [Int]) {
            self.dataset = dataset
            self.suite = suite
            self.episodes = episodes
        }
    }

    /// A protocol with the numbers of episodes of each dataset; a dataset may occur several times.
    ///
    /// The most frequent numbers become the rule, the others exceptions.
    package init(_ selection: Selection, counts given: [Count]) {
        let datasets = given.map(\.dataset).withoutRepeats
        let suites = Dictionary(given.map { ($0.dataset, $0.suite) }) { first, _ in first }
        let counts = Dictionary(grouping: given, by: \.dataset)
            .mapValues { Set($0.flatMap(\.episodes)).sorted() }
        let all = datasets.map { counts[$0] ?? [] }
        let distinct = all.withoutRepeats
        let most = distinct.map { numbers in all.count { $0 == numbers } }.max()
        let rule = distinct.first { numbers in all.count { $0 == numbers } == most } ?? []
        let groups = datasets.map { dataset in
            let suite = suites[dataset] ?? nil
            let members = datasets.filter { suite != nil && suites[$0] == suite }
            let isUniform = !members.isEmpty && members.allSatisfy { counts[$0] == counts[dataset] }
            return Exception(group: isUniform ? suite?.name ?? dataset : dataset, episodes: counts[dataset] ?? [])
        }
        self.selection = selection
        episodes = rule
        var exceptions: [Exception] = []
        for group in groups where group.episodes != rule && !exceptions.contains(group) { exceptions.append(group) }
        self.exceptions = exceptions
    }

    /// The protocol in words, for the table's caption: "last (the final evaluation), 10 episodes each; antmaze 100".
    package var description: String {
        let meaning =
            switch selection {
            case .last: "the final evaluation"
            case .best: "the best evaluation of a run, an optimistic choice by test score"
            case .last10: "the mean of the last 10 evaluations"
            }
        return "\(selection.rawValue) (\(meaning)), \(listed(episodes)) episode\(episodes == [1] ? "" : "s") each"
            + exceptions.map { "; \($0.group) \(listed($0.episodes))" }.joined()
    }
}

/// "10", "10 or 100", "10, 50 or 100".
func listed(_ numbers: [Int]) -> String {
    let words = numbers.map(String.init)
    guard words.count > 1 else { return words.first ?? "no" }
    return words.dropLast().joined(separator: ", ") + " or " + words.last!
}
