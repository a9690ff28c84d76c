import Datasets
import DatasetTools
import Foundation
import ProgramRuns
import RunFolders
import ScratchFiles
import Testing

/// A run resumes on a dataset with the same contents, even if it was moved,
/// re-compressed or re-typed; other contents are refused.
@Suite struct SameContentsTests {
    let folder = TemporaryFolder()
    private let name = "hopper_mine-r1.hdf5"
    private let study = SystemRun.study(
        "contents", on: "hopper-mine-r1", evaluate: "every: 20, episodes: 1",
        learners: " {TD3+BC: {hidden: [8, 8], batch: 16}}")

    /// Writes the data into their own folder; returns the file's digest.
    private func write(
        _ form: FieldArrays.Form, to place: String, _ arrays: FieldArrays = FieldArrays()
    ) throws -> String {
        try FileManager.default.createDirectory(atPath: folder(place), withIntermediateDirectories: true)
        try arrays.write(to: folder("\(place)/\(name)"), form)
        return try sha256(ofFile: folder("\(place)/\(name)"))
    }

    private func run(on place: String, into out: String = "out", fault: String? = nil) throws -> ChildProcess {
        put(study.utf8, at: folder("study.yaml"))
        var environment = ["ACTIVE_BENCH_DATA": folder(place)]
        environment["ACTIVE_BENCH_FAULT"] = fault
        return try ChildProcess.run(
            "active-bench", ["run", folder("study.yaml"), "--out", folder(out), "--checkpoint-steps", "20"],
            environment: environment)
    }

    private var record: DatasetFile? {
        get throws { try RunManifest.read(RunFolder(folder("out"))).datasets["hopper-mine-r1"] }
    }

    /// Makes a run folder in which one case is finished and the other begun on the data in `place`.
    private func begin(on place: String) throws {
        let first = try run(on: place, fault: "rank=0,case-step=50,kind=exit")
        #expect(first.exitCode != 0)
        // The fault strikes in the first case; a second attempt finishes one case and stops in the other.
        let cases = files(below: folder("out")).filter { $0.contains("checkpoint-") }
        #expect(!cases.isEmpty, "\(first.output)")
    }

    @Test func otherFilesOfTheSameContentsGoOn() throws {
        let old = try write(.compressed, to: "d1")
        let new = try write(.doubles, to: "d2")
        _ = try write(.plainBytes, to: "d3")
        _ = try write(.compressed, to: "other", FieldArrays { $0.rewards[399] += 0.5 })
        #expect(old != new)
        try begin(on: "d1")
        let before = SystemRun.results(folder("out"))
        let contents = try #require(try record?.contentsSHA256)

        let refused = try run(on: "other")
        #expect(refused.exitCode == 65 && refused.errorLines.count == 1, "\(refused.output)")
        #expect(
            refused.errorLines.first?.hasPrefix(
                "\(folder("out"))/run.json: cases were begun on a hopper-mine-r1 with contents \(contents.prefix(12))…")
                == true, "\(refused.output)")
        expectEqual(SystemRun.results(folder("out")), before)

        try FileManager.default.removeItem(atPath: folder("d1"))
        let second = try run(on: "d2")
        #expect(second.exitCode == 0, "\(second.output)")
        #expect(try record?.sha256 == new && record?.otherSHA256 == [old] && record?.contentsSHA256 == contents)
        #expect(!second.standardOutput.contains("different files"))

        // The numbers equal those of an undisturbed run; only the files' digests tell which file was used.
        #expect(try run(on: "d3", into: "straight").exitCode == 0)
        func numbers(_ out: String) -> [String: [UInt8]] {
            SystemRun.results(folder(out)).filter { !$0.key.hasSuffix("/result.json") }
        }
        expectEqual(numbers("out"), numbers("straight"))
        // Finished cases are kept, whichever of the files they were trained on.
        try FileManager.default.removeItem(atPath: folder("out/cases/TD3+BC/hopper-mine-r1/batch=16,hidden=8x8/seed-1"))
        let third = try run(on: "d3")
        #expect(third.exitCode == 0 && !third.standardOutput.contains("different files"), "\(third.output)")
        #expect(try record?.otherSHA256?.sorted() == [old, new].sorted())
        let last = try run(on: "other")
        #expect(last.exitCode == 0, "nothing is left to be trained")
    }

    /// In a folder whose program recorded no digest of the contents, the file's digest decides.
    @Test func aFolderOfAnOlderProgramIsComparedByItsFile() throws {
        _ = try write(.compressed, to: "d1")
        _ = try write(.doubles, to: "d2")
        try begin(on: "d1")
        let path = folder("out/run.json")
        let lines = text(of: path).split(separator: "\n").filter { !$0.contains("contentsSHA256") }
        put(lines.joined(separator: "\n").utf8, at: path)
        let refused = try run(on: "d2")
        #expect(refused.exitCode == 65, "\(refused.output)")
        #expect(refused.errorLines.first?.contains("without a digest of its contents") == true, "\(refused.output)")
        let stopped = try run(on: "d1", fault: "rank=0,case-step=55,kind=exit")
        #expect(stopped.exitCode != 0)
        // Now the digest of the contents is recorded.
        #expect(try run(on: "d2").exitCode == 0)
    }
}
