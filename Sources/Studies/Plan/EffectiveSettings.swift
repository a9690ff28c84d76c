package import Algorithms
import Datasets
import Environments
import Failures
import Yams

/// The settings of a learner on a dataset as a study would set them, printed by `active-bench config`.
package struct EffectiveSettings: Sendable {
    package let learner: LearnerDefinition
    package let dataset: DatasetReference
    /// The learner's preset with the values of the study, and then the assignments, applied; not those of `sweep`.
    package let hyperparameters: Hyperparameters
    /// The study's keys with several values, except those that an assignment sets.
    private let sweep: [(key: String, values: [SettingValue])]

    /// Makes the settings of `learner` on `dataset`.
    ///
    /// - Parameters:
    ///   - study: the study whose values apply; nil, or one without the learner, for the preset alone.
    ///   - assignments: words such as "m=10"; values are YAML, as in a study, and win over the study's.
    /// - Throws: `HarnessError.usage` for an unknown learner or setting, or a value that is not allowed.
    package init(
        learner: String, of learners: LearnerRegistry = .standard, dataset: DatasetReference, study: Study? = nil,
        assignments: [String]
    ) throws {
        guard let definition = learners[learner] else {
            throw Self.refused(
                "learner", StudyNode.hint(learner, learners.names), StudyNode.quoted(learner))
        }
        self.learner = definition
        self.dataset = dataset
        let preset = definition.hyperparameters(for: dataset.taskClass)
        var entry = study?.entries.first { $0.learner == definition } ?? Study.Entry(learner: definition)
        let assigned = try Self.overrides(assignments, learner: learner, preset)
        entry.sweep.removeAll { key, _ in assigned.contains { $0.key == key } }
        entry.exceptions[dataset.name, default: []] += assigned
        sweep = entry.sweep
        hyperparameters = preset.setting(entry.fixedOverrides(on: dataset.name))
        let actions = try dataset.specification().actionSize
        for (overrides, _) in entry.variants(on: dataset.name) {
            if let conflict = definition.conflict(preset.setting(overrides), actions: actions) {
                throw Self.refused(learner, conflict.expected, conflict.found)
            }
        }
    }

    /// Parses words such as "m=10".
    private static func overrides(
        _ assignments: [String], learner: String, _ preset: Hyperparameters
    ) throws -> [Study.Entry.Override] {
        var seen: Set<String> = []
        return try assignments.map { assignment in
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw refused("settings", "words such as m=10", StudyNode.quoted(assignment))
            }
            let key = String(parts[0])
            guard let setting = preset[key] else {
                let hint = StudyNode.hint(key, preset.settings.map(\.key))
                throw refused(learner, hint, "the key \(StudyNode.quoted(key))")
            }
            guard seen.insert(key).inserted else { throw refused(learner, "every key once", "'\(key)' twice") }
            return .init(key: key, value: try value(String(parts[1]), of: setting), origin: "command line")
        }
    }

    private static func value(_ text: String, of setting: Setting) throws -> SettingValue {
        // In brackets, so that the text is all of the value and may be empty.
        let list = (try? StudyNode(parsing: "[ \(text) ]", source: ""))?.node.sequence
        guard let item = list?.first, list?.count == 1 else {
            throw refused(setting.key, setting.expectation, text.isEmpty ? "nothing" : StudyNode.quoted(text))
        }
        do {
            return try StudyNode(source: "", place: setting.key, node: item).accepted(by: setting)
        } catch {
            throw refused(setting.key, error.expected, error.found)
        }
    }

    private static func refused(_ place: String, _ expected: String, _ found: String) -> HarnessError {
        .usage("\(place): expected \(expected), found \(found)")
    }

    /// A study's `learners:` section with these settings, and the origin of each value.
    package var yaml: String {
        let swept = Set(sweep.map(\.key))
        let values = sweep.map { "\($0.key): [\($0.values.map(\.description).joined(separator: ", "))]" }
        let lines =
            [title, "learners:", "  \(learner.name):"]
            + hyperparameters.settings.filter { !swept.contains($0.key) }.map { "    \($0.line)" }
            + (sweep.isEmpty ? [] : ["    sweep: {\(values.joined(separator: ", "))}  # study"])
        return lines.map { $0 + "\n" }.joined()
    }

    /// "# hopper-medium-v2, variant m=10; clip actions to …", or the number of variants of a sweep.
    private var title: String {
        guard sweep.isEmpty else {
            return "# \(dataset.name), \(sweep.map(\.values.count).reduce(1, *)) variants"
        }
        let variant = StudyPlan.variant(hyperparameters, learner.hyperparameters(for: dataset.taskClass))
        return "# \(dataset.name), variant \(variant); \(hyperparameters.transforms.description)"
    }
}

extension Hyperparameters {
    /// Returns these settings with the values of `overrides`.
    func setting(_ overrides: [Study.Entry.Override]) -> Hyperparameters {
        overrides.reduce(into: self) { $0.set($1.key, to: $1.value, from: $1.origin) }
    }
}
