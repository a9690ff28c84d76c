import Algorithms

/// The cases of a study in the table's order.
package struct StudyPlan: Sendable {
    /// The study that the plan was made from.
    package let study: Study
    /// The cases in the order used by the table, `run.json` and schedules.
    package let cases: [StudyCase]

    /// Expands `study` to its cases: datasets, then learners with their variants, then seeds.
    package init(_ study: Study) {
        self.study = study
        var cases: [StudyCase] = []
        for dataset in study.datasets {
            let evaluation = study.evaluation(on: dataset.name)
            for entry in study.entries {
                for (overrides, swept) in entry.variants(on: dataset.name) {
                    let preset = entry.learner.hyperparameters(for: dataset.taskClass)
                    let hyperparameters = preset.setting(overrides)
                    let column = ([entry.learner.name] + swept.map { StudyPlan.assignment($0.key, $0.value) })
                        .joined(separator: " ")
                    let variant = StudyPlan.variant(hyperparameters, preset)
                    for seed in study.seeds {
                        cases.append(
                            StudyCase(
                                learner: entry.learner, data: dataset, variant: variant, seed: seed,
                                hyperparameters: hyperparameters, steps: study.steps,
                                evaluateEvery: evaluation.every, episodes: evaluation.episodes,
                                finalEpisodes: evaluation.finalEpisodes, column: column))
                    }
                }
            }
        }
        self.cases = cases
    }

    /// The settings that differ from the learner's preset for the dataset, in the preset's order: "default",
    /// "m=10,quantile=0.25".
    ///
    /// Equal settings get the same name, and so the same random numbers, however a study writes them.
    static func variant(_ hyperparameters: Hyperparameters, _ preset: Hyperparameters) -> String {
        let changed = hyperparameters.settings.filter { $0.value != preset[$0.key]?.value }
        return changed.isEmpty ? "default" : changed.map { assignment($0.key, $0.value) }.joined(separator: ",")
    }

    /// An assignment such as "m=10" or "hidden=32x32" that is valid in a folder's name.
    private static func assignment(_ key: String, _ value: SettingValue) -> String {
        guard case .integers(let values) = value else { return "\(key)=\(value)" }
        return "\(key)=" + values.map { String($0) }.joined(separator: "x")
    }
}
