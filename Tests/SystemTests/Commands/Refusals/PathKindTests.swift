import Foundation
import Paths
import ProgramRuns
import ScratchFiles
import Testing

/// Wherever a subcommand's path, input or output, is of an unexpected kind, the command reports one sentence that names
/// it and a documented exit code; it writes no result, does not wait, and leaves or replaces nothing.
@Suite struct PathKindTests {
    /// The kind of object at a path.
    enum Kind: CaseIterable {
        case empty, file, folder, pipe, socket, device, fullDevice

        /// Creates the object in `folder`; returns its path.
        func make(in folder: TemporaryFolder) -> String {
            let path = folder("it")
            switch self {
            case .empty: return ""
            case .file: put("x".utf8, at: path)
            case .folder: _ = mkdir(path, 0o777)
            case .pipe: mkfifo(path, 0o666)
            case .socket: mknod(path, S_IFSOCK | 0o666, 0)
            case .device: return "/dev/null"
            case .fullDevice: return "/dev/full"
            }
            return path
        }
    }

    /// A path on a command line.
    struct Slot: CustomTestStringConvertible {
        /// The arguments, in which IT is the path under test and OUT an absent path.
        let words: [String]
        /// The kinds that the command accepts.
        var takes: Set<Kind> = []

        init(_ words: [String], takes: Set<Kind> = []) {
            self.words = words
            self.takes = takes
        }

        /// All kinds, with a device that accepts or provides no data: one for outputs, one for inputs.
        var kinds: [Kind] {
            let other = takes.isEmpty ? Kind.fullDevice : .device
            return Kind.allCases.filter { $0 != other && !takes.contains($0) }
        }

        var testDescription: String { words.map { $0.split(separator: "/").last ?? "" }.joined(separator: " ") }
    }

    private static let policy = SystemRun.inputs("policy.safetensors")
    /// A folder with the policy of a recipe.
    private static let recipes = TemporaryFolder()
    private static let behaviour: String = {
        let folder = recipes("behaviour")
        try? FileManager.default.createDirectory(atPath: folder + "/hopper", withIntermediateDirectories: true)
        symlink(policy, folder + "/hopper/medium.safetensors")
        return folder
    }()
    private static let dataset = SystemRun.inputs("hopper_random-r1.hdf5")
    private static let trace = "\(ConformCommandTests.fixtures)/bc.h5"
    private static let study = SystemRun.undisturbed("study.yaml")
    private static let scale = ["scale", "--seconds", "0.001", "--rounds", "1", "--predict", "2", "--learner", "BC"]

    private static let slots: [Slot] = [
        Slot(["config", "--study", "IT"]), Slot(["plan", "IT"]),
        Slot(["summarise", "precision", "IT"]), Slot(["summarise", "ranks", "IT"]),
        Slot(["summarise", "soak", "IT", "--checkpoint-steps", "10"]),
        Slot(["summarise", "ensemble-size", study, "--costs", "IT"]),
        Slot(["plan", study, "--out", "IT"], takes: [.folder]),
        Slot(["run", "IT", "--out", "OUT"]), Slot(["run", study, "--out", "IT"], takes: [.folder]),
        Slot(["status", "IT"]), Slot(["status", "IT", "--others-at-work"]), Slot(["table", "IT"]),
        Slot(["evaluate", "--env", "hopper", "--policy", "IT"]),
        Slot(["evaluate", "--env", "hopper", "--policy", policy, "--record", "IT"], takes: [.file]),
        Slot(["render", "--env", "hopper", "--policy", "IT", "--out", "OUT"]),
        Slot(["render", "--env", "hopper", "--policy", policy, "--out", "IT"], takes: [.folder]),
        Slot(["collect", "train", "--env", "hopper", "--out", "IT"], takes: [.folder]),
        Slot(["collect", "train", "--env", "hopper", "--from", "IT", "--out", "OUT"]),
        Slot(
            [
                "collect", "train", "--env", "hopper", "--steps", "9", "--snapshot-every", "9", "--out", "OUT",
                "--record", "IT",
            ],
            takes: [.file]),
        Slot(["collect", "rollout", "--env", "hopper", "--policy", "IT", "--out", "OUT"]),
        Slot(["collect", "rollout", "--env", "hopper", "--policy", policy, "--out", "IT"], takes: [.file]),
        Slot(["data", "compare", "IT", dataset, "--environment", "hopper"]),
        Slot(["data", "compare", dataset, "IT", "--environment", "hopper"]),
        Slot(["collect", "dataset", "hopper-medium-r1", "--behaviour", "IT", "--out", "OUT"]),
        Slot(["collect", "dataset", "hopper-medium-r1", "--behaviour", behaviour, "--out", "IT"], takes: [.folder]),
        Slot(["collect", "halve", "--policy", "IT", "--out", "OUT"]),
        Slot(["collect", "halve", "--policy", policy, "--out", "IT"], takes: [.file]),
        Slot(["data", "info", "IT"]), Slot(["data", "verify", "IT"]),
        Slot(["data", "verify", "IT", "--sha256", String(repeating: "0", count: 64)]),
        Slot(["bench", "rollout", "--env", "hopper", "--policy", "IT"]),
        Slot(["bench", "rollout", "--env", "hopper", "--script", "IT"]),
        Slot(["bench", "loading", "IT"]),
        Slot(["bench", "loading", dataset, "--repetitions", "1", "--python", "IT"]),
        Slot(scale + ["--network", "IT"]), Slot(scale + ["--study", "IT"]),
        Slot(scale + ["--out", "IT"], takes: [.folder]),
        Slot(["conform", "IT", "--out", "OUT"]), Slot(["conform", trace, "--out", "IT"], takes: [.file]),
        Slot(["probe-likelihood", "IT", "--environment", "hopper", "--out", "OUT"]),
        Slot(["probe-likelihood", "hopper-random-r1", "--out", "IT"], takes: [.folder]),
    ]

