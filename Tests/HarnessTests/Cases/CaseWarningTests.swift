import Cases
import Failures
import Foundation
import Storage
import Testing

/// Warnings in checkpoints: the sentences that older versions wrote are read, and written back byte for byte.
@Suite struct CaseWarningTests {
    private func progress(_ warnings: String) throws -> CaseProgress {
        let json = #"{"evaluations": [], "outputs": [], \#(warnings)}"#
        return try decodeJSON(Data(json.utf8), as: "progress", path: "x")
    }

    @Test(arguments: [
        (#""complaint":"step 3: α is out of bounds: 1, 2""#, 3, "α is out of bounds: 1, 2"),
        (#""complaint":"step 1200: ""#, 1200, ""),
    ]) func ofTheLearner(json: String, step: Int, text: String) throws {
        let progress = try progress(json)
        #expect(progress.warning == .init(step: step, text: text))
        #expect(String(decoding: try encodeJSON(progress, as: .line), as: UTF8.self).contains(json))
    }

    @Test func ofTheSimulator() throws {
        let json = #""simulatorWarning":{"episodes":2,"first":"step 5, episode 0: MuJoCo warned: nefc, full"}"#
        let progress = try progress(json)
        let text = "episode 0: MuJoCo warned: nefc, full"
        #expect(progress.simulatorWarning == .init(step: 5, text: text, episodes: 2))
        #expect(progress.simulatorWarning?.first == "step 5, \(text)")
        #expect(String(decoding: try encodeJSON(progress, as: .line), as: UTF8.self).contains(json))
    }

    @Test(arguments: [
        #""complaint":"""#, #""complaint":"step 3, α""#, #""complaint":"step x: α""#, #""complaint":"at step 3: α""#,
        #""simulatorWarning":{"episodes":2,"first":"step 5"}"#, #""simulatorWarning":{"episodes":2,"first":"nefc"}"#,
    ]) func otherSentencesAreRefused(json: String) {
        #expect(throws: HarnessError.self) { try progress(json) }
    }
}
