import Datasets
import DatasetTools
import Foundation
import ProgramRuns
import RunFolders
import ScratchFiles
import Testing

/// Faults between ranks, or between two runs into one folder.
@Suite struct FaultTests {
    let folder = TemporaryFolder()
    private let name = "hopper_random-r1.hdf5"

    /// Records a dataset with the same name and other contents.
    private func recordAnotherDataset() throws -> String {
        let child = try SystemRun.activeBench(
            "collect", "rollout", "--env", "hopper", "--policy", SystemRun.inputs("policy.safetensors"),
            "--transitions", "1000", "--seed", "1", "--out", folder("other/\(name)"))
        #expect(child.exitCode == 0, "\(child.output)")
        return folder("other")
    }

    private func start(steps: Int, ranks: Int, fault: String) throws -> RunningProcess {
        put(SystemRun.study.replacing("steps: 60", with: "steps: \(steps)").utf8, at: folder("study.yaml"))
        return try RunningProcess(
            "active-bench", ["run", folder("study.yaml"), "--out", folder("out")], ranks: ranks,
            environment: ["ACTIVE_BENCH_DATA": SystemRun.inputs.path, "ACTIVE_BENCH_FAULT": fault])
    }

    /// Rank 0 finds the damage when all cases are done, while the others wait for the end. Rank 1 takes three seconds
    /// for a case, rank 0 a tenth of that: there is time to damage the first result.
    @Test func aResultDamagedInMidRunEndsTheJob() throws {
        let job = try start(steps: 1000, ranks: 2, fault: "rank=1,sleep=3")
        var done: [String] = []
        waitUntil("a result", orEndOf: job) {
            done = files(below: folder("out")).filter { $0.hasSuffix("/result.json") }
            return !done.isEmpty
        }
        #expect(done.count < 6 && job.isRunning, "the signal came too late: \(done.count) of 6 cases are done")
        let damaged = "\(folder("out"))/\(try #require(done.first))"
        put("{".utf8, at: damaged)
        let end = try job.end()
        #expect(end.exitCode == 65, "\(end.output)")
        #expect(end.errorLines.contains { $0.contains("\(damaged): not a result") }, "\(end.standardError)")
        #expect(!files(below: folder("out")).contains("table.md"))
        #expect(RunningProcess.identifiers(of: "active-bench", withArgument: folder("out")).isEmpty, "no rank is left")
    }

    /// A node has one copy of a dataset, loaded by one rank: files that other ranks would have found do not matter.
    /// (Nodes with different files are refused, which takes two nodes.)
    @Test func ranksOfANodeShareOneFile() throws {
        let other = try recordAnotherDataset()
        put(SystemRun.study.utf8, at: folder("study.yaml"))
        let arguments = ["run", folder("study.yaml"), "--out", folder("out")]
        func launch(_ data: String) -> [String] { ["-n", "1", "-x", "ACTIVE_BENCH_DATA=\(data)"] }
        let child = try ChildProcess.run(
            "active-bench",
            arguments + [":"] + launch(other) + [RunningProcess.path(of: "active-bench")] + arguments,
            prefix: ["mpirun"] + launch(SystemRun.inputs.path))
        #expect(child.exitCode == 0, "\(child.output)")
        let files = try RunManifest.read(RunFolder(folder("out"))).datasets
        #expect(files.mapValues(\.path) == ["hopper-random-r1": SystemRun.inputs(name)])
        expectEqual(SystemRun.results(folder("out")), SystemRun.reference)
    }

    // MARK: A run folder with results

