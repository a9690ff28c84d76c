import CHDF5
import Foundation
import HDF5
import ProgramRuns
import ScratchFiles
import Testing

/// Minari's datasets on the command line and in studies are listed, checked, trained on or refused.
@Suite struct MinariCommandTests {
    private let minari = MinariScratch()

    @Test func trainsAndIsEvaluatedByItsMetadata() throws {
        try minari.put("mujoco/hopper/medium-v0", environment: "Hopper-v5")
        minari.study("'minari:mujoco/hopper/medium-v0'")
        let plan = try minari.activeBench("plan", minari.folder("study.yaml"))
        #expect(plan.exitCode == 0 && plan.standardOutput.contains("minari:mujoco/hopper/medium-v0"), "\(plan.output)")
        let child = try minari.activeBench("run", minari.folder("study.yaml"), "--out", minari.folder("out"), ranks: 2)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(
            child.standardError.contains(
                "note: minari:mujoco/hopper/medium-v0 is evaluated in hopper, profile gymnasium-v5, and scored by D4RL"),
            "\(child.output)")
        let place = "cases/IQL/minari--mujoco--hopper--medium-v0/discount=0.9,batch=8,hidden=16x16/seed-0"
        let configuration = text(of: minari.folder("out/\(place)/config.yaml"))
        #expect(
            configuration.contains(
                "dataset: minari:mujoco/hopper/medium-v0\nenvironment: hopper\nprofile: gymnasium-v5\npresets: hopper-medium\n"
            ),
            "\(configuration)")
        #expect(text(of: minari.folder("out/\(place)/result.json")).contains("\"transitions\" : 40"))
        #expect(text(of: minari.folder("out/table.md")).contains("scored by D4RL's reference returns"))
        let before = SystemRun.results(minari.folder("out"))
        let again = try minari.activeBench("run", minari.folder("study.yaml"), "--out", minari.folder("out"))
        #expect(again.exitCode == 0 && SystemRun.results(minari.folder("out")) == before, "\(again.output)")
        let policy = minari.folder("out/\(place)/policy.safetensors")
        let evaluated = try minari.activeBench(
            "evaluate", "--env", "minari:mujoco/hopper/medium-v0", "--policy", policy, "--episodes", "1")
        #expect(evaluated.exitCode == 0 && evaluated.output.contains("profile gymnasium-v5"), "\(evaluated.output)")
        let settings = try minari.activeBench("config", "ACTIVE-S", "minari:mujoco/hopper/medium-v0")
        #expect(settings.standardOutput.contains("results/likelihood, on hopper-medium-r1"), "\(settings.output)")
    }

    @Test func infoAndVerify() throws {
        try minari.put("mujoco/hopper/medium-v0", environment: "Hopper-v5")
        try minari.put("D4RL/antmaze/umaze-v1", environment: "AntMaze_UMaze-v4", maze: true)
        for (word, sizes) in [
            ("minari:mujoco/hopper/medium-v0", "observations of 11, actions of 3"),
            ("minari:D4RL/antmaze/umaze-v1", "observations of 29, actions of 8"),
            (minari.folder("minari/D4RL/antmaze/umaze-v1"), "observations of 29, actions of 8"),
        ] {
            let info = try minari.activeBench("data", "info", word)
            #expect(
                info.exitCode == 0 && info.standardOutput.contains("rows          40, \(sizes)\n"), "\(info.output)")
            #expect(info.standardOutput.contains("transitions   40, all steps of 4 episodes\n"), "\(info.output)")
            #expect(info.standardOutput.contains("\nevaluated in  "), "\(info.output)")
            let verify = try minari.activeBench("data", "verify", word)
            #expect(
                verify.exitCode == 0 && verify.standardOutput.contains("good, 40 rows, 40 transitions"),
                "\(verify.output)")
        }
    }

    /// A dataset of an unknown environment can be inspected, and trained on only if the study names an environment.
    @Test(arguments: [nil, "CartPole-v1", "Humanoid-v5"]) func anUnknownEnvironment(environment: String?) throws {
        try minari.put("toy/noise-v0", environment: environment)
        let info = try minari.activeBench("data", "info", "minari:toy/noise-v0")
        #expect(info.exitCode == 0 && info.standardOutput.contains("rows          40"), "\(info.output)")
        minari.study("'minari:toy/noise-v0'")
        let refused = try minari.activeBench("run", minari.folder("study.yaml"), "--out", minari.folder("out"))
        #expect(refused.exitCode == 65 && refused.errorLines.count == 1, "\(refused.output)")
        #expect(refused.errorLines.first?.contains("field 'env_spec'") == true, "\(refused.output)")
        minari.study(
            "{name: mine, file: minari/toy/noise-v0, environment: hopper, profile: gymnasium, presets: hopper-medium}")
        let child = try minari.activeBench("run", minari.folder("study.yaml"), "--out", minari.folder("out"))
        #expect(child.exitCode == 0 && child.standardOutput.contains("| mine "), "\(child.output)")
    }

    /// `verify` refuses what a run refuses, in the same sentence.
    @Test(arguments: [
        ("pictures", "field 'observation_space': expected arrays of numbers, found pictures of the shape [8, 8, 3]"),
        ("D4RL's layout", "expected a dataset of Minari's, with a group 'episode_0', found one in D4RL's layout"),
        ("much in little", "MiB of memory available here, found declared sizes that take"),
        ("an attribute that is text", "field '/@total_episodes': expected a whole number, found 'four'"),
        ("another environment", "expected widths 17 and 6 of halfcheetah, found 11 and 3"),
    ])
    func verifyIsTheLoader(kind: String, sentence: String) throws {
        let id = "mujoco/hopper/medium-v0"
        let environment = kind == "another environment" ? "HalfCheetah-v5" : "Hopper-v5"
        let space = #"{"type": "Box", "dtype": "uint8", "shape": [8, 8, 3]}"#
        let isText = kind == "an attribute that is text"
        try minari.put(
            id, environment: environment,
            others: (kind == "pictures" ? ["observation_space": space] : [:])
                .merging(
                    isText || kind == "much in little" ? ["total_episodes": NSNull(), "total_steps": NSNull()] : [:]
                ) { $1 })
        let path = minari.folder("minari/\(id)/data/main_data.hdf5")
        switch kind {
        case "D4RL's layout": try FieldArrays().write(to: path)
        case "much in little": edit(path) { declareMuch(in: $0) }
        case "an attribute that is text":
            edit(path) { file in
                let (space, type) = (H5Screate(H5S_SCALAR), H5Tcopy(ab_H5T_C_S1()))
                H5Tset_size(type, 4)
                let attribute = H5Acreate2(file, "total_episodes", type, space, 0, 0)
                H5Awrite(attribute, type, "four")
                for one in [attribute, type, space] { H5Idec_ref(one) }
            }
        default: break
        }
        let verify = try minari.activeBench("data", "verify", "minari:\(id)")
        #expect(verify.exitCode == 65 && verify.errorLines.count == 1, "\(verify.output)")
        let errorLine = try #require(verify.errorLines.first)
        #expect(errorLine.contains(sentence), "\(errorLine)")
        minari.study("'minari:\(id)'")
        let run = try minari.activeBench("run", minari.folder("study.yaml"), "--out", minari.folder("out"))
        // The amount of free memory changes from one moment to the next.
        let said = kind == "much in little" ? sentence : errorLine
        #expect(run.exitCode == 65 && run.standardError.contains(said), "\(run.output)")
    }

    /// Adds a hundred names of one episode that declares 17 GiB and holds no data.
    private func declareMuch(in file: hid_t) {
        for k in 0..<4 { H5Ldelete(file, "episode_\(k)", 0) }
        H5Idec_ref(H5Gcreate2(file, "episode_0", 0, 0, 0))
        let rows: hsize_t = 1 << 28
        RawDataset(shape: [rows + 1, 11], chunk: [1024, 11]).replace("episode_0/observations", in: file)
        RawDataset(shape: [rows, 3], chunk: [1024, 3]).replace("episode_0/actions", in: file)
        for name in ["rewards", "terminations", "truncations"] {
            RawDataset(shape: [rows], chunk: [1024]).replace("episode_0/\(name)", in: file)
        }
        for k in 1..<100 { H5Lcreate_hard(file, "episode_0", file, "episode_\(k)", 0, 0) }
    }

    /// The file has Minari's layout and the name of a D4RL dataset.
    @Test func aFileWithAD4RLNameMustHaveD4RLsLayout() throws {
        try minari.put("toy/noise-v0", environment: "Hopper-v5")
        let path = minari.folder("hopper_medium-r1.hdf5")
        try FileManager.default.moveItem(atPath: minari.folder("minari/toy/noise-v0/data/main_data.hdf5"), toPath: path)
        let verify = try minari.activeBench("data", "verify", path)
        let sentence = "\(path): expected a file in D4RL's layout, found a dataset of Minari's"
        #expect(verify.exitCode == 65 && verify.standardError.contains(sentence), "\(verify.output)")
        minari.study("hopper-medium-r1")
        let run = try SystemRun.activeBench(
            "run", minari.folder("study.yaml"), "--out", minari.folder("out"), data: minari.folder.path)
        #expect(run.exitCode == 65 && run.standardError.contains(sentence), "\(run.output)")
    }

    /// Damaged metadata are reported, whether or not the study names an environment.
    @Test(arguments: ["", ", environment: hopper"]) func damagedMetadataAreReported(environment: String) throws {
        try minari.put("toy/noise-v0", environment: "Hopper-v5")
        ScratchFiles.put("{broken".utf8, at: minari.folder("minari/toy/noise-v0/data/metadata.json"))
        minari.study("{name: mine, file: minari/toy/noise-v0\(environment)}")
        let refused = try minari.activeBench("plan", minari.folder("study.yaml"))
        #expect(refused.exitCode == 65 && refused.errorLines.count == 1, "\(refused.output)")
        #expect(refused.output.contains("expected the JSON object that Minari writes, found an object that is damaged"))
    }

    @Test func otherTasksOfTheKitchenAreNamed() throws {
        try minari.put(
            "toy/noise-v0", environment: "FrankaKitchen-v1", kwargs: #"{"tasks_to_complete": ["microwave"]}"#)
        minari.study("'minari:toy/noise-v0'")
        let refused = try minari.activeBench("plan", minari.folder("study.yaml"))
        #expect(refused.exitCode == 65 && refused.errorLines.count == 1, "\(refused.output)")
        for words in [
            "field 'env_spec.kwargs.tasks_to_complete': expected the tasks of kitchen-complete, ",
            "found 'microwave'; ",
            "environment: kitchen-complete, profile: gymnasium}",
        ] { #expect(refused.output.contains(words), "\(refused.output)") }
    }

    @Test(arguments: [
        ("minari:mujoco/hopper/medium", "and an ID of letters, digits, '-', '_' and '/' that ends in -vN"),
        ("Minari:mujoco/hopper/medium-v0", "expected 'minari:mujoco/hopper/medium-v0', found"),
        ("minari: mujoco/hopper/medium-v0", "expected 'minari:mujoco/hopper/medium-v0', found"),
        ("minari:../x-v0", "and an ID of letters, digits, '-', '_' and '/' that ends in -vN"),
    ])
    func misspelledNames(name: String, words: String) throws {
        minari.study("'\(name)'")
        for arguments in [["data", "info", name], ["plan", minari.folder("study.yaml")]] {
            let child = try ChildProcess.run("active-bench", arguments)
            #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
            #expect(child.output.contains(words), "\(child.output)")
        }
    }

    /// Before Minari 0.5 there was no metadata.json.
    @Test func withoutMetadata() throws {
        try minari.put("old/hopper-v0", environment: nil, metadata: false)
        let info = try minari.activeBench("data", "info", minari.folder("minari/old/hopper-v0/data/main_data.hdf5"))
        #expect(info.exitCode == 0 && info.standardOutput.contains("rows          40"), "\(info.output)")
    }

    @Test func absentDatasets() throws {
        minari.study("'minari:mujoco/hopper/expert-v0'")
        for arguments in [
            ["data", "info", "minari:mujoco/hopper/expert-v0"],
            ["run", minari.folder("study.yaml"), "--out", minari.folder("out")],
            [
                "evaluate", "--env", "minari:mujoco/hopper/expert-v0", "--policy",
                SystemRun.inputs("policy.safetensors"), "--episodes", "1",
            ],
        ] {
            let child = try ChildProcess.run(
                "active-bench", arguments, environment: ["MINARI_DATASETS_PATH": minari.folder("minari")])
            #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
            #expect(child.output.contains("minari download mujoco/hopper/expert-v0"), "\(child.output)")
        }
        minari.study("mujoco/hopper/expert-v0")
        let hint = try minari.activeBench("config", "--study", minari.folder("study.yaml"))
        #expect(
            hint.exitCode == 65 && hint.output.contains("expected 'minari:mujoco/hopper/expert-v0'"), "\(hint.output)")
    }
}
