package import Algorithms

/// What a study file asks for: learners × datasets × seeds, and how long each case trains and how it is judged.
package struct Study: Sendable, Equatable {
    /// One learner of the study with the values it does not take from its preset.
    package struct Entry: Sendable, Equatable {
        /// A value set by the study.
        package struct Override: Sendable, Equatable {
            /// Of a setting in the learner's preset.
            package var key: String
            /// Of the setting's type and within its range.
            package var value: SettingValue
            /// Where in the study: "study", or "study, antmaze" for what holds there only.
            package var origin = "study"
        }

        /// Whose preset gives all other values.
        package var learner: LearnerKind
        /// Set for all variants on all datasets, in file order.
        package var overrides: [Override] = []
        /// What single datasets have besides, of several values of a key the last one: the most closely named.
        package var exceptions: [String: [Override]] = [:]
        /// Keys of which every value makes a variant of its own, in file order.
        package var sweep: [(key: String, values: [SettingValue])] = []

        /// Written out because a sweep is made of tuples.
        package static func == (a: Entry, b: Entry) -> Bool {
            a.learner == b.learner && a.overrides == b.overrides && a.exceptions == b.exceptions
                && a.sweep.map(\.key) == b.sweep.map(\.key) && a.sweep.map(\.values) == b.sweep.map(\.values)
        }

        /// The overrides of every variant on `dataset`, every key once: those of the sweep, one value of each key, come
        /// last.
        func variants(on dataset: String) -> [(overrides: [Override], swept: [Override])] {
            var fixed: [Override] = []
            for override in overrides + exceptions[dataset, default: []] {
                fixed.removeAll { $0.key == override.key }
                fixed.append(override)
            }
            var combinations: [[Override]] = [[]]
            for (key, values) in sweep {
                combinations = combinations.flatMap { begun in values.map { begun + [Override(key: key, value: $0)] } }
            }
            return combinations.map { (fixed + $0, $0) }
        }
    }

    /// How a case is judged while it trains and at its end.
    package struct EvaluationSchedule: Sendable, Equatable {
        /// Gradient steps between evaluations; the last step is always evaluated.
        package var every: Int
        /// Deterministic episodes of an evaluation.
        package var episodes: Int
        /// Those of the evaluation after the last step.
        package var finalEpisodes: Int
    }

    /// For people: no file's name and no random stream depends on it.
    package var name: String
    /// Of distinct names, in file order.
    package var datasets: [DatasetReference]
    /// Distinct and not negative, in file order.
    package var seeds: [Int]
    /// Gradient steps of a case.
    package var steps: Int
    /// How cases are judged.
    package var evaluation: EvaluationSchedule
    /// The datasets on which they are judged otherwise.
    package var evaluations: [String: EvaluationSchedule]
    /// In file order, which is that of the table's columns.
    package var entries: [Entry]
    /// How many ranks work on a case together, where the command line does not say; no result depends on it.
    package var teamSize: TeamSize?

    /// How cases on `dataset` are judged.
    package func evaluation(on dataset: String) -> EvaluationSchedule { evaluations[dataset] ?? evaluation }

    /// "paper: 540 cases (6 learners, 18 datasets, 5 seeds), 1000000 steps each".
    package var summary: String {
        func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
        let variants = Int(caseCount) / datasets.count / seeds.count
        return "\(name): \(counted(Int(caseCount), "case")) (\(counted(entries.count, "learner"))"
            + (variants > entries.count ? " in \(variants) variants" : "")
            + ", \(counted(datasets.count, "dataset")), \(counted(seeds.count, "seed"))), \(counted(steps, "step")) each"
    }

    /// Datasets × variants × seeds; a floating-point number, as sweeps multiply beyond an integer's reach.
    var caseCount: Double {
        let variants = entries.map { $0.sweep.reduce(1) { $0 * Double($1.values.count) } }.reduce(0, +)
        return Double(datasets.count) * variants * Double(seeds.count)
    }
}
