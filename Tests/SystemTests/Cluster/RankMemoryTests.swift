import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// All ranks of a node share one copy of a dataset in memory.
@Suite struct RankMemoryTests {
    /// With a large dataset in place of a small one, two ranks take one copy of the additional transitions, not two.
    @Test func theNodeHasOneCopy() throws {
        let rows = 200_000
        let data = TemporaryFolder()
        let made = try SystemRun.collect(
            "hopper", observations: 11, actions: 3, transitions: rows, to: data("hopper_random-r1.hdf5"))
        #expect(made.exitCode == 0, "\(made.output)")
        let study = FaultyRun.study([FaultyRun.iql], seeds: "[0, 1, 2]", steps: 100_000_000)
        // Two observations, an action, a reward and whether the episode has ended, in single precision.
        let copy = Double((rows - SystemRun.transitions) * (2 * 11 + 3 + 2) * MemoryLayout<Float>.size) * 1e-6
        let small = try share(FaultyRun(study), ranks: 2, atMost: 1000)
        let large = try share(FaultyRun(study, data: data.path), ranks: 2, atMost: small + 1.5 * copy)
        print(
            String(
                format: "PSS: %.1f MB with few transitions, %.1f MB more with a copy of %.1f MB", small, large - small,
                copy))
        #expect((0.5 * copy...1.5 * copy).contains(large - small))
    }

    /// The sum of all ranks' proportional shares in MB during training, once it is at most `limit`: the allocator returns
    /// memory that loading took only sometimes.
    private func share(_ run: FaultyRun, ranks: Int, atMost limit: Double) throws -> Double {
        let job = try run.start(ranks: ranks, ["--checkpoint-minutes", "0"])
        defer { for rank in run.ranks { kill(rank, SIGKILL) } }
        waitUntil("cases in training", orEndOf: job) { casesInTraining(run) >= ranks }
        #expect(job.isRunning && run.ranks.count == ranks)
        var shares: [Double] = []
        waitUntil("no more than \(limit) MB", orEndOf: job, every: 0.2) {
            shares = self.shares(of: run.ranks)
            return shares.reduce(0, +) / 1000 <= limit
        }
        #expect(shares.count == ranks)
        try? FileManager.default.removeItem(atPath: run.out)
        return shares.reduce(0, +) / 1000
    }

    /// The number of cases that have a row in their learning curve.
    private func casesInTraining(_ run: FaultyRun) -> Int {
        files(below: run.out).filter { $0.hasSuffix("/curve.csv") }
            .count { text(of: "\(run.out)/\($0)").split(separator: "\n").count > 1 }
    }

    /// The proportional share of each process, in kB.
    private func shares(of ranks: [pid_t]) -> [Double] {
        ranks.compactMap { rank in
            let lines = text(of: "/proc/\(rank)/smaps_rollup").split(separator: "\n")
            let share = lines.first { $0.hasPrefix("Pss:") }?.split(separator: " ").dropFirst().first
            return share.flatMap { Double($0) }
        }
    }
}
