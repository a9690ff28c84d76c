package import Algorithms
import Datasets
import Environments
import Failures
import Foundation
import Paths
import Yams

/// Reads study files: YAML in which every key has to be known, of the right type and in range; otherwise the file is
/// refused with a line number.
package enum StudyFile {
    /// Reads the study at `path`, which may name `learners`.
    ///
    /// - Throws: `HarnessError.badInput` naming file, line and key, and what was expected and found.
    package static func read(
        _ path: String, learners: LearnerRegistry = .standard
    ) throws -> (study: Study, text: String) {
        let data = try contents(of: path)
        guard data.count <= 1 << 20 else {
            throw HarnessError.badInput("\(path): expected a study of at most 1 MiB, found more")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw HarnessError.badInput("\(path): expected UTF-8 text, found other bytes")
        }
        return (try parse(text, path: path, learners: learners), text)
    }

    private static func contents(of path: String) throws -> Data {
        if let kind = PathKind(ofPath: path), kind != .file {
            throw HarnessError.badInput("\(path): expected a study file, found \(kind.rawValue)")
        }
        let descriptor = Paths.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw HarnessError.badInput("\(path): cannot read the study file: \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            return try handle.read(upToCount: (1 << 20) + 1) ?? Data()
        } catch {
            throw HarnessError.badInput("\(path): cannot read the study file: \(String(cString: strerror(errno)))")
        }
    }

    /// Parses the text of a study, which may name `learners`; `path` is its origin in error messages.
    ///
    /// - Throws: `HarnessError.badInput`.
    package static func parse(
        _ text: String, path: String, learners: LearnerRegistry = .standard
    ) throws -> Study {
        let root = try StudyNode(parsing: text, source: path)
        let fields = try root.fields(keys + ["team_size"], required: keys)
        func field(_ key: String) -> StudyNode { fields[key] ?? root }
        let datasets = try datasets(field("datasets"))
        let (evaluation, evaluations) = try evaluations(field("evaluate"), datasets: datasets)
        let study = Study(
            name: try name(field("name")), datasets: datasets, seeds: try seeds(field("seeds")),
            steps: try field("steps").integer(1...1_000_000_000), evaluation: evaluation, evaluations: evaluations,
            entries: try entries(field("learners"), of: learners, datasets: datasets),
            teamSize: try fields["team_size"].map(teamSize)
        )
        let count = study.caseCount
        guard count <= 100_000 else {
            throw field("learners").refused("at most 100000 cases", String(format: "%.0f", count))
        }
        try check(StudyPlan(study).cases, field("learners"))
        return study
    }

    /// Checks what only complete cases show: settings that contradict each other, and names that are too long. A case's
    /// variant names its folder, and file systems limit names to 255 bytes.
    private static func check(_ cases: [StudyCase], _ learners: StudyNode) throws {
        for studyCase in cases {
            let actions = try studyCase.data.specification().actionSize
            guard let conflict = studyCase.learner.conflict(studyCase.hyperparameters, actions: actions) else {
                continue
            }
            throw learners.child(learners.node, studyCase.learner.name).refused(
                conflict.expected, conflict.found)
        }
        guard let longest = cases.max(by: { $0.variant.utf8.count < $1.variant.utf8.count }),
            longest.variant.utf8.count > 200
        else { return }
        throw learners.child(learners.node, longest.learner.name).refused(
            "settings whose names and values take at most 200 characters",
            "\(longest.variant.utf8.count): '\(longest.variant.prefix(60))…'")
    }

    private static let keys = ["name", "datasets", "seeds", "steps", "evaluate", "learners"]

    // MARK: Parts of a study

    private static func name(_ node: StudyNode) throws -> String {
        let name = try node.word()
        guard StudyNode.quoted(name) == "'\(name)'" else {
            throw node.refused("a name of at most 60 characters on one line", StudyNode.quoted(name))
        }
        return name
    }

    private static func teamSize(_ node: StudyNode) throws -> TeamSize {
        guard let text = node.node.scalar?.string, let size = TeamSize(text) else {
            throw node.refused("a number of ranks or auto", node.kind)
        }
        return size
    }

    /// Parses a list of seeds, or a range such as 0-4. A single number would be ambiguous: a seed or a count?
    private static func seeds(_ node: StudyNode) throws -> [Int] {
        if let text = node.node.scalar?.string {
            let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last - first < 10_000,
                last <= Int(Int32.max)
            else {
                throw node.refused("a list of seeds or a range such as 0-4", node.kind)
            }
            return Array(first...last)
        }
        let seeds = try node.items().map { try $0.integer(0...Int(Int32.max)) }
        try node.requireDistinct(seeds.map { String($0) })
        return seeds
    }

    /// Parses the evaluation schedule, and those of single datasets.
    private static func evaluations(
        _ node: StudyNode, datasets: [DatasetReference]
    ) throws -> (Study.EvaluationSchedule, [String: Study.EvaluationSchedule]) {
        let keys = ["every", "episodes", "final_episodes"]
        let fields = try node.fields(keys + ["datasets"], required: ["every", "episodes"])
        let general = try evaluation(.init(every: 1, episodes: 1, finalEpisodes: 1), fields)
        var special: [String: Study.EvaluationSchedule] = [:]
        for (covered, value) in try selections(fields["datasets"], datasets) {
            let fields = try value.fields(keys)
            for dataset in covered {
                special[dataset] = try evaluation(special[dataset] ?? general, fields)
            }
        }
        return (general, special)
    }

    /// `base` with the values in `fields`. If only `episodes` is set, it applies to the last evaluation, too.
    private static func evaluation(
        _ base: Study.EvaluationSchedule, _ fields: [String: StudyNode]
    ) throws -> Study.EvaluationSchedule {
        let every = try fields["every"]?.integer(1...1_000_000_000)
        let episodes = try fields["episodes"]?.integer(1...100_000)
        let final = try fields["final_episodes"]?.integer(1...100_000)
        return Study.EvaluationSchedule(
            every: every ?? base.every, episodes: episodes ?? base.episodes,
            finalEpisodes: final ?? episodes ?? base.finalEpisodes)
    }

    /// The values under `datasets:`, each with the study's datasets that it applies to, least specific first.
    static func selections(
        _ node: StudyNode?, _ datasets: [DatasetReference]
    ) throws -> [(datasets: [String], value: StudyNode)] {
        guard let node else { return [] }
        let pairs = try node.pairs { key, name in
            guard !datasets.contains(where: { DatasetSelector(name).specificity(to: $0) != nil }) else { return }
            let known = Set(datasets.flatMap { DatasetSelector.all(for: $0).map(\.text) }).sorted()
            throw key.refused(
                known.count > 12 && nearestNames(to: name, among: known).isEmpty
                    ? "a suite, a dataset of this study or the first words of one" : StudyNode.hint(name, known),
                "the key \(StudyNode.quoted(name))")
        }
        // A selector (a suite, some words or a whole name) has the same specificity for every dataset it covers.
        return pairs.map { key, value in
            let selector = DatasetSelector(key)
            let covered = datasets.filter { selector.specificity(to: $0) != nil }
            return (covered.compactMap { selector.specificity(to: $0) }.max() ?? 0, covered.map(\.name), value)
        }
        .sorted { $0.0 < $1.0 }.map { ($0.1, $0.2) }
    }
}
