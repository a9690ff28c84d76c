package import Algorithms
import Datasets
import Environments
import Failures
import Yams

/// The settings of a learner on a dataset as a study would set them, printed by `active-bench config`.
package struct EffectiveSettings: Sendable {
    package let learner: LearnerDefinition
    package let dataset: DatasetReference
    /// The learner's preset with the assignments applied.
    package let hyperparameters: Hyperparameters

    /// The settings of `learner` on `dataset` with `assignments` such as "m=10" applied; values are YAML, as in a
    /// study.
    ///
    /// - Throws: `HarnessError.usage` for an unknown word.
    package init(
        learner: String, of learners: LearnerRegistry = .standard, dataset: String, assignments: [String]
    ) throws {
        guard let definition = learners[learner] else {
            throw Self.refused(
                "learner", StudyNode.hint(learner, learners.names), StudyNode.quoted(learner))
        }
        guard StudyFile.isDataset(dataset) || MinariID(name: dataset) != nil else {
            throw Self.refused("dataset", StudyFile.datasetHint(dataset), StudyNode.quoted(dataset))
        }
        let reference = try DatasetReference.named(dataset)
        self.learner = definition
        self.dataset = reference
        var hyperparameters = definition.hyperparameters(for: reference.taskClass)
        var seen: Set<String> = []
        for assignment in assignments {
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw Self.refused("settings", "words such as m=10", StudyNode.quoted(assignment))
            }
            let key = String(parts[0])
            guard let setting = hyperparameters[key] else {
                let hint = StudyNode.hint(key, hyperparameters.settings.map(\.key))
                throw Self.refused(learner, hint, "the key \(StudyNode.quoted(key))")
            }
            guard seen.insert(key).inserted else { throw Self.refused(learner, "every key once", "'\(key)' twice") }
            hyperparameters.set(key, to: try Self.value(String(parts[1]), of: setting), from: "command line")
        }
        let actions = try reference.specification().actionSize
        if let conflict = definition.conflict(hyperparameters, actions: actions) {
            throw Self.refused(learner, conflict.expected, conflict.found)
        }
        self.hyperparameters = hyperparameters
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
        let variant = StudyPlan.variant(hyperparameters, learner.hyperparameters(for: dataset.taskClass))
        let lines = [
            "# \(dataset.name), variant \(variant); \(hyperparameters.transforms.description)", "learners:",
            "  \(learner.name):",
        ]
        return (lines + hyperparameters.lines.map { "    " + $0 }).joined(separator: "\n") + "\n"
    }
}
