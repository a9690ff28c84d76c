import Algorithms
import Yams

/// Parses the learners of a study: their settings, in general and per dataset, and their sweeps.
extension StudyFile {
    static func entries(
        _ node: StudyNode, of learners: LearnerRegistry, datasets: [DatasetReference]
    ) throws -> [Study.Entry] {
        if node.isNothing || node.node.mapping?.isEmpty != false {
            throw node.refused("learners with their settings, such as `IQL: {}`", node.kind)
        }
        let pairs = try node.pairs { key, name in
            guard learners[name] == nil else { return }
            throw key.refused(StudyNode.hint(name, learners.names), StudyNode.quoted(name))
        }
        return try pairs.compactMap { name, value in
            try learners[name].map { try entry($0, value, datasets: datasets) }
        }
    }

    private static func entry(_ learner: LearnerDefinition, _ node: StudyNode, datasets: [DatasetReference]) throws
        -> Study.Entry
    {
        var entry = Study.Entry(learner: learner)
        if node.isNothing { return entry }  // `IQL:` without settings
        // Keys and ranges do not depend on the dataset.
        let preset = learner.hyperparameters(for: datasets[0].taskClass)
        let keys = preset.settings.map(\.key)
        func overrides(_ pairs: [(key: String, value: StudyNode)], from origin: String) throws -> [Study.Entry.Override]
        {
            try pairs.compactMap { key, value in
                try preset[key].map { .init(key: key, value: try value.value(of: $0), origin: origin) }
            }
        }
        let pairs = try node.pairs(keys + ["sweep", "datasets"])
        entry.overrides = try overrides(pairs.filter { keys.contains($0.key) }, from: "study")
        let special = pairs.first { $0.key == "datasets" }?.value
        for (covered, value) in try selections(special, datasets) {
            let selector = value.place.split(separator: ".").last ?? ""
            let own = try overrides(try value.pairs(keys), from: "study, \(selector)")
            for dataset in covered { entry.exceptions[dataset, default: []] += own }
        }
        for (key, choices) in try pairs.first(where: { $0.key == "sweep" })?.value.pairs(keys) ?? [] {
            guard let setting = preset[key] else { continue }
            let values = try choices.items().map { try $0.value(of: setting) }
            try choices.requireDistinct(values.map(\.description))
            let isSet = (entry.overrides + entry.exceptions.values.joined()).contains { $0.key == key }
            guard !isSet else { throw node.child(choices.node, key).refused("one value or a sweep of them", "both") }
            entry.sweep.append((key, values))
        }
        return entry
    }
}
