import Cases
import Foundation
import HDF5
import ProgramRuns
import ScratchFiles
import Testing

/// No bit depends on the number of ranks, on how a case is split over them, or on a change of both at a restart.
/// Modelled on CESM's PEM and ERP tests.
@Suite struct TeamRunTests {
    /// The study has two datasets and three seeds.
    @Test func anyNumberOfRanks() throws {
        let data = try Self.twoDatasets()
        let study = FaultyRun.study([FaultyRun.iql], seeds: "[0, 1, 2]")
            .replacing("[hopper-random-r1]", with: "[hopper-random-r1, walker2d-random-r1]")
        let run = FaultyRun(study, data: data.path)
        let reference = try run.reference()
        #expect(reference.keys.count { $0.hasSuffix("/result.json") } == 6)
        for ranks in [2, 3, 4] {
            let child = try run.run(ranks: ranks, into: run.folder("\(ranks)"))
            #expect(child.exitCode == 0, "\(child.output)")
            expectEqual(run.results(of: run.folder("\(ranks)")), reference)
        }
    }

    /// CQL has three networks: two of five ranks work on other cases.
    @Test func anyTeamSize() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active, FaultyRun.cql]))
        let reference = try run.reference()
        for size in [2, 3, 5] {
            let out = run.folder("\(size)")
            let child = try run.run(ranks: size, ["--team-size", "\(size)"], into: out)
            #expect(child.exitCode == 0, "\(child.output)")
            #expect(child.standardError.contains("in teams of \(size)\n"))
            expectEqual(run.results(of: out), reference)
            let log = text(of: "\(out)/logs/rank-0000.log")
            #expect(log.contains(" begin ACTIVE-I/") && log.contains(" on ranks 0-\(size - 1)\n"), "\(log)")
            for rank in 0..<size {
                #expect(text(of: "\(out)/logs/traffic-000\(rank).json").contains("\"messages\""), "rank \(rank)")
            }
        }
        let begun = (0..<5).map { text(of: run.folder("5/logs/rank-000\($0).log")) }
            .joined().split(separator: "\n").filter { $0.contains(" begin CQL") }
        #expect(!begun.isEmpty && !begun.contains { $0.hasSuffix("ranks 0-4") }, "\(begun)")
    }

    @Test func everyLearnerInTeams() throws {
        let run = FaultyRun(StudyRunTests.allLearners.replacing("steps: 30", with: "steps: 60"))
        let reference = try run.reference()
        for size in [2, 3] {
            let child = try run.run(ranks: size, ["--team-size", "\(size)"], into: run.folder("\(size)"))
            #expect(child.exitCode == 0, "\(child.output)")
            expectEqual(run.results(of: run.folder("\(size)")), reference)
        }
    }

    /// One team of 1, then 2, 3 and 6 ranks.
    @Test func anotherTeamSizeAtEveryRestart() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        for (ranks, step) in [(1, 80), (2, 160), (3, 240), (6, 0)] {
            let child = try run.run(
                ranks: ranks, ["--team-size", "\(ranks)", "--checkpoint-steps", "30"],
                fault: step > 0 ? "case-step=\(step),kind=throw" : nil)
            #expect(child.exitCode == (step > 0 ? 70 : 0), "\(child.output)")
            guard step > 0 else { continue }
            // The 30 steps between checkpoints are counted from the one that the run resumed at.
            let last = try #require(run.checkpoints().last)
            #expect((step - 30..<step).contains(last), "\(last) before \(step)")
        }
        expectEqual(run.results(), try run.reference())
        let timing = text(of: "\(run.out)/cases/ACTIVE-I/hopper-random-r1/m=6,batch=32,hidden=16x16/seed-0/timing.csv")
        #expect(timing.split(separator: "\n").count { $0.hasPrefix("resume,") } == 3, "\(timing)")
    }

    /// When a network of one rank becomes NaN, all ranks see it in the same step: a plain MPI_MIN
    /// drops a NaN that is not on rank 0. Only a few rows have observations whose squares overflow
    /// in single precision, so that the divergence comes after the first step.
    @Test func divergenceOnAnyRank() throws {
        let data = TemporaryFolder()
        try HDF5Writer.write(to: data("hopper_random-r1.hdf5")) { file in
            let rows = 2000
            let signs = (0..<rows * 11).map { Float($0 % 3) - 1 }
            let scaled = signs.enumerated().map { $1 * ($0 / 11 == 700 ? 1e30 : 1) }
            try file.write(scaled, shape: [rows, 11], to: "observations")
            try file.write([Float](repeating: 0.5, count: rows * 3), shape: [rows, 3], to: "actions")
            try file.write((0..<rows).map { Float($0 % 7) }, shape: [rows], to: "rewards")
            try file.write((0..<rows).map { $0 % 10 == 9 }, shape: [rows], to: "terminals")
        }
        let study = FaultyRun.study([FaultyRun.active, FaultyRun.iql]).replacing("every: 100", with: "every: 10")
        let run = FaultyRun(study, data: data.path)
        let reference = try run.reference()
        for size in [2, 3] {
            let child = try run.run(ranks: size, ["--team-size", "\(size)"], into: run.folder("\(size)"))
            #expect(child.exitCode == 0, "\(child.output)")
            expectEqual(run.results(of: run.folder("\(size)")), reference)
        }
        for name in reference.keys where name.hasSuffix("/result.json") {
            let divergence = try CaseResult.read("\(run.folder("reference"))/\(name)").divergence
            #expect(
                divergence?.isFinal == true && (11...290).contains(divergence?.step ?? 0),
                "\(name): \(divergence as Any)")
        }
    }

    /// One of six members, shared by two or three ranks, becomes NaN: the critics of every rank receive NaN in
    /// the minimum, and the case ends at the same step everywhere.
    @Test(arguments: [(2, 0), (2, 1), (3, 1), (3, 2)]) func oneMemberDiverges(ranks: Int, rank: Int) throws {
        let study = FaultyRun.study([FaultyRun.active]).replacing("every: 100", with: "every: 10")
        let run = FaultyRun(study)
        let child = try run.run(
            ranks: ranks, ["--team-size", "\(ranks)"], fault: "case-step=45,kind=nan,rank=\(rank)")
        #expect(child.exitCode == 0, "\(child.output)")
        let name = try #require(run.done.first)
        let divergence = try #require(try CaseResult.read("\(run.out)/\(name)").divergence)
        #expect(divergence.isFinal && divergence.step == 50, "\(divergence)")
        let curve = text(of: "\(run.out)/\(name)".replacing("result.json", with: "curve.csv")).split(separator: "\n")
        let columns = curve[0].split(separator: ",", omittingEmptySubsequences: false)
        let rows = curve.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let critic = try #require(columns.firstIndex(of: "critic_loss"))
        #expect(rows.last?[0] == "50" && rows.last?[critic] == "nan", "\(curve)")
        #expect(rows.dropLast().last?[0] == "40" && rows.dropLast().allSatisfy { $0[critic] != "nan" }, "\(curve)")
    }

    /// The tests' common Hopper dataset, and one of Walker2d made the same way.
    private static func twoDatasets() throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        let name = "hopper_random-r1.hdf5"
        try FileManager.default.copyItem(atPath: SystemRun.inputs(name), toPath: folder(name))
        let child = try SystemRun.collect(
            "walker2d", observations: 17, actions: 6, transitions: 1000, to: folder("walker2d_random-r1.hdf5"))
        #expect(child.exitCode == 0, "\(child.output)")
        return folder
    }
}
