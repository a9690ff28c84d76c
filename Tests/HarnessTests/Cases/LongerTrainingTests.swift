import Algorithms
import Cases
import Failures
import Foundation
import RunFolders
import ScratchFiles
import Storage
import Studies
import Supervision
import Testing

/// A finished case that is given more gradient steps resumes at its end and has the bytes of a case with as many steps
/// from the start; where that is impossible, the refusal says why.
@Suite(.serialized) struct LongerTrainingTests {
    private static let learners = [
        "TD3+BC: {\(SmallRun.small)}", "CQL: {\(SmallRun.small), critic_hidden: [16, 16], sampled_actions: 3}",
        "CQL: {\(SmallRun.small), critic_hidden: [16, 16], sampled_actions: 3, lagrange: true}",
        "TD3+BC: {\(SmallRun.small), policy_delay: 3, normalise_observations: false}",
    ]

    let temporary = TemporaryFolder()
    private var folder: RunFolder { RunFolder(temporary.path) }

    /// A case that is evaluated every 25 steps, by two episodes.
    private func studyCase(_ learner: String, steps: Int, finalEpisodes: Int = 2) throws -> StudyCase {
        var studyCase = try SmallRun.plan(learner, steps: steps).cases[0]
        studyCase.finalEpisodes = finalEpisodes
        return studyCase
    }

    /// Trains a case to its end, or until `stop`, and keeps its last checkpoint.
    private func train(_ studyCase: StudyCase, in folder: RunFolder? = nil, until stop: Int? = nil, every: Int? = nil)
        throws
    {
        Supervision.forget()
        defer { Supervision.forget() }
        do {
            try SmallRun.run(studyCase, in: folder ?? self.folder, rule: StoppedRun.rule(every: every)) { step in
                if step == stop { Supervision.requestStop() }
            }
        } catch is SmallRun.StoppedEarly where stop != nil {}
    }

