import Algorithms
import Datasets
import Foundation
import Networks
import Numerics
import Testing

@Suite struct LearnerRegistryTests {
    @Test func learnersAreFoundByTheirNames() {
        let registry = LearnerRegistry.standard
        for learner in registry.learners { #expect(registry[learner.name] == learner) }
        #expect(registry["iql"] == nil && registry[""] == nil)
        #expect(registry.learners.allSatisfy { !$0.title.isEmpty && !$0.source.isEmpty })
    }

    @Test func othersAreAddedAsValues() throws {
        let other = LearnerDefinition(
            "BC2", title: "Behaviour cloning", source: "once more", followsHorizon: true,
            settings: { LearnerDefinition.bc.hyperparameters(for: $0).settings },
            work: { LearnerDefinition.bc.work($0, states: $1, actions: $2) },
            make: { LearnerDefinition.bc.make($0, problem: $1) })
        let registry = LearnerRegistry.standard.adding(other)
        #expect(registry.names == LearnerRegistry.standard.names + ["BC2"] && registry["BC2"] == other)
        #expect(LearnerRegistry.standard["BC2"] == nil)
    }

    /// A learner draws exactly the noise that it declares, on which teams, traces and reproducibility rely.
    @Test(arguments: LearnerRegistry.standard.learners) func drawsWhatItDeclares(learner: LearnerDefinition) {
        for flags in [false, true] {
            var settings = LearnerSample.settings(learner)
            if settings.value(of: .actorDropout) != nil {
                settings.set(.actorDropout, to: flags ? 0.5 : 0, from: "test")
            }
            if settings["max_target_backup"] != nil {
                settings.set("max_target_backup", to: .flag(flags), from: "test")
            }
            let noise = NoiseRecorder(batch: 6, actions: 2)
            let made = learner.make(
                settings,
                problem: Problem(
                    states: 4, actions: 2, horizon: 100, stream: RandomStream("registry"), team: Solo(), noise: noise))
            let batch = Batch(size: 6, stateSize: 4, actionSize: 2)
            LearnerSample.fill(batch, step: 0)
            for _ in 0..<learner.period(settings) { made.update(batch) }
            let declared = learner.noise(settings)
            #expect(
                noise.draws.count == declared.count && declared.allSatisfy { noise.draws[$0.stream] == $0 },
                "\(learner)")
        }
    }

    /// README and the chapter on learners list every learner with the title and source of its definition.
    @Test func theChapterListsThem() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        func rows(_ document: String) throws -> [Substring] {
            try String(contentsOf: root.appendingPathComponent(document), encoding: .utf8).split(separator: "\n")
                .filter { $0.hasPrefix("|") }
        }
        let (readme, chapter) = (
            try rows("README.md"), try rows("Sources/active-bench/Documentation.docc/Learners.md")
        )
        for learner in LearnerRegistry.standard.learners {
            #expect(readme.contains { $0.contains("`\(learner.name)`") }, "README.md: no row of \(learner)")
            let row = chapter.first { $0.hasPrefix("| `\(learner.name)` |") }
            #expect(row?.contains(learner.title) == true, "Learners.md: no row of \(learner), \(learner.title)")
            #expect(row?.contains(learner.source) == true, "Learners.md: not \(learner.source)")
        }
    }

    /// The chapter's tables of settings have the keys of every learner, and no others.
    @Test(arguments: LearnerRegistry.standard.learners) func theChapterListsItsSettings(learner: LearnerDefinition)
        throws
    {
        let documented = try DocumentedSettings().keys(of: learner.name)
        #expect(documented.sorted() == learner.hyperparameters().settings.map(\.key).sorted(), "\(learner)")
    }
}

/// The section "Settings" of the chapter on learners: a table of keys that all have, a sentence on keys that all but BC
/// have, a table of each learner's own, and a table of ACTIVE's.
private struct DocumentedSettings {
    /// The cells of each table's rows, without its heading.
    private let tables: [[[String]]]
    private let ofAllButBC: Set<String>

    init() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/active-bench/Documentation.docc/Learners.md")
        let chapter = try String(contentsOf: path, encoding: .utf8)
        let section = chapter.components(separatedBy: "\n## ").first { $0.hasPrefix("Settings\n") }
        let paragraphs = try #require(section).components(separatedBy: "\n\n")
        ofAllButBC = Self.keys(in: try #require(paragraphs.first { $0.hasPrefix("All but BC have ") }))
        tables = paragraphs.filter { $0.hasPrefix("|") }.map { table in
            table.split(separator: "\n").dropFirst(2).map { row in
                row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            }
        }
        try #require(tables.count == 3)
    }

    func keys(of learner: String) throws -> Set<String> {
        let common: Set<String> = tables[0].map { Self.keys(in: $0[0]) }.reduce([]) { $0.union($1) }
        return common.union(learner == "BC" ? [] : ofAllButBC).union(try ownKeys(of: learner))
    }

    /// The keys in the learner's row, which may refer to another learner's row and to the next table.
    private func ownKeys(of learner: String) throws -> Set<String> {
        let cell = try #require(tables[1].first { $0[0] == "`\(learner)`" })[1]
        var keys = Self.keys(in: cell)
        if let other = cell.firstMatch(of: /those of ([A-Z]+),/) { keys.formUnion(try ownKeys(of: String(other.1))) }
        if cell.contains("those of the next table") {
            for row in tables[2] { keys.formUnion(Self.keys(in: row[0])) }
        }
        return keys
    }

    /// The words in backticks.
    private static func keys(in text: String) -> Set<String> {
        Set(text.matches(of: /`([a-z_]+)`/).map { String($0.1) })
    }
}

/// Records which streams are drawn from; the numbers are others.
private final class NoiseRecorder: NoiseSource {
    private(set) var draws: [NoiseStream: NoiseDraw] = [:]
    private let generator = RandomStream("noise")
    private let actionCount: Int

    init(batch: Int, actions: Int) { actionCount = batch * actions }

    func normals(_ stream: NoiseStream, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        let samples = count / actionCount
        draws[stream] = NoiseDraw(stream, .normal(samples: samples == 1 ? nil : samples))
        generator.normals(step: step, into: out, count: count)
    }

    func uniforms(_ stream: NoiseStream, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        draws[stream] = NoiseDraw(stream, .uniform(samples: count / actionCount))
        generator.symmetricUniforms(step: step, into: out, count: count)
    }

    func fill(_ dropout: Dropout, _ stream: NoiseStream, step: Int) {
        draws[stream] = NoiseDraw(stream, .masks(widths: dropout.masks.map(\.columns)))
        for mask in dropout.masks { mask.pointer.update(repeating: 1, count: mask.count) }
    }
}
