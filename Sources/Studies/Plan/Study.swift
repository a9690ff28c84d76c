package import Algorithms
import Failures

/// The contents of a study file: learners × datasets × seeds, the length of training, and the evaluation schedule.
package struct Study: Sendable, Equatable {
    /// One learner of the study, with the values that differ from its preset.
    package struct Entry: Sendable, Equatable {
        /// A value set by the study.
        package struct Override: Sendable, Equatable {
            /// The key of a setting in the learner's preset.
            package var key: String
            /// The value, of the setting's type and within its range.
            package var value: SettingValue
            /// The section of the study that sets it: "study", or "study, antmaze" for a value that applies only there.
            package var origin = "study"
        }

        /// The learner, whose preset gives all other values.
        package var learner: LearnerDefinition
        /// Values for all variants on all datasets, in file order.
        package var overrides: [Override] = []
        /// Additional values by dataset. If a key has several, the last one, from the most specific selector, wins.
        package var exceptions: [String: [Override]] = [:]
        /// Keys each of whose values makes a separate variant, in file order.
        package var sweep: [(key: String, values: [SettingValue])] = []

        /// Not synthesised, because a sweep consists of tuples.
        package static func == (a: Entry, b: Entry) -> Bool {
            a.learner == b.learner && a.overrides == b.overrides && a.exceptions == b.exceptions
                && a.sweep.map(\.key) == b.sweep.map(\.key) && a.sweep.map(\.values) == b.sweep.map(\.values)
        }

        /// The overrides that all variants on `dataset` have in common, each key once.
        func fixedOverrides(on dataset: String) -> [Override] {
            var fixed: [Override] = []
            for override in overrides + exceptions[dataset, default: []] {
                fixed.removeAll { $0.key == override.key }
                fixed.append(override)
            }
            return fixed
        }

        /// The overrides of every variant on `dataset`, each key once; the sweep's values, one for each key, come last.
        func variants(on dataset: String) -> [(overrides: [Override], swept: [Override])] {
            let fixed = fixedOverrides(on: dataset)
            var combinations: [[Override]] = [[]]
            for (key, values) in sweep {
                combinations = combinations.flatMap { begun in values.map { begun + [Override(key: key, value: $0)] } }
            }
            return combinations.map { (fixed + $0, $0) }
        }
    }

    /// The schedule of evaluations during and after training.
    package struct EvaluationSchedule: Sendable, Equatable {
        /// Gradient steps between evaluations; the last step is always evaluated.
        package var every: Int
        /// Deterministic episodes per evaluation.
        package var episodes: Int
        /// Deterministic episodes of the evaluation after the last step.
        package var finalEpisodes: Int
    }

    /// A name for messages; no file name and no random stream depends on it.
    package var name: String
    /// Datasets with distinct names, in file order.
    package var datasets: [DatasetReference]
    /// Seeds, distinct and not negative, in file order.
    package var seeds: [Int]
    /// Gradient steps per case.
    package var steps: Int
    /// The evaluation schedule unless `evaluations` has another one for the dataset.
    package var evaluation: EvaluationSchedule
    /// The evaluation schedules of single datasets.
    package var evaluations: [String: EvaluationSchedule]
    /// The learners in file order, which is the order of the table's columns.
    package var entries: [Entry]
    /// The number of ranks per case if the command line does not set it; no result depends on it.
    package var teamSize: TeamSize?

    /// The dataset called `name`.
    ///
    /// - Throws: `HarnessError.badInput` for a name that the study does not have.
    package func dataset(named name: String) throws -> DatasetReference {
        if let dataset = datasets.first(where: { $0.name == name }) { return dataset }
        throw HarnessError.badInput(
            "dataset: expected \(StudyNode.hint(name, datasets.map(\.name))), found \(StudyNode.quoted(name))")
    }

    /// The evaluation schedule on `dataset`.
    package func evaluation(on dataset: String) -> EvaluationSchedule { evaluations[dataset] ?? evaluation }

    /// "paper: 540 cases (6 learners, 18 datasets, 5 seeds), 1000000 steps each".
    package var summary: String {
        func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
        let variants = Int(caseCount) / datasets.count / seeds.count
        return "\(name): \(counted(Int(caseCount), "case")) (\(counted(entries.count, "learner"))"
            + (variants > entries.count ? " in \(variants) variants" : "")
            + ", \(counted(datasets.count, "dataset")), \(counted(seeds.count, "seed"))), \(counted(steps, "step")) each"
    }

    /// Datasets × variants × seeds; a floating-point number, because sweeps can overflow an integer.
    var caseCount: Double {
        let variants = entries.map { $0.sweep.reduce(1) { $0 * Double($1.values.count) } }.reduce(0, +)
        return Double(datasets.count) * variants * Double(seeds.count)
    }
}
