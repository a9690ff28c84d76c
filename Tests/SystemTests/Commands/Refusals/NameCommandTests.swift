import DatasetTools
import Foundation
import ProgramRuns
import RunFolders
import ScratchFiles
import Testing

/// Names of other projects, and the user's own files, are accepted wherever the command line or a study takes a name.
@Suite struct NameCommandTests {
    private let folder = TemporaryFolder()
    private let policy = SystemRun.inputs("policy.safetensors")
    private let data = SystemRun.inputs("hopper_random-r1.hdf5")

    private func evaluate(_ name: String, _ others: String...) throws -> ChildProcess {
        try ChildProcess.run(
            "active-bench", ["evaluate", "--env", name, "--policy", policy, "--episodes", "2", "--json"] + others)
    }

    /// Gymnasium's name gives the same episodes as our name with the profile.
    @Test(arguments: [
        ("Hopper-v2", "hopper", "d4rl"), ("hopper-v4", "hopper", "gymnasium"), ("Hopper-v5", "hopper", "gymnasium-v5"),
        ("hopper_medium-v2.hdf5", "hopper-medium-v2", "d4rl"), ("HOPPER", "hopper", "d4rl"),
    ])
    func evaluateByAnotherName(name: String, ours: String, profile: String) throws {
        let child = try evaluate(name)
        let expected = try evaluate(ours, "--profile", profile)
        #expect(child.exitCode == 0 && expected.exitCode == 0, "\(child.output)")
        #expect(
            child.standardOutput.replacing("\"\(name)\"", with: "\"\(ours)\"") == expected.standardOutput,
            "\(child.output)")
        #expect(child.standardOutput.contains("\"profile\" : \"\(profile)\""), "\(child.output)")
    }

    @Test func aConflictIsRefusedEverywhere() throws {
        let sentence =
            "'Hopper-v4' stands for 'hopper' with --profile gymnasium, but --profile d4rl was asked for: leave one of them "
            + "out, or write 'hopper'"
        for command in [
            ["evaluate", "--policy", policy, "--episodes", "1"], ["bench", "rollout"],
            ["render", "--policy", policy, "--steps", "1", "--out", folder("frames")],
        ] {
            let child = try ChildProcess.run(
                "active-bench", command + ["--env", "Hopper-v4", "--profile", "d4rl"])
            #expect(child.exitCode == 65 && child.errorLines == [sentence], "\(child.output)")
        }
        #expect(folder.contents.isEmpty)
    }

    @Test func collectAndBenchTakeOtherNames() throws {
        let child = try ChildProcess.run(
            "active-bench",
            [
                "collect", "rollout", "--env", "Hopper-v4", "--policy", policy, "--transitions", "50", "--out",
                folder("gym.hdf5"),
            ])
        #expect(child.exitCode == 0, "\(child.output)")
        let info = try ChildProcess.run("active-bench", ["data", "info", folder("gym.hdf5"), "--json"])
        #expect(info.standardOutput.contains("profile gymnasium\""), "\(info.output)")
        #expect(info.standardOutput.contains("\"environment\" : \"hopper\""))
        let bench = try ChildProcess.run(
            "active-bench",
            ["bench", "rollout", "--env", "Hopper-v4", "--episodes", "1", "--repetitions", "1", "--json"])
        #expect(bench.standardOutput.contains(#""environment":"hopper""#), "\(bench.output)")
        #expect(bench.standardOutput.contains(#""profile":"gymnasium""#))
    }

    @Test(arguments: [
        ("mujoco/hopper/medium-v0", "; a dataset of Minari's is written 'minari:mujoco/hopper/medium-v0'"),
        ("D4RL/antmaze/umaze-v1", "; a dataset of Minari's is written 'minari:D4RL/antmaze/umaze-v1'"),
        ("hoper-v9", "; did you mean 'hopper'?"),
    ])
    func unknownEnvironments(name: String, hint: String) throws {
        let child = try ChildProcess.run("active-bench", ["evaluate", "--env", name, "--policy", policy])
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(child.errorLines.count == 1, "\(child.output)")
        #expect(
            child.errorLines.first?.hasPrefix("there is no environment '\(name)'\(hint)") == true, "\(child.output)")
    }

    @Test(arguments: [
        ("pen-human-v1", "there is no dataset 'pen-human-v1'; it belongs to D4RL's Adroit hand"),
        ("ant-medium-v2", "there is no dataset 'ant-medium-v2'; it belongs to the ant without a maze"),
        ("hopper-medium", "there is no dataset 'hopper-medium'; did you mean 'hopper-medium-v2'?"),
        ("hopper-mixed-v0", "hopper_mixed.hdf5: expected the file of hopper-medium-replay-v0 in "),
        ("hopper_medium-v2.hdf5", "hopper_medium-v2.hdf5: expected the file of hopper-medium-v2 in "),
        ("hopper-full-replay-v3", "there is no dataset 'hopper-full-replay-v3'; did you mean "),
    ])
    func datasetsByOtherNames(name: String, sentence: String) throws {
        let child = try SystemRun.activeBench("data", "info", name)
        #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
        #expect(child.errorLines.first?.hasPrefix(sentence) == true, "\(child.output)")
    }

    /// A D4RL dataset outside the paper's table, under the name that D4RL published.
    @Test func aDatasetOfUnknownDigest() throws {
        try FileManager.default.copyItem(atPath: data, toPath: folder("hopper_mixed.hdf5"))
        for word in ["hopper-medium-replay-v0", "hopper_mixed.hdf5"] {
            let info = try SystemRun.activeBench("data", "info", word, data: folder.path)
            #expect(
                info.standardOutput.contains(
                    "published     by its name D4RL's hopper-medium-replay-v0, whose digest is unknown here\n"),
                "\(info.output)")
        }
        let verify = try SystemRun.activeBench("data", "verify", folder("hopper_mixed.hdf5"))
        #expect(
            verify.standardOutput.contains(
                "good, by its name D4RL's hopper-medium-replay-v0, of unknown digest, 3000 rows"),
            "\(verify.output)")
        let study = SystemRun.study.replacing("hopper-random-r1", with: "hopper-medium-replay-v0")
            .replacing("seeds: [0, 1]", with: "seeds: [0]").replacing("steps: 60", with: "steps: 5")
        let child = try SystemRun.run(study, in: folder, ranks: 1, data: folder.path)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(
            child.standardError.contains("note: the digest of D4RL's hopper-medium-replay-v0 is unknown here, so"),
            "\(child.output)")
    }

    // MARK: The user's own files

    private func ownStudy(_ keys: String) -> String {
        SystemRun.study.replacing("[hopper-random-r1]", with: "[{name: mine, \(keys)}]")
            .replacing("seeds: [0, 1]", with: "seeds: [0]").replacing("steps: 60", with: "steps: 5")
    }

    /// The user's own file from the study to the table: plan, two ranks, status, and the same command once more.
    @Test func anOwnFile() throws {
        try FileManager.default.createDirectory(atPath: folder("data"), withIntermediateDirectories: false)
        try FileManager.default.copyItem(atPath: data, toPath: folder("data/x.h5"))
        let study = ownStudy("file: data/x.h5, environment: Hopper-v5, presets: hopper-medium")
        let child = try SystemRun.run(study, in: folder, ranks: 2)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.standardOutput.contains("| mine "), "\(child.output)")
        let configuration = text(of: folder("out/cases/IQL/mine/batch=32,hidden=16x16/seed-0/config.yaml"))
        #expect(
            configuration.contains(
                "dataset: mine\nenvironment: hopper\nprofile: gymnasium-v5\npresets: hopper-medium\n"))
        let manifest = try RunManifest.read(RunFolder(folder("out")))
        #expect(manifest.datasets["mine"]?.path.hasSuffix("data/x.h5") == true)
        let before = SystemRun.results(folder("out"))
        let again = try SystemRun.run(study, in: folder, ranks: 1)
        #expect(again.exitCode == 0 && SystemRun.results(folder("out")) == before, "\(again.output)")
        let status = try SystemRun.activeBench("status", folder("out"))
        #expect(status.exitCode == 0 && status.standardOutput.contains("3 done"), "\(status.output)")
        let plan = try SystemRun.activeBench("plan", folder("study.yaml"), "--out", folder("out"))
        #expect(plan.exitCode == 0 && plan.standardOutput.contains("mine"), "\(plan.output)")
        let policy = folder("out/cases/IQL/mine/batch=32,hidden=16x16/seed-0/policy.safetensors")
        let evaluated = try ChildProcess.run(
            "active-bench", ["evaluate", "--env", "Hopper-v5", "--policy", policy, "--episodes", "1"])
        #expect(evaluated.exitCode == 0, "\(evaluated.output)")
        let other = try SystemRun.run(
            ownStudy("file: data/x.h5, environment: hopper, presets: hopper-medium"), in: folder, ranks: 1)
        #expect(other.exitCode == 65 && other.standardError.contains("gymnasium-v5"), "\(other.output)")
    }

    @Test func refusedBeforeTraining() throws {
        put("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n".utf8, at: folder("lfs.hdf5"))
        for (keys, sentence) in [
            ("file: lfs.hdf5, environment: hopper", "expected an HDF5 file, found a Git LFS pointer"),
            ("file: none.hdf5, environment: hopper", "expected a readable file, found No such file or directory"),
            ("file: \(data), environment: walker2d", "expected widths 17 and 6 of walker2d, found 11 and 3"),
        ] {
            let child = try SystemRun.run(ownStudy(keys), in: folder, ranks: 1)
            #expect(child.exitCode == 65 && child.output.contains(sentence), "\(child.output)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder("out")))
    }

    @Test func infoWithAnEnvironment() throws {
        try FileManager.default.copyItem(atPath: data, toPath: folder("x.h5"))
        let good = try SystemRun.activeBench("data", "info", folder("x.h5"), "--environment", "Hopper-v4")
        #expect(good.exitCode == 0 && good.standardOutput.contains("rows          3000"), "\(good.output)")
        let bad = try SystemRun.activeBench("data", "info", folder("x.h5"), "--environment", "walker2d")
        #expect(bad.exitCode == 65 && bad.output.contains("expected widths 17 and 6 of walker2d"), "\(bad.output)")
        let none = try SystemRun.activeBench("data", "verify", folder("x.h5"), "--environment", "pen-human-v1")
        #expect(none.exitCode == 65 && none.output.contains("Adroit"), "\(none.output)")
    }
}
