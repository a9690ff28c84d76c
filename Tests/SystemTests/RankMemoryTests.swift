import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// A dataset is in memory once for all ranks of a node.
@Suite struct RankMemoryTests {
    private static let transitions = 100_000

    /// An extra rank that trains an ACTIVE of ten ensemble members in full size adds at most 60 MB; a copy of the data alone
    /// would be 11 MB of them.
    @Test func anExtraRankAddsNoDataset() throws {
        let data = TemporaryFolder()
        let made = try SystemRun.collect(
            "hopper", observations: 11, actions: 3, transitions: Self.transitions, to: data("hopper_random-r1.hdf5"))
        #expect(made.exitCode == 0, "\(made.output)")
        let run = FaultyRun(
            FaultyRun.study(["ACTIVE-I: {m: 10}"], seeds: "[0, 1, 2]", steps: 1_000_000), data: data.path)
        let one = try share(run, ranks: 1)
        let two = try share(run, ranks: 2)
        print(String(format: "PSS: %.1f MB on one rank, %.1f MB on two", one, two))
        #expect(one > 20, "it was measured")
        #expect(two - one <= 60)
    }

    /// Proportional shares of all ranks in MB, in the midst of training.
    private func share(_ run: FaultyRun, ranks: Int) throws -> Double {
        let job = try run.start(ranks: ranks, ["--checkpoint-steps", "40"], limit: 60)
        defer { for rank in run.ranks { kill(rank, SIGKILL) } }
        run.wait(for: job, seconds: 40) { run.checkpoints().count >= ranks }
        #expect(job.isRunning && run.ranks.count == ranks)
        let kilobytes = run.ranks.flatMap { text(of: "/proc/\($0)/smaps_rollup").split(separator: "\n") }
            .filter { $0.hasPrefix("Pss:") }
            .compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Double($0) } }
        #expect(kilobytes.count == ranks)
        try? FileManager.default.removeItem(atPath: run.out)
        return kilobytes.reduce(0, +) / 1000
    }
}
