import Foundation
import Processes
import ScratchFiles
import Storage
import Testing

@Suite struct HeartbeatTests {
    private let folder = TemporaryFolder()

    private func beat(_ token: String, _ rank: Int, step: Int = 0) -> Heartbeat {
        Heartbeat(
            token: token, rank: rank, ranks: 12, caseIdentifier: "IQL/hopper/default/seed-0", phase: "train",
            step: step,
            stepsPerSecond: 812.5, teamRanks: [rank, rank + 1])
    }

    @Test func areReadInOrderWithTheirAge() throws {
        #expect(try Heartbeat.readAll(in: folder.path).isEmpty)
        let files = [("b", 0), ("a", 10), ("a", 2)].map { HeartbeatFile(folder: folder.path, token: $0.0, rank: $0.1) }
        let beats = [beat("b", 0), beat("a", 10), beat("a", 2, step: 500)]
        for (file, beat) in zip(files, beats) { #expect(file.write(beat)) }
        #expect(folder.files == ["ranks/a-rank-0002.json", "ranks/a-rank-0010.json", "ranks/b-rank-0000.json"])
        #expect(files[0].name == "b-rank-0000.json")
        setAge(of: folder("ranks/a-rank-0010.json"), to: 100)
        let found = try Heartbeat.readAll(in: folder.path)
        #expect(found.map(\.heartbeat) == [beats[2], beats[1], beats[0]])
        #expect((0..<30).contains(found[0].age) && (99..<130).contains(found[1].age), "\(found.map(\.age))")
        #expect(found[0].heartbeat.host == CurrentProcess.host && found[0].heartbeat.pid == getpid())
        #expect(folder.contents == ["ranks"] && folder.files.count == 3, "reading the clock leaves no file behind")
    }

    /// When a run begins, it removes heartbeats that have been silent for longer than a claim holds.
    @Test func silentHeartbeatsAreRemoved() throws {
        for rank in 0..<3 { HeartbeatFile(folder: folder.path, token: "a", rank: rank).write(beat("a", rank)) }
        setAge(of: folder("ranks/a-rank-0001.json"), to: 2 * Claim.staleAfter)
        Heartbeat.removeSilent(in: folder.path)
        #expect(try Heartbeat.readAll(in: folder.path).map(\.heartbeat.rank) == [0, 1, 2], "this process is alive")
        for rank in 0..<3 {
            var other = beat("a", rank)
            other.identity = rank == 2 ? nil : IdentityTests.other(kernel: 7)  // 3485ba6 wrote none.
            HeartbeatFile(folder: folder.path, token: "a", rank: rank).write(other)
        }
        for rank in [1, 2] { setAge(of: folder("ranks/a-rank-000\(rank).json"), to: 2 * Claim.staleAfter) }
        put([1], at: folder("ranks/a-rank-0001.json.tmp-node-7-12"))
        setAge(of: folder("ranks/a-rank-0001.json.tmp-node-7-12"), to: 4000)
        Heartbeat.removeSilent(in: folder.path)
        #expect(folder.files == ["ranks/a-rank-0000.json"])
    }

    @Test func isReplacedAndRemoved() throws {
        let file = HeartbeatFile(folder: folder.path, token: "a", rank: 0)
        for step in 1...3 { #expect(file.write(beat("a", 0, step: step))) }
        #expect(try Heartbeat.readAll(in: folder.path).map(\.heartbeat.step) == [3])
        var odd = beat("a", 0)
        odd.stepsPerSecond = .nan
        #expect(try !file.write(odd) && Heartbeat.readAll(in: folder.path).map(\.heartbeat.step) == [3])
        #expect(Heartbeat(token: "a", rank: 0, ranks: 1, phase: "load", stepsPerSecond: .infinity).stepsPerSecond == 0)
        #expect(file.remove() && !file.remove() && folder.files.isEmpty)
    }

    @Test func otherFilesAreIgnored() throws {
        #expect(HeartbeatFile(folder: folder.path, token: "a", rank: 0).write(beat("a", 0)))
        let whole = bytes(of: folder("ranks/a-rank-0000.json"))
        put(whole.prefix(whole.count / 2), at: folder("ranks/a-rank-0001.json"))
        put([], at: folder("ranks/a-rank-0002.json"))
        put(Array("[1, 2]".utf8), at: folder("ranks/notes.json"))
        put(whole, at: folder("ranks/a-rank-0003.json.tmp-node-7-12"))
        try DurableFile.makeFolder(folder("ranks/folder.json"))
        #expect(try Heartbeat.readAll(in: folder.path).map(\.heartbeat.rank) == [0])
    }

    @Test func aFailureIsOnlyReported() {
        put([1], at: folder("file"))
        #expect(!HeartbeatFile(folder: folder("file"), token: "a", rank: 0).write(beat("a", 0)))
        #expect(bytes(of: folder("file")) == [1])
    }
}