    /// All files of a case but those that record time and place.
    private func results(_ studyCase: StudyCase, in folder: RunFolder? = nil) -> [String: [UInt8]] {
        let path = (folder ?? self.folder).folder(of: studyCase).path
        let names = files(below: path).filter { !["provenance.json", "timing.csv"].contains($0) }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, bytes(of: "\(path)/\($0)")) })
    }

    /// The results of a case trained without interruption.
    private func straight(_ studyCase: StudyCase) throws -> [String: [UInt8]] {
        let other = TemporaryFolder()
        try train(studyCase, in: RunFolder(other.path))
        return results(studyCase, in: RunFolder(other.path))
    }

    private func expectSame(_ studyCase: StudyCase, location: SourceLocation = #_sourceLocation) throws {
        let (found, expected) = (results(studyCase), try straight(studyCase))
        #expect(expected.count == 6 && found.keys.sorted() == expected.keys.sorted(), sourceLocation: location)
        for (name, bytes) in expected { #expect(found[name] == bytes, "\(name)", sourceLocation: location) }
    }

    // MARK: Cases that resume

    @Test(arguments: learners) func aChain(learner: String) throws {
        for steps in [50, 100, 175] {
            let studyCase = try studyCase(learner, steps: steps)
            #expect(try !folder.isDone(studyCase))
            #expect(try folder.startingStep(of: studyCase) == [50: 0, 100: 50, 175: 100][steps])
            try train(studyCase)
            #expect(try folder.isDone(studyCase))
        }
        try expectSame(studyCase(learner, steps: 175))
    }

    /// A shorter training evaluates its last step and adds a row to the curve; a longer one does neither at that step.
    @Test(arguments: learners.prefix(2)) func theOldLastStepIsOffTheGrid(learner: String) throws {
        try train(studyCase(learner, steps: 60))
        try train(studyCase(learner, steps: 110))
        try expectSame(studyCase(learner, steps: 110))
    }

    @Test(arguments: [1, 5]) func theLastEvaluationHadAnotherNumberOfEpisodes(final: Int) throws {
        for steps in [50, 60, 100] { try train(studyCase(Self.learners[0], steps: steps, finalEpisodes: final)) }
        try expectSame(studyCase(Self.learners[0], steps: 100, finalEpisodes: final))
    }

    /// The first step has a row of the curve, in a case of one step as in every case.
    @Test func theOldLastStepWasTheFirst() throws {
        for steps in [1, 2, 30] { try train(studyCase(Self.learners[0], steps: steps)) }
        try expectSame(studyCase(Self.learners[0], steps: 30))
    }

    /// The case was stopped before and at an evaluation and at its last step.
    @Test(arguments: [10, 25, 30, 60]) func unfinishedCases(stop: Int) throws {
        let learner = Self.learners[1]
        try train(studyCase(learner, steps: 60), until: stop)
        let longer = try studyCase(learner, steps: 100)
        #expect(try folder.startingStep(of: longer) == stop)
        try train(longer)
        try expectSame(longer)
    }

    /// The case is stopped again in its additional steps.
    @Test func stoppedAgain() throws {
        let learner = Self.learners[0]
        try train(studyCase(learner, steps: 50))
        let longer = try studyCase(learner, steps: 100)
        try train(longer, until: 51)
        #expect(!FileManager.default.fileExists(atPath: folder.file("result.json", of: longer)))
        #expect(!FileManager.default.fileExists(atPath: folder.file("policy.safetensors", of: longer)))
        try train(longer, until: 80)
        try train(longer)
        try expectSame(longer)
    }

    /// A case without results starts over, whatever its learner.
    @Test func withoutResults() throws {
        let learner = "IQL: {\(SmallRun.small)}"
        let short = try studyCase(learner, steps: 50)
        try DurableFile.makeFolder(folder.folder(of: short).path)
        try DurableFile.write(short.configuration, to: folder.file("config.yaml", of: short))
        let longer = try studyCase(learner, steps: 60)
        #expect(try !folder.isDone(longer) && folder.startingStep(of: longer) == 0)
        try train(longer)
        try expectSame(longer)
    }

    /// The case is killed at each file call while it is reopened, before config.yaml is the
    /// longer case's. Afterwards it may be made as long, or longer still, or stay as it
    /// was; the last is refused once its checkpoint is the longer case's.
    @Test func killedWhileItIsReopened() throws {
        let cases = try [60, 110, 150].map { try studyCase(Self.learners[0], steps: $0) }
        try train(cases[0])
        let expected = try [results(cases[0]), straight(cases[1]), straight(cases[2])]
        var (isOpen, refused) = (false, 0)
        for call in 1...300 where !isOpen {
            let places = TemporaryFolder()
            try FileManager.default.copyItem(atPath: temporary.path, toPath: places("cut"))
            #expect(throws: HarnessError.self) {
                try FaultyFileCalls(.death, at: call).run { try train(cases[1], in: RunFolder(places("cut"))) }
            }
            isOpen = text(of: RunFolder(places("cut")).file("config.yaml", of: cases[1])).contains("steps: 110")
            guard !isOpen else { break }
            for (studyCase, expected) in zip(cases, expected) {
                let next = RunFolder(places("\(studyCase.steps)"))
                try FileManager.default.copyItem(atPath: places("cut"), toPath: places("\(studyCase.steps)"))
                do {
                    if try !next.isDone(studyCase) { try train(studyCase, in: next) }
                    let found = results(studyCase, in: next).filter {
                        studyCase.steps > 60 || !$0.key.hasPrefix("checkpoint-")
                    }
                    #expect(found == expected.filter { found[$0.key] != nil }, "call \(call), \(studyCase.steps) steps")
                    #expect(found.count >= expected.count - 1)
                } catch HarnessError.badInput(let sentence) where studyCase.steps == 60 {
                    refused += 1
                    let words = "continues to 'steps: 110' where the study now has 'steps: 60' (training can be made "
                    #expect(sentence.contains(words), "call \(call): \(sentence)")
                }
            }
        }
        #expect(isOpen && refused > 0)
    }

    // MARK: Learners that can be lengthened

    /// The state after thirty steps does not depend on the planned number of steps, if the learner says so.
    @Test(arguments: LearnerRegistry.standard.learners) func dependenceOnTheSteps(definition: LearnerDefinition) throws
    {
        // SQL's weights are positive from the first step on only if α is large.
        let learner = SmallRun.entry(definition, [.sql: "alpha: 1e4", .activeS: "alpha: 1e4"][definition])
        let states = try [30, 90].map { steps in
            let studyCase = try studyCase(learner, steps: steps)
            let other = RunFolder(temporary("\(steps)"))
            try train(studyCase, in: other, until: 30)
            let path = other.file("checkpoint-0000000030.bin", of: studyCase)
            return try Checkpoint.decode(Data(bytes(of: path)), path: path).tensors
        }
        #expect((states[0] == states[1]) == !definition.followsHorizon)
    }

    // MARK: Cases that are refused

    private func refusal(_ studyCase: StudyCase) -> String {
        let error = #expect(throws: HarnessError.self) {
            if try !folder.isDone(studyCase) { _ = try folder.startingStep(of: studyCase) }
        }
        guard case .badInput(let sentence) = error else { return "" }
        return sentence
    }

    @Test(arguments: LearnerRegistry.standard.learners.filter(\.followsHorizon).map(\.name))
    func ofLearnersWithASchedule(learner: String) throws {
        let learner = "\(learner): {\(SmallRun.small)}"
        try train(studyCase(learner, steps: 25))
        let longer = try studyCase(learner, steps: 50)
        let sentence = refusal(longer)
        #expect(sentence.contains("has 'steps: 25' where the study now has 'steps: 50', and the case cannot continue"))
        #expect(sentence.contains("falls along a cosine that ends with the last step"), "\(sentence)")
    }

    @Test func withoutACheckpoint() throws {
        let learner = Self.learners[0]
        let short = try studyCase(learner, steps: 25)
        try SmallRun.run(short, in: folder)
        let longer = try studyCase(learner, steps: 50)
        #expect(refusal(longer).contains("no checkpoint is left of it (--keep-checkpoints keeps the last)"))
        try train(short, in: folder)
        #expect(try folder.isDone(short), "the finished case stays done")
    }

    @Test func withADamagedCheckpoint() throws {
        let learner = Self.learners[0]
        let short = try studyCase(learner, steps: 25)
        try train(short)
        let path = folder.file("checkpoint-0000000025.bin", of: short)
        var content = bytes(of: path)
        content[content.count / 2] ^= 1
        put(content, at: path)
        #expect(
            refusal(try studyCase(learner, steps: 50)).contains("\(path): cannot resume from it: the SHA-256"))
    }

    @Test func withACurveThatWasChanged() throws {
        let learner = Self.learners[0]
        let short = try studyCase(learner, steps: 30)
        try train(short)
        let path = folder.file("curve.csv", of: short)
        put((text(of: path) + "#").replacing("30,", with: "31,").utf8, at: path)
        #expect(refusal(try studyCase(learner, steps: 50)).contains("\(path) changed since the checkpoint was written"))
    }

    @Test(arguments: [
        (
            "every",
            "has 'evaluate: {every: 25, episodes: 2}' where the study now has 'evaluate: {every: 20, episodes: 2}' "
                + "(evaluations that were made cannot be moved)"
        ),
        ("episodes", "(evaluations that were made cannot be moved)"),
        ("fewer", "(training can be made longer, not shorter)"),
        ("setting", "has 'discount: 0.99' where the study now has 'discount: 0.98'"),
        (
            "final",
            "now has 'evaluate: {every: 25, episodes: 2, final_episodes: 9}' (evaluations that were made cannot "
                + "be moved)"
        ),
    ])
    func otherChanges(what: String, words: String) throws {
        let learner = Self.learners[0]
        try train(studyCase(learner, steps: 50))
        var other = try studyCase(learner, steps: what == "fewer" ? 25 : 100)
        switch what {
        case "every": other.evaluateEvery = 20
        case "episodes": (other.episodes, other.finalEpisodes) = (3, 3)
        case "final": other.finalEpisodes = 9
        case "setting": other.hyperparameters.set("discount", to: .real(0.98), from: "a test")
        default: break
        }
        #expect(refusal(other).contains(words), "\(refusal(other))")
    }
}
