import Algorithms
import DatasetTools
import ExampleInputs
import Foundation
import Paths
import Policies
import ScratchFiles
import Studies
import Synchronization
import Testing

/// A case that was stopped, at any steps and any number of times, ends with exactly the bytes of an uninterrupted one,
/// in its files and in the whole state of the training. Modelled on CESM's REP, ERS, IRT, ERI and restart-chain tests.
@Suite(.serialized) struct RestartTests {
    private static let steps = 200
    /// Every learner, with settings that give it more state.
    private static let learners = LearnerRegistry.standard.learners.map { learner in
        SmallRun.entry(learner, [.cql: "lagrange: true", .sql: "actor_dropout: 0.1"][learner])
    }

    private func run(_ learner: String) throws -> StoppedRun {
        try StoppedRun(SmallRun.plan(learner, steps: Self.steps).cases[0])
    }

    /// The results of an uninterrupted run.
    private func straight(_ learner: String) throws -> [String: [UInt8]] {
        let run = try run(learner)
        #expect(try run.go().stopped == nil)
        let results = run.results
        #expect(
            results.keys.sorted() == [
                "checkpoint-0000000200.bin", "config.yaml", "curve.csv", "evaluations.csv", "policy.safetensors",
                "result.json",
            ])
        return results
    }

    private static let references = Mutex<[String: [String: [UInt8]]]>([:])

    /// The same results, computed once for all tests.
    private func reference(_ learner: String) throws -> [String: [UInt8]] {
        if let known = Self.references.withLock({ $0[learner] }) { return known }
        let results = try straight(learner)
        Self.references.withLock { $0[learner] = results }
        return results
    }

    @Test(arguments: learners) func twiceTheSame(learner: String) throws {
        expectSame(try straight(learner), try reference(learner))
    }

    /// The case is stopped at the first step, the middle, the last but one, and right before the two last evaluations.
    @Test(arguments: learners) func stoppedOnce(learner: String) throws {
        let reference = try reference(learner)
        for stop in [1, Self.steps / 2 + 1, Self.steps - 1, 75, Self.steps] {
            let run = try run(learner)
            #expect(try run.go(until: stop).stopped == stop)
            #expect(run.checkpoints == [String(format: "checkpoint-%010d.bin", stop)])
            #expect(!files(below: run.temporary.path).contains { $0.hasSuffix("result.json") })
            let second = try run.go()
            #expect(second.stopped == nil && second.notices.isEmpty, "\(second.notices)")
            #expect(second.first == (stop < Self.steps ? stop + 1 : nil), "no step is made twice")
            expectSame(run.results, reference, "stopped after \(stop)")
        }
    }

    /// The case is stopped and resumed twenty times in a row, after 1 to 19 steps each.
    @Test(arguments: learners) func stoppedTwentyTimes(learner: String) throws {
        let run = try run(learner)
        var step = 0
        for k in 1...20 {
            step += k == 20 ? 9 : 1 + (k * 7) % 19
            #expect(try run.go(until: step).stopped == step)
        }
        #expect(step < Self.steps)
        #expect(try run.go().stopped == nil)
        expectSame(run.results, try reference(learner))
    }

    /// Writing a checkpoint changes nothing.
    @Test(arguments: learners) func aCheckpointEveryTenSteps(learner: String) throws {
        let run = try run(learner)
        try run.go(rule: StoppedRun.rule(every: 10))
        #expect(run.checkpoints == ["checkpoint-0000000200.bin"], "the last checkpoint of a finished case is kept")
        expectSame(run.results, try reference(learner))
    }

    enum Loss: CaseIterable {
        case removed, cut, flipped, empty
    }

    /// The last checkpoint but one serves instead.
    @Test(arguments: Loss.allCases) func theNewestCheckpointIsLost(loss: Loss) throws {
        let learner = Self.learners[5]
        let run = try run(learner)
        #expect(try run.go(until: 105, rule: StoppedRun.rule(every: 10)).stopped == 105)
        #expect(run.checkpoints == ["checkpoint-0000000100.bin", "checkpoint-0000000105.bin"])
        damage(run.path("checkpoint-0000000105.bin"), loss)
        let second = try run.go()
        #expect(second.first == 101)
        #expect(second.notices.count == (loss == .removed ? 0 : 1), "\(second.notices)")
        #expect(second.notices.allSatisfy { $0.contains("checkpoint-0000000105.bin") })
        expectSame(run.results, try reference(learner))
    }

    /// Without a readable checkpoint the case starts over and says why.
    @Test func bothCheckpointsAreLost() throws {
        let learner = Self.learners[3]
        let run = try run(learner)
        try run.go(until: 105, rule: StoppedRun.rule(every: 10))
        for name in run.checkpoints { damage(run.path(name), .flipped) }
        let second = try run.go()
        #expect(second.first == 1)
        #expect(second.notices.count == 2, "\(second.notices)")
        expectSame(run.results, try reference(learner))
    }

    private func damage(_ path: String, _ loss: Loss) {
        var content = bytes(of: path)
        switch loss {
        case .removed:
            #expect(remove(path) == 0)
            return
        case .cut: content.removeLast(content.count / 3)
        case .flipped: content[content.count / 2] ^= 0x10
        case .empty: content = []
        }
        put(content, at: path)
    }

    /// The case is stopped in the middle of evaluation episodes of a thousand steps:
    /// they are repeated, and nothing of the first attempt is left.
    @Test(arguments: [1, 19, 25, 60]) func stoppedInAnEvaluation(looks: Int) throws {
        let learner = Self.learners[2]
        let studyCase = try cheetah(learner)
        let reference = try StoppedRun(studyCase)
        try reference.go()
        let run = try StoppedRun(studyCase)
        let step = looks < 40 ? 25 : 50  // The stop flag is read 20 times in each of two episodes.
        #expect(try run.go(orAfterLooks: looks).stopped == step)
        #expect(text(of: run.path("evaluations.csv")).split(separator: "\n").count == 1 + (looks < 40 ? 0 : 2))
        #expect(try run.go().first == step + 1)
        expectSame(run.results, reference.results)
    }

    private func cheetah(_ learner: String) throws -> StudyCase {
        let file = SmallRun.data("halfcheetah_random-r1.hdf5")
        if access(file, F_OK) != 0 {
            let policy = SmallRun.data("cheetah.safetensors")
            try PolicyFile.write(.example("cheetah", observations: 17, actions: 6), to: policy)
            _ = try DatasetRecording(
                .init(
                    environment: "halfcheetah", policies: [policy], transitions: 2_000, seed: 0, output: file)
            ).run()
        }
        return try SmallRun.plan(learner, dataset: "halfcheetah-random-r1").cases[0]
    }

    /// The comparison on which these tests rest sees a flipped bit, a missing file and an additional one.
    @Test func theComparisonCanFail() throws {
        let good: [String: [UInt8]] = ["a": [1, 2], "b": []]
        #expect(differences(good, good).isEmpty)
        #expect(differences(["a": [1, 3], "b": []], good) == ["a: 2 bytes, other than expected"])
        #expect(differences(["a": [1, 2]], good) == ["b: missing"])
        #expect(differences(["a": [1, 2], "b": [], "c": []], good) == ["c: not expected"])
        let run = try run(Self.learners[3])
        try run.go()
        let before = run.results
        let path = run.path("checkpoint-0000000200.bin")
        damage(path, .flipped)
        #expect(differences(run.results, before).count == 1, "one bit of the state differs")
    }
}

/// The files in which two sets of results differ.
private func differences(_ found: [String: [UInt8]], _ expected: [String: [UInt8]]) -> [String] {
    Set(found.keys).union(expected.keys).sorted().compactMap { name in
        guard let bytes = found[name] else { return "\(name): missing" }
        guard let other = expected[name] else { return "\(name): not expected" }
        return bytes == other ? nil : "\(name): \(bytes.count) bytes, other than expected"
    }
}

/// Fails for every file that differs, and if there are no results.
private func expectSame(
    _ found: [String: [UInt8]], _ expected: [String: [UInt8]], _ what: String = "",
    location: SourceLocation = #_sourceLocation
) {
    #expect(!expected.isEmpty, sourceLocation: location)
    #expect(differences(found, expected).isEmpty, "\(what)", sourceLocation: location)
}
