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

    /// Proportional shares of all ranks in MB while they train: the least of several looks, as the allocator gives back what
    /// loading took only now and then.
    private func share(_ run: FaultyRun, ranks: Int) throws -> Double {
        let job = try run.start(ranks: ranks, ["--checkpoint-minutes", "0"], limit: 60)
        defer { for rank in run.ranks { kill(rank, SIGKILL) } }
        run.wait(for: job, seconds: 40) { casesInTraining(run) >= ranks }
        #expect(job.isRunning && run.ranks.count == ranks)
        let looks = (0..<5).map { _ in
            usleep(200_000)
            return shares(of: run.ranks)
        }
        #expect(looks.allSatisfy { $0.count == ranks })
        try? FileManager.default.removeItem(atPath: run.out)
        return (looks.map { $0.reduce(0, +) }.min() ?? .nan) / 1000
    }

    /// Those that have a row in their learning curve.
    private func casesInTraining(_ run: FaultyRun) -> Int {
        files(below: run.out).filter { $0.hasSuffix("/curve.csv") }
            .count { text(of: "\(run.out)/\($0)").split(separator: "\n").count > 1 }
    }

    /// Of each process, in kB.
    private func shares(of ranks: [pid_t]) -> [Double] {
        ranks.compactMap { rank in
            let lines = text(of: "/proc/\(rank)/smaps_rollup").split(separator: "\n")
            let share = lines.first { $0.hasPrefix("Pss:") }?.split(separator: " ").dropFirst().first
            return share.flatMap { Double($0) }
        }
    }
}
