import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// A run reports the datasets that it has loaded, and a stalled file system ends it.
@Suite struct LoadingTests {
    private let run = FaultyRun(FaultyRun.study([FaultyRun.iql], steps: 20))

    @Test func saysWhatItHasLoaded() throws {
        let child = try run.run(ranks: 2)
        #expect(child.exitCode == 0, "\(child.output)")
        let lines = child.standardError.split(separator: "\n").filter { $0.hasPrefix("load") }
        #expect(lines.count == 1, "\(child.output)")
        #expect(
            lines.first?.wholeMatch(of: /loaded hopper-random-r1 \(\d+ transitions\) in \d+\.\d s/) != nil, "\(lines)")
    }

    /// A file system that stalls on one rank ends the job with the file's name; no case is claimed.
    @Test(arguments: [(nil, 0), (2, 0), (2, 1)] as [(Int?, Int)]) func aStalledFileSystem(ranks: Int?, rank: Int) throws
    {
        let other = FaultyRun(
            FaultyRun.study([FaultyRun.iql, "TD3+BC: {hidden: [16, 16], batch: 32}"], steps: 20))
        let child = try other.run(
            ranks: ranks, ["--hang-timeout", "1"], fault: "rank=\(rank),place=loading,kind=hang")
        #expect(child.exitCode == 71, "\(child.output)")
        let file = SystemRun.inputs("hopper_random-r1.hdf5")
        #expect(
            child.errorLines.contains {
                $0.hasPrefix("rank \(rank) on ")
                    && $0.hasSuffix(": \(file): no progress for 1 s in loading: ending the job (--hang-timeout)")
            }, "\(child.output)")
        #expect(!files(below: other.out).contains { $0.contains("/claim-") || $0.contains(".tmp-") })
    }

    /// On a terminal every rank has a line; a rank that loads slowly is not ended. What is told during the loading is
    /// tested by `LoadingMonitorTests`.
    @Test func progressOnATerminal() throws {
        let child = try run.start(
            ranks: nil, ["--hang-timeout", "20"], fault: "place=loading,sleep=300",
            environment: ["ACTIVE_BENCH_TTY": "1"]
        ).end()
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.standardError.contains("\n  rank 0: 1 cases done, nothing left"), "\(child.output)")
    }
}
