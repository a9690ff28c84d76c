import Foundation
import Processes
import RunFolders
import ScratchFiles
import Storage
import Testing

// Ranks that are silent, and the end of a run: requested or predicted.
extension RunStatusTests {
    @Test func silentRanks() throws {
        for rank in 0..<4 { try claim(rank, holder(rank)) }
        write(beat(0, 0, step: 5), age: 29)
        write(beat(1, 1, step: 6), age: 45)
        var gone = beat(2, 2, step: 7)
        gone.pid = try ClaimTests.deadProcess()
        let identity = IdentityTests.other(pid: gone.pid)
        let marker = IdentityTests.Marker(identity)
        gone.identity = identity
        write(gone)
        write(beat(3, 3, host: "node-7", step: 8), age: 45)  // Another rank has its case by now.
        let silent = try status().silentRanks
        withExtendedLifetime(marker) {}
        #expect(silent.map(\.rank) == [1, 2] && silent.map(\.isGone) == [false, true])
        #expect((44..<60).contains(silent[0].age) && silent[0].case == identifiers[1] && silent[0].step == 6)
        let text = try status().text()
        #expect(
            text.contains(
                "silent:\n  rank 1 of 4 on \(CurrentProcess.host) (pid \(getpid())): \(identifiers[1]), "
                    + "training at step 6, silent for 4"), "\(text)")
        #expect(text.contains(", its process is gone\n"))
    }

    @Test func theStopFileIsReported() throws {
        #expect(try !status().isStopRequested)
        put([], at: folder("STOP"))
        #expect(try status().isStopRequested)
        #expect(try status().text().contains("\(folder.path)/STOP exists: "))
    }

    /// Of two running ranks, one of which is evaluating, both are assumed to be equally fast.
    @Test func theRestIsPredictedFromTheRunningCases() throws {
        for index in 0..<4 { try finish(index) }
        for rank in 0..<2 { try claim(4 + rank, holder(rank)) }
        write(beat(0, 4, step: 900, rate: 10))
        write(beat(1, 5, step: 500, phase: "evaluation"))
        #expect(abs((try status().secondsLeft ?? 0) - 30) < 1e-9)
        write(beat(0, 4, step: 100, rate: 10))
        write(beat(1, 5, step: 1000, rate: 1000))
        #expect(abs((try status().secondsLeft ?? 0) - 90) < 1e-9, "not before the slowest")
    }
}