    @Test(arguments: slots) func pathsOfUnexpectedKinds(slot: Slot) throws {
        for kind in slot.kinds {
            let folder = TemporaryFolder()
            let path = kind.make(in: folder)
            let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            let words = slot.words.map { $0 == "IT" ? path : $0 == "OUT" ? folder("out") : $0 }
            let child = try ChildProcess.run(
                "active-bench", words, environment: ["ACTIVE_BENCH_DATA": SystemRun.inputs.path])
            let found = Comment(rawValue: "\(kind): code \(child.exitCode): \(child.output)")
            #expect(child.exitCode == (kind == .empty ? 64 : 65) && child.standardOutput.isEmpty, found)
            if kind == .empty {
                #expect(child.standardError.contains("', found an empty word: is a variable of the script not"), found)
            } else {
                #expect(child.errorLines.count == 1 && child.errorLines[0].contains("\(path)"), found)
            }
            let after = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0 != "out" }
            #expect(after == before, found)
        }
    }

    /// Empty words are refused, also after an equals sign and where no path is expected.
    @Test(arguments: [
        ["status", "--watch="], ["evaluate", "--env=", "--policy", "x"], ["config", "", "hopper-medium-v2"],
    ])
    func emptyWords(words: [String]) throws {
        let child = try ChildProcess.run("active-bench", words)
        #expect(child.exitCode == 64 && child.standardError.contains("found an empty word"), "\(child.output)")
    }

    /// Pipes without a writer or reader stand in for files of a run folder, a study's data and a dataset's metadata.
    @Test func pipesInsideFoldersDoNotBlock() throws {
        let folder = TemporaryFolder()
        _ = mkdir(folder("minari"), 0o777)
        put([1], at: folder("minari/main_data.hdf5"))
        for name in ["minari/metadata.json", "own.hdf5"] { mkfifo(folder(name), 0o666) }
        let own = "{name: mine, file: own.hdf5, environment: hopper}"
        put(SystemRun.study.replacing("hopper-random-r1", with: own).utf8, at: folder("own.yaml"))
        for words in [["data", "info", folder("minari")], ["run", folder("own.yaml"), "--out", folder("out")]] {
            let child = try ChildProcess.run("active-bench", words)
            #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
        }
        let run = TemporaryFolder()
        for name in ["curve.csv", "config.yaml", "result.json"] {
            let child = try begun(run, "cases/BC/hopper-random-r1/batch=8,hidden=8x8/seed-0/\(name)")
            #expect([65, 74].contains(child.exitCode), "\(name): \(child.output)")
            #expect(!child.errorLines.isEmpty, "\(name): \(child.output)")
        }
        #expect(try begun(run, "logs/rank-0000.log").exitCode == 0, "only a log is lost")
    }

    /// Runs the small study into a new folder below `run` that has a pipe at `path`.
    private func begun(_ run: TemporaryFolder, _ path: String) throws -> ChildProcess {
        let out = run(UUID().uuidString)
        let pipe = "\(out)/\(path)"
        try FileManager.default.createDirectory(
            atPath: (pipe as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        mkfifo(pipe, 0o666)
        let study = SystemRun.study(
            "pipes", steps: 4, evaluate: "every: 4, episodes: 1", learners: " {BC: {hidden: [8, 8], batch: 8}}")
        put(study.replacing("[0, 1]", with: "[0]").utf8, at: run("study.yaml"))
        return try SystemRun.activeBench("run", run("study.yaml"), "--out", out)
    }
}