    /// All files of the run folder.
    private var everything: [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: files(below: folder("out")).map { ($0, bytes(of: folder("out/\($0)"))) })
    }

    private func copyUndisturbed() throws {
        try FileManager.default.copyItem(atPath: SystemRun.undisturbed("out"), toPath: folder("out"))
    }

    @Test(arguments: [
        ("[hopper-random-r1]", "[hopper-random-r1, hopper-none-r1]", "hopper_none-r1.hdf5: expected the file of"),
        (
            "  SQL: {hidden: [16, 16], batch: 32}\n", "",
            "run.json: holds a run with the case SQL/hopper-random-r1/batch=32,hidden=16x16/seed-0, which small does not "
                + "have: choose another --out folder"
        ),
        ("[0, 1]", "[0]", "IQL/hopper-random-r1/batch=32,hidden=16x16/seed-1, which small does not have"),
    ])
    func aRefusedRunChangesNothing(old: String, new: String, sentence: String) throws {
        try copyUndisturbed()
        let before = everything
        #expect(before["run.json"]?.isEmpty == false && before.keys.count { $0.hasPrefix("table.") } == 3)
        let study = SystemRun.study.replacing(old, with: new)
        #expect(study != SystemRun.study, "the test changes nothing")
        let child = try SystemRun.run(study, in: folder, ranks: 2)
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(child.errorLines.count == 1 && child.errorLines[0].contains(sentence), "\(child.output)")
        #expect(child.standardOutput.isEmpty)
        expectEqual(everything, before)
    }

    @Test func aDatasetChangedBetweenTwoRuns() throws {
        let other = try recordAnotherDataset()
        try copyUndisturbed()
        try FileManager.default.removeItem(atPath: folder("out/cases/\(SystemRun.cases[3])/result.json"))
        let before = everything
        let child = try SystemRun.run(in: folder, ranks: 2, data: other)
        #expect(child.exitCode == 65, "\(child.output)")
        let digests = try [SystemRun.inputs(name), "\(other)/\(name)"].map {
            try D4RLFile(path: $0).contentsSHA256.prefix(12)
        }
        #expect(
            child.errorLines == [
                "\(folder("out"))/cases/\(SystemRun.cases[0])/result.json: trained on a hopper-random-r1 with contents "
                    + "\(digests[0])… (SHA-256), but \(other)/\(name) has \(digests[1])…: put the old data back, or "
                    + "choose another --out folder"
            ], "\(child.output)")
        expectEqual(everything, before)
    }

    /// A run that is killed must not leave results whose data are unknown.
    @Test func theManifestHoldsTheDatasetsHashFromTheStart() throws {
        let job = try start(steps: 60, ranks: 1, fault: "sleep=1000")
        waitUntil("the manifest", orEndOf: job) { FileManager.default.fileExists(atPath: folder("out/run.json")) }
        let file = try RunManifest.read(RunFolder(folder("out"))).datasets["hopper-random-r1"]
        let done = files(below: folder("out")).filter { $0.hasSuffix("/result.json") }
        #expect(done.count < 6 && job.isRunning, "training goes on")
        #expect(file?.sha256 == (try sha256(ofFile: SystemRun.inputs(name))))
        #expect(file?.path == SystemRun.inputs(name))
        for rank in RunningProcess.identifiers(of: "active-bench", withArgument: folder("out")) { kill(rank, SIGKILL) }
        #expect(try job.end().exitCode != 0)
    }

    // MARK: The launcher

    /// A virtual machine with one core of two threads, where Open MPI by default offers one slot.
    @Test func theQuickstartsCommandNeedsOnlyOneCore() throws {
        let script = Repository.path("jobs/quickstart.sh")
        let line = text(of: script).split(separator: "\n").first { $0.hasPrefix("exec mpirun ") }
        let launcher = try #require(line).split(separator: " ").dropFirst().filter { $0 != "\\" }
            .map { $0 == "\"$ranks\"" ? "2" : String($0) }
        #expect(launcher.starts(with: ["mpirun", "-n", "2"]))
        let helped =
            ["OMPI_MCA_rmaps_base_oversubscribe", "OMPI_MCA_hwloc_base_binding_policy"]
            + ["PRTE_MCA_rmaps_default_mapping_policy"]
        let child = try ChildProcess.run(
            "active-bench", ["info"], prefix: ["env"] + helped.flatMap { ["-u", $0] } + launcher,
            environment: ["HWLOC_SYNTHETIC": "pack:1 core:1 pu:2", "ACTIVE_BENCH_TTY": "0"])
        #expect(child.exitCode == 0, "\(child.output)")
        let lines = child.standardOutput.split(separator: "\n")
        #expect(lines.contains("ranks         2"), "\(child.output)")
        #expect(lines.count { $0.hasPrefix("  rank ") } == 2, "\(child.output)")
    }
}
