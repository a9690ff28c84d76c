import Cases
import Failures
import Foundation
import ScratchFiles
import Studies
import Testing

@Suite struct CaseResultTests {
    let folder = TemporaryFolder()
    private var path: String { folder("result.json") }

    @Test func nonFiniteNumbersComeBack() throws {
        let studyCase = try SmallRun.plan("IQL: {}").cases[0]
        let scores = [(1, "0.1"), (2, "\"nan\""), (3, "\"-inf\""), (4, "5e-308")]
        put(SmallRun.result(studyCase, scores: scores, divergedAfter: 3).utf8, at: path)
        let result = try CaseResult.read(path)
        #expect(result.learner == "IQL" && result.seed == 0 && result.steps == 60 && result.divergence?.step == 3)
        #expect(result.evaluations.map(\.step) == [1, 2, 3, 4])
        #expect(result.evaluations[0].score == 0.1 && result.evaluations[0].episodes[0].return == 0.1)
        #expect(result.evaluations[1].score.isNaN && result.evaluations[1].episodes[0].return.isNaN)
        #expect(result.evaluations[2].score == -.infinity)
        #expect(result.evaluations[3].score == 5e-308)

        let encoded = try result.encoded()
        put(encoded, at: path)
        let again = try CaseResult.read(path)
        #expect(try again.encoded() == encoded, "the bytes are a function of the values")
        #expect(again.evaluations[0] == result.evaluations[0])
        #expect(again.evaluations[1].score.isNaN)
        #expect(encoded.last == 0x0A, "a text file ends with a newline")
    }

    @Test func isRefusedWithASentence() {
        let absent = #expect(throws: HarnessError.self) { try CaseResult.read(path) }
        #expect(absent == .badInput("\(path): no such result"))
        for text in ["", "{}", "[1]", #"{"format": 1, "learner": 3}"#] {
            put(text.utf8, at: path)
            let error = #expect(throws: HarnessError.self) { try CaseResult.read(path) }
            let sentence = error.map { "\($0)" } ?? ""
            #expect(sentence.hasPrefix("\(path): not a result of this program"), "\(sentence)")
        }
    }
}
