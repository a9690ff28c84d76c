import Cases
import Failures
import RunFolders
import ScratchFiles
import Storage
import Testing

/// The files of what ranks have sent.
@Suite struct RankTrafficTests {
    private let temporary = TemporaryFolder()
    private var folder: RunFolder { RunFolder(temporary.path) }

    @Test func allRanksUpToTheFirstWithoutAFile() throws {
        try DurableFile.makeFolder(folder.file("logs"))
        #expect(try RankTraffic.readAll(folder).isEmpty)
        let cases = (1...2).map { CaseTraffic(identifier: "\($0)", steps: $0, messages: 3, bytes: 4000, seconds: 0.5) }
        for rank in [0, 1, 3] { try RankTraffic(cases: Array(cases.prefix(rank + 1))).write(to: folder, rank: rank) }
        #expect(try RankTraffic.readAll(folder).map(\.cases) == [[cases[0]], cases])
        let step = cases[1].perStep
        #expect(step.messages == 1.5 && step.kilobytes == 2 && step.milliseconds == 250)
    }

    @Test(arguments: [
        "", "{}", #"{"cases": [{"identifier": "a", "steps": 0, "messages": 1, "bytes": 1, "seconds": 1}]}"#,
    ]) func whatIsRefused(text: String) throws {
        try DurableFile.makeFolder(folder.file("logs"))
        put(text.utf8, at: folder.file("logs/traffic-0000.json"))
        #expect { try RankTraffic.readAll(folder) } throws: { "\($0)".contains("logs/traffic-0000.json: ") }
    }
}
