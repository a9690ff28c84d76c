import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// Jobs that meet in one run folder: at the same time, or one after another.
@Suite(.serialized) struct SharedFolderTests {
    private static let one = "ACTIVE-I/hopper-random-r1/m=6,batch=32,hidden=16x16/seed-0"

    // MARK: At the same time

    /// The second has nothing to do, and says so; after the first was killed a third goes on from its checkpoint.
    @Test func twoJobsAndOneCase() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let first = try run.start(ranks: 2, ["--team-size", "2", "--checkpoint-steps", "20"], fault: "sleep=10")
        run.wait(for: first) { !run.checkpoints().isEmpty }
        let ranks = run.ranks
        let second = try run.run(ranks: 2)
        #expect(first.isRunning && second.exitCode == 75, "\(second.output)")
        #expect(second.standardError.contains("0 of 1 cases done"), "\(second.output)")
        #expect(second.standardError.contains("in use by other jobs"), "\(second.output)")
        #expect(ranks.count == 2 && run.done.isEmpty)
        for process in [run.launcher].compactMap({ $0 }) + ranks { kill(process, SIGKILL) }
        #expect(try first.end().exitCode != 0)
        let third = try run.run(ranks: 1)
        #expect(third.exitCode == 0, "\(third.output)")
        let notice =
            "was in use by pid \(ranks[0]) on \(ProcessInfo.processInfo.hostName) (rank 0), which is gone: taken over"
        #expect(third.standardError.contains(notice), "\(third.standardError)")
        #expect(third.standardError.contains("1 begun before and going on from their checkpoints"))
        expectEqual(run.results(), try run.knownReference())
    }

    /// Both work; no case is done twice.
    @Test func twoJobsAndFourCases() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.iql, FaultyRun.active], seeds: "[0, 1]"))
        let first = try run.start(ranks: 1, fault: "sleep=4")
        run.wait(for: first) { files(below: run.out).contains { $0.hasSuffix("/timing.csv") } }
        let log = bytes(of: "\(run.out)/logs/rank-0000.log")
        let second = try run.run(ranks: 2)
        #expect(first.isRunning, "it holds its case")
        #expect(second.exitCode == 0 && second.standardError.contains("in use by other jobs"), "\(second.output)")
        #expect(run.done.count == 3)
        let end = try first.end()
        #expect(end.exitCode == 0 && !log.isEmpty, "\(end.output)")
        let begun = (0..<2).flatMap { text(of: "\(run.out)/logs/rank-000\($0).log").split(separator: "\n") }
            .filter { $0.contains(" begin ") }
        #expect(begun.count == 4, "every case once: \(begun)")
        expectEqual(run.results(), try run.knownReference())
    }

    // MARK: One after another

    /// A folder with a case that was stopped after 40 steps or some more.
    private func begun() throws -> FaultyRun {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let child = try run.run(ranks: 1, ["--checkpoint-steps", "20"], fault: "case-step=50,kind=throw")
        #expect(child.exitCode == 70 && run.checkpoints() == [20, 40], "\(child.output)")
        return run
    }

    private func everything(_ run: FaultyRun) -> [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: files(below: "\(run.out)/cases").filter {
                $0.hasSuffix(".bin") || $0.hasSuffix(".csv")
            }
            .map { ($0, bytes(of: "\(run.out)/cases/\($0)")) })
    }

    @Test(arguments: [
        ("steps: 300", "steps: 400", "has 'steps: 300' where the study now has 'steps: 400'"),
        ("every: 100", "every: 50", "has 'evaluate: {every: 100"),
    ])
    func aChangedStudy(old: String, new: String, words: String) throws {
        let run = try begun()
        let before = everything(run)
        put(text(of: run.folder("study.yaml")).replacing(old, with: new).utf8, at: run.folder("study.yaml"))
        let child = try run.run(ranks: 2)
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(child.complaints.first?.contains(words) == true, "\(child.output)")
        expectEqual(everything(run), before)
    }

    @Test func aChangedDataset() throws {
        let run = try begun()
        let before = everything(run)
        let name = "hopper_random-r1.hdf5"
        let recorded = try SystemRun.collect(
            "hopper", observations: 11, actions: 3, transitions: 1000, to: run.folder("other/\(name)"))
        #expect(recorded.exitCode == 0, "\(recorded.output)")
        let child = try ChildProcess.run(
            "active-bench", ["run", run.folder("study.yaml"), "--out", run.out], ranks: 2,
            environment: ["ACTIVE_BENCH_DATA": run.folder("other")])
        #expect(child.exitCode == 65, "\(child.output)")
        for file in [SystemRun.inputs(name), run.folder("other/\(name)")] {
            let hash = try sha256Prefix(file)
            #expect(child.complaints.contains { $0.contains(hash) }, "\(hash): \(child.output)")
        }
        expectEqual(everything(run), before)
        #expect(try run.run(ranks: 1).exitCode == 0, "with the old one it goes on")
        expectEqual(run.results(), try run.knownReference())
    }

    private func sha256Prefix(_ file: String) throws -> String {
        let child = try ChildProcess.run("/usr/bin/sha256sum", [file])
        return String(child.standardOutput.prefix(12))
    }

    /// The first of two: the second does. Both: it begins anew. Either way it says so.
    @Test(arguments: [1, 2]) func damagedCheckpoints(count: Int) throws {
        let run = try begun()
        for step in [40, 20].prefix(count) {
            let path = "\(run.out)/cases/\(Self.one)/checkpoint-00000000\(step).bin"
            var content = bytes(of: path)
            content[content.count / 2] ^= 1
            put(content, at: path)
        }
        let child = try run.run(ranks: 2, ["--team-size", "2"])
        #expect(child.exitCode == 0, "\(child.output)")
        let notices = child.standardError.split(separator: "\n").filter { $0.contains("/checkpoint-00000000") }
        #expect(notices.count == count, "\(child.output)")
        let rows = text(of: "\(run.out)/cases/\(Self.one)/timing.csv").split(separator: "\n")
        #expect(rows.filter { $0.hasPrefix("resume,") } == (count == 1 ? ["resume,20,0.000"] : []))
        expectEqual(run.results(), try run.knownReference())
    }

    /// The comparison of this and the other suites sees a flipped bit, a missing file and one too many.
    @Test func theComparisonCanFail() throws {
        let reference = SystemRun.reference
        #expect(differences(reference, reference).isEmpty)
        let name = try #require(reference.keys.sorted().first { $0.hasSuffix("curve.csv") })
        var other = reference
        other[name]?[10] ^= 1
        #expect(differences(other, reference) == ["\(name): \(other[name]?.count ?? 0) bytes, other than expected"])
        other[name] = nil
        #expect(differences(other, reference) == ["\(name): missing"])
        #expect(differences(reference, other) == ["\(name): not expected"])
    }
}
