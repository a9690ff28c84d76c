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
