import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// `active-bench config`: settings of published datasets, of files of the user's own, and of a study's cases.
@Suite struct ConfigCommandTests {
    private let folder = TemporaryFolder()
    private let data = SystemRun.inputs("hopper_random-r1.hdf5")

    @Test func printsTheSettingsOfAStudy() throws {
        let child = try SystemRun.activeBench("config", "ACTIVE-S", "hopper-medium-v2", "m=17")
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.standardOutput.contains("\nlearners:\n  ACTIVE-S:\n"))
        #expect(child.standardOutput.contains("\n    m: 17  # command line\n"))
        let head = SystemRun.study.split(separator: "\n").prefix { $0 != "learners:" }.joined(separator: "\n")
        put((head + "\n" + child.standardOutput).utf8, at: folder("study.yaml"))
        let check = try SystemRun.activeBench("config", "--study", folder("study.yaml"))
        #expect(check.exitCode == 0 && check.standardError.isEmpty, "\(check.output)")
        #expect(
            check.standardOutput
                == "\(folder("study.yaml")): small: 2 cases (1 learner, 1 dataset, 2 seeds), 60 steps each\n")
        #expect(folder.contents == ["study.yaml"])
    }

    /// The path of a file gives the values that a study gives it under any name.
    @Test(arguments: [
        ("environment: hopper", ["--environment", "hopper"]),
        (
            "environment: Hopper-v5, presets: hopper-medium",
            ["--environment", "Hopper-v5", "--presets", "hopper-medium"]
        ),
        ("environment: hopper, presets: hopper-random", []),
    ])
    func aFileOfTheUsersOwn(keys: String, options: [String]) throws {
        let study = SystemRun.study.replacing("[hopper-random-r1]", with: "[{name: mine, file: \(data), \(keys)}]")
        put(study.utf8, at: folder("study.yaml"))
        for learner in ["IQL", "ACTIVE-I"] {
            let values = ["hidden=[16, 16]", "batch=32"] + (learner == "ACTIVE-I" ? ["m=3"] : [])
            let path = try ChildProcess.run("active-bench", ["config", learner, data] + options + values)
            let name = try SystemRun.activeBench("config", "--study", folder("study.yaml"), learner, "mine")
            #expect(path.exitCode == 0 && name.exitCode == 0, "\(path.output)\(name.output)")
            #expect(path.standardError.isEmpty && name.standardError.isEmpty)
            let lines = [path, name].map { $0.standardOutput.split(separator: "\n") }
            #expect(
                lines[0].dropFirst().map { $0.replacing("# command line", with: "# study") }
                    == lines[1].dropFirst().map { "\($0)" })
            #expect(lines[0][0].hasPrefix("# hopper_random-r1, variant ") && lines[1][0].hasPrefix("# mine, variant "))
        }
    }

    /// A folder with a dataset's name, such as that of its cases, is not taken for the dataset.
    @Test func aNameIsNotAPath() throws {
        let name = folder("hopper-medium-v2")
        try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: false)
        let program = RunningProcess.path(of: "active-bench")
        let child = try ChildProcess.run(
            "/bin/bash", ["-c", "cd \(folder.path) && \(program) config IQL hopper-medium-v2"])
        #expect(child.exitCode == 0 && child.standardOutput.hasPrefix("# hopper-medium-v2, "), "\(child.output)")
    }

    @Test(
        arguments: [
            (["ACTIVE-X", "hopper-medium-v2"], 64, "learner: expected 'ACTIVE-I' or 'ACTIVE-S', found 'ACTIVE-X'"),
            (["IQL", "hoper-medium-v2"], 65, "dataset: expected 'hopper-medium-v2', found 'hoper-medium-v2'"),
            (["IQL", "mine"], 65, "or the path of a file of your own, found 'mine'"),
            (["IQL", "hopper-medium-v2", "batsh=1"], 64, "IQL: expected 'batch', found the key 'batsh'"),
            (["IQL", "hopper-medium-v2", "batch=x"], 64, "batch: expected a whole number from 1 to 65536, found 'x'"),
            (
                ["IQL", "absent.hdf5"], 64,
                "absent.hdf5: expected its environment, as in --environment hopper, found none"
            ),
            (["IQL", "absent.hdf5", "--environment", "hoper"], 65, "there is no environment 'hoper'"),
            (["IQL", "hopper-medium-v2", "--environment", "hopper"], 64, "expected the path of a file of your own"),
            (
                ["--study", "STUDY", "IQL", "hopper-medium-v2"], 65,
                "expected one of hopper-random-r1, found 'hopper-medium-v2'"
            ),
            (["--study", "STUDY", "DDPG", "hopper-random-r1"], 64, "learner: expected one of "),
        ] as [([String], Int32, String)])
    func refusals(words: [String], exitCode: Int32, sentence: String) throws {
        put(SystemRun.study.utf8, at: folder("study.yaml"))
        let words = words.map { $0 == "STUDY" ? folder("study.yaml") : $0 }
        expectRefusal(
            try ChildProcess.run("active-bench", ["config"] + words), exitCode: exitCode, says: [sentence])
    }
}
