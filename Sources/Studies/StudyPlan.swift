import Algorithms

/// The cases of a study in the table's order.
package struct StudyPlan: Sendable {
    /// What it was made from.
    package let study: Study
    /// In the order the table, `run.json` and schedules go by.
    package let cases: [StudyCase]

    /// Every case of `study`: datasets, then learners with their variants, then seeds.
    package init(_ study: Study) {
        self.study = study
        var cases: [StudyCase] = []
        for dataset in study.datasets {
            let evaluation = study.evaluation(on: dataset.name)
            for entry in study.entries {
                for (overrides, swept) in entry.variants(on: dataset.name) {
                    let preset = Presets.hyperparameters(entry.learner, for: dataset.taskClass)
                    var hyperparameters = preset
                    for override in overrides {
                        hyperparameters.set(override.key, to: override.value, from: override.origin)
                    }
                    let column = ([entry.learner.rawValue] + swept.map { StudyPlan.assignment($0.key, $0.value) })
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

    /// What tells these settings from the learner's preset for the dataset, in its order: "default", "m=10,quantile=0.25".
    ///
    /// So settings that are the same have the same name, and with it the same random numbers, however a study words them.
    static func variant(_ hyperparameters: Hyperparameters, _ preset: Hyperparameters) -> String {
        let changed = hyperparameters.settings.filter { $0.value != preset[$0.key]?.value }
        return changed.isEmpty ? "default" : changed.map { assignment($0.key, $0.value) }.joined(separator: ",")
    }

    /// "m=10", "hidden=32x32": fit for a folder's name.
    private static func assignment(_ key: String, _ value: SettingValue) -> String {
        guard case .integers(let values) = value else { return "\(key)=\(value)" }
        return "\(key)=" + values.map { String($0) }.joined(separator: "x")
    }
}
