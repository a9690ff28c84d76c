import CHDF5
import Foundation
import HDF5
import ProgramRuns
import ScratchFiles
import Testing

/// An invalid input ends every rank of a run before any training, with one sentence and exit code 65.
@Suite struct BadInputTests {
    let folder = TemporaryFolder()
    private var dataset: String { folder("hopper_random-r1.hdf5") }

    private func copyDataset() throws {
        try FileManager.default.copyItem(atPath: SystemRun.inputs("hopper_random-r1.hdf5"), toPath: dataset)
    }

    private func check(
        _ child: ChildProcess, exitCode: Int32 = 65, says words: String..., location: SourceLocation = #_sourceLocation
    ) {
        expectRefusal(child, exitCode: exitCode, says: words, location: location)
        let left = files(below: folder.path).filter { $0.contains("table.") || $0.hasSuffix("result.json") }
        #expect(left.isEmpty, "no table is written", sourceLocation: location)
        #expect(
            RunningProcess.identifiers(of: "active-bench", withArgument: folder("out")).isEmpty, "no rank is left",
            sourceLocation: location)
    }

    @Test func aTruncatedDataset() throws {
        try copyDataset()
        let whole = bytes(of: dataset)
        put(whole.prefix(whole.count / 2), at: dataset)
        check(
            try SystemRun.run(in: folder, ranks: 2, data: folder.path),
            says: "\(dataset): expected \(whole.count) bytes, found \(whole.count / 2): the file is truncated")
    }

    @Test func noDataset() throws {
        check(
            try SystemRun.run(in: folder, ranks: 2, data: folder.path),
            says: "hopper_random-r1.hdf5: expected the file of hopper-random-r1 in \(folder.path), found none",
            "active-bench collect rollout")
    }

    @Test func aDatasetOutsideD4RL() throws {
        let study = SystemRun.study.replacing("hopper-random-r1", with: "hopper-medium-replay-v2")
        check(
            try SystemRun.run(study, in: folder, ranks: 2, data: folder.path),
            says: "hopper_medium_replay-v2.hdf5: expected the file of hopper-medium-replay-v2 in \(folder.path)",
            "; get it with `jobs/fetch-d4rl.sh hopper-medium-replay-v2` (75854457 bytes from http")
    }

    @Test func aDatasetWithANaN() throws {
        try copyDataset()
        edit(dataset) { file in
            let rewards = H5Dopen2(file, "rewards", ab_H5P_DEFAULT())
            var values = [Float](repeating: 1, count: 3000)
            values[1234] = .nan
            precondition(H5Dwrite(rewards, ab_H5T_NATIVE_FLOAT(), 0, 0, ab_H5P_DEFAULT(), values) >= 0)
            H5Dclose(rewards)
        }
        check(
            try SystemRun.run(in: folder, ranks: 2, data: folder.path),
            says: "\(dataset): field 'rewards': expected finite numbers, found nan in row 1234")
    }

    @Test func aDatasetOfAnotherEnvironment() throws {
        try HDF5Writer.write(to: dataset) { file in
            try file.write([Float](repeating: 0.5, count: 20 * 17), shape: [20, 17], to: "observations")
            try file.write([Float](repeating: 0.5, count: 20 * 6), shape: [20, 6], to: "actions")
            try file.write((0..<20).map { Float($0) }, shape: [20], to: "rewards")
            try file.write((0..<20).map { $0 == 9 }, shape: [20], to: "terminals")
        }
        check(
            try SystemRun.run(in: folder, ranks: 2, data: folder.path),
            says: "\(dataset): fields 'observations' and 'actions': expected widths 11 and 3 of hopper, found 17 and 6")
    }

    @Test func noStudy() throws {
        let child = try SystemRun.activeBench("run", folder("absent.yaml"), "--out", folder("out"), ranks: 2)
        check(child, says: "\(folder("absent.yaml")): cannot read the study file: No such file or directory")
        #expect(folder.contents.isEmpty, "not even a run folder")
    }

    @Test func aBadStudy() throws {
        let study = SystemRun.study.replacing("m: 3", with: "m: 0")
        check(
            try SystemRun.run(study, in: folder, ranks: 2),
            says: "\(folder("study.yaml")):9: learners.ACTIVE-I.m: expected a whole number from 1 to 1024, found '0'")
    }

    /// An invalid study gives one line and code 65, and nothing is written.
    @Test(arguments: [
        ("steps: 60", "stps: 60", "4: the study: expected 'steps', found the key 'stps'"),
        (
            "steps: 60", "steps: 010",
            "4: steps: expected a whole number from 1 to 1000000000, found '010', which is octal"
        ),
        ("steps: 60", "steps: 60\nsteps: 70", "4: expected every key once, found 'steps' again"),
        ("seeds: [0, 1]", "seeds: [0, .nan]", "3: seeds: expected a whole number from 0 to 2147483647, found '.nan'"),
        ("  IQL", "\tIQL", "7: expected the YAML of a study, found character that cannot start any token"),
        (
            "name: small", "name: \(String(repeating: "[", count: 5000))",
            "1: expected the YAML of a study, found a thousand"
        ),
        ("name: small", "name: \(String(repeating: " ", count: 10 << 20))", " expected a study of at most 1 MiB"),
    ])
    func aBadStudy(old: String, new: String, refusal: String) throws {
        let study = SystemRun.study.replacing(old, with: new)
        let child = try SystemRun.run(study, in: folder, ranks: 1)
        check(child, says: "\(folder("study.yaml")):\(refusal)")
        #expect(folder.contents == ["study.yaml"], "not even a run folder")
        let config = try SystemRun.activeBench("config", "--study", folder("study.yaml"))
        #expect(config.exitCode == 65 && config.errorLines == child.errorLines, "\(config.output)")
    }

    /// The missing files are reported, with how to get them, before the datasets are read.
    @Test func anEnvironmentWithoutItsFiles() throws {
        let study = SystemRun.study.replacing("[hopper-random-r1]", with: "[hopper-random-r1, kitchen-mixed-v0]")
        put(study.utf8, at: folder("study.yaml"))
        let child = try ChildProcess.run(
            "active-bench", ["run", folder("study.yaml"), "--out", folder("out")], ranks: 2,
            environment: ["ACTIVE_BENCH_DATA": SystemRun.inputs.path, "ACTIVE_BENCH_CACHE": folder("cache")])
        check(
            child, exitCode: 69,
            says: "the model and meshes of 'kitchen-mixed' are not in \(folder("cache/kitchen")): "
                + "get them with `jobs/setup.sh --kitchen`")
        #expect(folder.contents == ["study.yaml"])
    }

    /// Two faults give two lines, whichever ranks found them.
    @Test func everyFaultOfAllInputsIsSaidOnce() throws {
        let study = SystemRun.study.replacing(
            "[hopper-random-r1]", with: "[hopper-random-r1, hopper-none-r1, hopper-nil-r1]")
        let child = try SystemRun.run(study, in: folder, ranks: 2)
        #expect(child.exitCode == 65)
        #expect(child.errorLines.count == 2, "\(child.standardError)")
        #expect(child.errorLines.contains { $0.contains("hopper_none-r1.hdf5: ") })
        #expect(child.errorLines.contains { $0.contains("hopper_nil-r1.hdf5: ") })
    }

    /// Every rank fails here, so each may report it.
    @Test func aRunFolderThatCannotBeMade() throws {
        put([1], at: folder("file"))
        put(SystemRun.study.utf8, at: folder("study.yaml"))
        let child = try SystemRun.activeBench("run", folder("study.yaml"), "--out", folder("file/out"), ranks: 2)
        #expect(child.exitCode == 74, "\(child.output)")
        #expect(child.errorLines.first?.contains("\(folder("file/out"))") == true, "\(child.standardError)")
        #expect(child.errorLines.first?.hasSuffix("Not a directory") == true, "\(child.standardError)")
        #expect(RunningProcess.identifiers(of: "active-bench", withArgument: folder("file/out")).isEmpty)
    }

    @Test(arguments: [
        ["--no-such-option"], ["run"], ["table", "x", "--protocol", "worst"], ["plan", "x", "--ranks", "0"],
        ["bench", "--as-is", "--steps", "0"], ["bench", "--only", "DDPG"], ["bench", "--profile", "--json"], ["config"],
        ["config", "IQL"], ["config", "IQL", "--study", "x"],
    ])
    func anInvalidCommandLine(arguments: [String]) throws {
        let child = try ChildProcess.run("active-bench", arguments)
        #expect(child.exitCode == 64, "\(child.output)")
        #expect(child.standardOutput.isEmpty && child.standardError.contains("Usage: active-bench"), "\(child.output)")
    }
}
