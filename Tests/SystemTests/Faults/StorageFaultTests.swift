import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// The run folder's disk is full, read-only or gone.
@Suite(.serialized) struct StorageFaultTests {
    /// A separate file system of a given number of bytes.
    private final class SmallDisk {
        let folder = TemporaryFolder()

        init(bytes: Int) throws { try mount("-t", "tmpfs", "-o", "size=\(bytes)", "none", folder.path) }

        func remount(_ options: String) throws { try mount("-o", "remount,\(options)", folder.path) }

        private func mount(_ arguments: String...) throws {
            let child = try ChildProcess.run("/usr/bin/mount", arguments)
            try #require(child.exitCode == 0, "as root: \(child.output)")
        }

        deinit { umount2(folder.path, Int32(MNT_DETACH)) }
    }

    /// The disk space that an undisturbed run of the study takes.
    private func size(of folder: String) -> Int {
        files(below: folder).map { (bytes(of: "\(folder)/\($0)").count + 4095) / 4096 * 4096 }.reduce(0, +)
    }

    /// The disk becomes full during the run: at the start, among the first checkpoints, near the end. The error names
    /// the file that could not be written; with free space again the run completes.
    @Test(arguments: [0.1, 0.4, 0.7, 0.9]) func fullDisk(share: Double) throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active], seeds: "[0, 1]"))
        let reference = try run.reference()
        let options = ["--checkpoint-steps", "20"]
        let disk = try SmallDisk(bytes: Int(share * Double(size(of: run.folder("reference")))) / 4096 * 4096)
        let out = disk.folder("out")
        let child = try run.run(ranks: 2, options, into: out)
        #expect(child.exitCode == 74, "\(child.output)")
        let line = child.errorLines.first { $0.contains("cannot ") && $0.contains(": No space left on device") }
        #expect(line?.contains("\(out)/") == true, "\(child.output)")
        let before = files(below: out).filter { $0.hasSuffix(".bin") }
        try disk.remount("size=100m")
        let end = try run.run(ranks: 1, options, into: out)
        #expect(end.exitCode == 0, "\(end.output)")
        #expect(!end.standardError.contains("checkpoint-"), "none was damaged: \(end.standardError)")
        if share > 0.5 { #expect(!before.isEmpty, "there were checkpoints") }
        expectEqual(run.results(of: out), reference)
        #expect(!files(below: out).contains { $0.contains(".tmp-") })
    }

    /// The reason why the folder of logs cannot be written.
    enum LostLogs { case fullDisk, file, folderForTheForecast }

    /// Logs that cannot be written are reported as lost, and the run ends with its table.
    @Test(
        arguments: [(.fullDisk, nil), (.fullDisk, 2), (.file, nil), (.folderForTheForecast, nil)] as [(LostLogs, Int?)])
    func logsThatCannotBeWritten(why: LostLogs, ranks: Int?) throws {
        let folder = TemporaryFolder()
        let disk = why == .fullDisk ? try SmallDisk(bytes: 4096) : nil
        try FileManager.default.createDirectory(atPath: folder("out"), withIntermediateDirectories: true)
        switch why {
        case .fullDisk:
            let place = try #require(disk).folder
            put([UInt8](repeating: 0, count: 4096), at: place("filling"))
            #expect(symlink(place.path, folder("out/logs")) == 0)
        case .file: put([], at: folder("out/logs"))
        case .folderForTheForecast:
            let path = folder("out/logs/makespan.json")
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        put(SystemRun.study.utf8, at: folder("study.yaml"))
        let child = try ChildProcess.run(
            "active-bench", ["run", folder("study.yaml"), "--out", folder("out")], ranks: ranks,
            environment: ["ACTIVE_BENCH_DATA": SystemRun.inputs.path])
        #expect(child.exitCode == 0 && child.standardOutput.contains("ACTIVE-I"), "\(child.output)")
        let line = child.errorLines.first { $0.contains("/makespan.json") }
        #expect(line?.hasSuffix("; the run is complete without it") == true, "\(child.output)")
        expectEqual(SystemRun.results(folder("out")), SystemRun.reference)
    }

    /// A limit of 9 MB on the size of a file, which MPI's own files do not reach but the first checkpoint exceeds.
    @Test func theFileSizeLimit() throws {
        let run = FaultyRun(FaultyRun.study(["ACTIVE-I: {batch: 32, m: 10}"], steps: 20))
        let command = ["-c", "ulimit -f 9000 && exec \"$@\"", "limited", RunningProcess.path(of: "active-bench")]
        let child = try ChildProcess.run(
            "/bin/bash",
            command + ["run", run.folder("study.yaml"), "--out", run.out, "--checkpoint-steps", "10"],
            environment: ["ACTIVE_BENCH_DATA": run.data])
        #expect(child.exitCode == 74, "\(child.output)")
        let line = child.errorLines.first { $0.contains("checkpoint-0000000010.bin: cannot write ") }
        #expect(line?.hasSuffix(" bytes: File too large") == true, "\(child.output)")
        #expect(try run.run(ranks: 1).exitCode == 0)
        expectEqual(run.results(), try run.knownReference())
    }

    @Test func readOnlyDisk() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.iql], seeds: "[0, 1]"))
        let disk = try SmallDisk(bytes: 100 << 20)
        let out = disk.folder("out")
        #expect(
            try run.run(ranks: 2, ["--checkpoint-steps", "50"], fault: "case-step=120,kind=throw", into: out).exitCode
                == 70)
        try disk.remount("ro")
        let child = try run.run(ranks: 2, into: out)
        #expect(child.exitCode == 74, "\(child.output)")
        #expect(child.errorLines.contains { $0.contains("Read-only file system") }, "\(child.output)")
        try disk.remount("rw")
        #expect(try run.run(ranks: 2, into: out).exitCode == 0)
        expectEqual(run.results(of: out), try run.knownReference())
    }

    /// During the run the folders become read-only for the user nobody, who runs it. The next checkpoint reports that.
    @Test func theRunFolderBecomesReadOnly() throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let program = run.folder("active-bench")  // Other users may have no access to the build folder.
        try FileManager.default.copyItem(atPath: RunningProcess.path(of: "active-bench"), toPath: program)
        let data = run.folder("data")
        try FileManager.default.copyItem(atPath: run.data, toPath: data)
        try FileManager.default.createDirectory(atPath: run.out, withIntermediateDirectories: true)
        for path in [run.folder.path, data] { #expect(chmod(path, 0o755) == 0) }
        #expect(chown(run.out, 65534, 65534) == 0)
        let job = try RunningProcess(
            program,
            ["run", run.folder("study.yaml"), "--out", run.out, "--checkpoint-steps", "20", "--keep-checkpoints"],
            prefix: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
            environment: ["ACTIVE_BENCH_DATA": data, "ACTIVE_BENCH_FAULT": "sleep=20", "HOME": "/tmp"])
        waitUntil("a checkpoint", orEndOf: job) { !run.checkpoints().isEmpty }
        let folders = (FileManager.default.subpaths(atPath: run.out) ?? []).map { "\(run.out)/\($0)" }.filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder) && isFolder.boolValue
        }
        for folder in folders { #expect(chmod(folder, 0o555) == 0) }
        let end = try job.end()
        #expect(end.exitCode == 74, "\(end.output)")
        #expect(
            end.errorLines.contains { $0.contains("\(run.out)/cases/") && $0.contains("Permission denied") },
            "\(end.output)")
        #expect(!run.checkpoints().isEmpty)
        for folder in folders { #expect(chmod(folder, 0o755) == 0) }
        #expect(try run.run(ranks: 2).exitCode == 0)
        expectEqual(run.results(), try run.knownReference())
    }

    /// The run folder is removed during the run: an error, no crash and no endless wait.
    @Test(arguments: [1, 2]) func theRunFolderIsRemoved(teamSize: Int) throws {
        let run = FaultyRun(FaultyRun.study([FaultyRun.active]))
        let job = try run.start(
            ranks: 2, ["--team-size", "\(teamSize)", "--checkpoint-steps", "20"], fault: "sleep=20")
        waitUntil("a checkpoint", orEndOf: job) { !run.checkpoints().isEmpty }
        // A file may be created during the removal, which then fails.
        waitUntil("the removal", every: 0.001) { (try? FileManager.default.removeItem(atPath: run.out)) != nil }
        let end = try job.end()
        #expect(end.exitCode == 74, "\(end.output)")
        #expect(end.errorLines.contains { $0.contains(run.out) && $0.contains("No such file") }, "\(end.output)")
        #expect(run.ranks.isEmpty)
        #expect(try run.run(ranks: 2).exitCode == 0)
        expectEqual(run.results(), try run.knownReference())
    }
}
