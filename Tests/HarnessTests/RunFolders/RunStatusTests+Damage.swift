import Failures
import Foundation
import Paths
import RunFolders
import ScratchFiles
import Storage
import Testing

// Files that are damaged, or of another program.
extension RunStatusTests {
    @Test func damagedFilesDoNotHideOthers() throws {
        try claim(0, holder(0))
        write(beat(0, 0, step: 5, rate: 1))
        for (index, name) in [
            (1, "claim-0"), (2, "failure.json"), (3, "checkpoint-12.bin"), (4, "result.json.tmp-a-1"),
            (5, "result.json"),
        ] {
            try DurableFile.makeFolder(place(index))
            put("{\"".utf8, at: "\(place(index))/\(name)")
        }
        put("{\"".utf8, at: folder("ranks/x-rank-0001.json"))
        let status = try status()
        #expect(status.cases.map(\.state) == [.running, .running, .failed, .waiting, .waiting, .failed])
        #expect(status.cases[5].failureMessage?.contains("result.json: not a result of this program") == true)
        #expect(status.cases[1].holder == "an unknown process")
        #expect(status.cases[2].failureMessage?.contains("failure.json: not a note on a case that failed") == true)
        #expect(status.text().contains("\(identifiers[1]): an unknown process, claimed, step 0 of 1000\n"))
        setAge(of: "\(place(1))/claim-0", to: 350)
        #expect(try self.status().cases[1].state == .interrupted)
    }

    @Test(arguments: [nil, "", "{", "{\"format\": 1}"]) func noRun(_ manifest: String?) throws {
        if let manifest { put(manifest.utf8, at: folder("run.json")) } else { unlink(folder("run.json")) }
        let error = #expect(throws: HarnessError.self) { try status() }
        #expect(error?.exitStatus == .badInput)
        #expect(error.map { "\($0)" }?.hasPrefix("\(folder("run.json")): ") == true)
    }

    /// Steps have equal weight if the study's text cannot be read any more.
    @Test func aStudyOfAnotherProgram() throws {
        put(text(of: folder("run.json")).replacing("learners: {", with: "pupils: {").utf8, at: folder("run.json"))
        for index in 0..<3 { try finish(index) }
        #expect(try status().shareDone == 0.5)
    }
}
