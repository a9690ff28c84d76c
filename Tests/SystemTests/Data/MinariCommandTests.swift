import CHDF5
import Foundation
import HDF5
import ProgramRuns
import ScratchFiles
import Testing

/// Minari's datasets on the command line and in studies are listed, checked, trained on or refused.
@Suite struct MinariCommandTests {
    private let folder = TemporaryFolder()

    /// Writes a Minari dataset for Hopper: 40 steps in four episodes with noisy actions.
    private func put(
        _ id: String, environment: String?, maze: Bool = false, metadata: Bool = true, limit: Int = 1000,
        kwargs: String = "{}", wrappers: String = "[]", others: [String: Any] = [:]
    ) throws {
        let data = folder("minari/\(id)/data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        let (length, states, actions) = (10, maze ? 27 : 11, maze ? 8 : 3)
        func noise(_ count: Int, _ seed: Int) -> [Double] { (0..<count).map { sin(Double($0 * 37 + seed * 11)) } }
        try HDF5Writer.write(to: data + "/main_data.hdf5") { file in
            for k in 0..<4 {
                let group = "episode_\(k)/"
                let place = group + (maze ? "observations/observation" : "observations")
                try file.write(noise((length + 1) * states, k), shape: [length + 1, states], to: place)
                if maze {
                    for goal in ["achieved_goal", "desired_goal"] {
                        try file.write(
                            noise((length + 1) * 2, k), shape: [length + 1, 2], to: group + "observations/\(goal)")
                    }
                }
                try file.write(noise(length * actions, k + 9), shape: [length, actions], to: group + "actions")
                try file.write(noise(length, k + 5), shape: [length], to: group + "rewards")
                let ends = (0..<length).map { $0 == length - 1 }
                try file.write(ends.map { $0 && k == 0 }, shape: [length], to: group + "terminations")
                try file.write(ends.map { $0 && k == 1 }, shape: [length], to: group + "truncations")
            }
        }
        guard metadata else { return }
        var object: [String: Any] = ["total_episodes": 4, "total_steps": 40, "data_format": "hdf5", "dataset_id": id]
        if let environment {
            object["env_spec"] =
                "{\"id\": \"\(environment)\", \"max_episode_steps\": \(limit), \"kwargs\": \(kwargs), "
                + "\"additional_wrappers\": \(wrappers)}"
        }
        let json = try JSONSerialization.data(withJSONObject: object.merging(others) { $1 })
        try json.write(to: URL(fileURLWithPath: data + "/metadata.json"))
    }

    private func activeBench(_ arguments: String..., ranks: Int? = nil) throws -> ChildProcess {
        try ChildProcess.run(
            "active-bench", arguments, ranks: ranks, environment: ["MINARI_DATASETS_PATH": folder("minari")])
    }

    private func study(_ dataset: String) {
        let text = """
            name: minari
            datasets: [\(dataset)]
            seeds: [0]
            steps: 5
            evaluate: {every: 5, episodes: 1}
            learners:
              IQL: {hidden: [16, 16], batch: 8, datasets: {hopper-medium: {discount: 0.9}}}
              BC: {hidden: [16, 16], batch: 8}
            """
        ScratchFiles.put(text.utf8, at: folder("study.yaml"))
    }

    @Test func trainsAndIsEvaluatedByItsMetadata() throws {
        try put("mujoco/hopper/medium-v0", environment: "Hopper-v5")
        study("'minari:mujoco/hopper/medium-v0'")
        let plan = try activeBench("plan", folder("study.yaml"))
        #expect(plan.exitCode == 0 && plan.standardOutput.contains("minari:mujoco/hopper/medium-v0"), "\(plan.output)")
        let child = try activeBench("run", folder("study.yaml"), "--out", folder("out"), ranks: 2)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(
            child.standardError.contains(
                "note: minari:mujoco/hopper/medium-v0 is judged in hopper, profile gymnasium-v5, and scored by D4RL's"),
            "\(child.output)")
        let place = "cases/IQL/minari--mujoco--hopper--medium-v0/discount=0.9,batch=8,hidden=16x16/seed-0"
        let configuration = text(of: folder("out/\(place)/config.yaml"))
        #expect(
            configuration.contains(
                "dataset: minari:mujoco/hopper/medium-v0\nenvironment: hopper\nprofile: gymnasium-v5\npresets: hopper-medium\n"
            ),
            "\(configuration)")
        #expect(text(of: folder("out/\(place)/result.json")).contains("\"transitions\" : 40"))
        #expect(text(of: folder("out/table.md")).contains("scored by D4RL's reference returns"))
        let before = SystemRun.results(folder("out"))
        let again = try activeBench("run", folder("study.yaml"), "--out", folder("out"))
        #expect(again.exitCode == 0 && SystemRun.results(folder("out")) == before, "\(again.output)")
        let policy = folder("out/\(place)/policy.safetensors")
        let evaluated = try activeBench(
            "evaluate", "--env", "minari:mujoco/hopper/medium-v0", "--policy", policy, "--episodes", "1")
        #expect(evaluated.exitCode == 0 && evaluated.output.contains("profile gymnasium-v5"), "\(evaluated.output)")
        let settings = try activeBench("config", "ACTIVE-S", "minari:mujoco/hopper/medium-v0")
        #expect(settings.standardOutput.contains("results/likelihood, on hopper-medium-r1"), "\(settings.output)")
    }

    @Test func infoAndVerify() throws {
        try put("mujoco/hopper/medium-v0", environment: "Hopper-v5")
        try put("D4RL/antmaze/umaze-v1", environment: "AntMaze_UMaze-v4", maze: true)
        for (word, sizes) in [
            ("minari:mujoco/hopper/medium-v0", "observations of 11, actions of 3"),
            ("minari:D4RL/antmaze/umaze-v1", "observations of 29, actions of 8"),
            (folder("minari/D4RL/antmaze/umaze-v1"), "observations of 29, actions of 8"),
        ] {
            let info = try activeBench("data", "info", word)
            #expect(
                info.exitCode == 0 && info.standardOutput.contains("rows          40, \(sizes)\n"), "\(info.output)")
            #expect(info.standardOutput.contains("transitions   40, all steps of 4 episodes\n"), "\(info.output)")
            #expect(info.standardOutput.contains("\njudged in     "), "\(info.output)")
            let verify = try activeBench("data", "verify", word)
            #expect(
                verify.exitCode == 0 && verify.standardOutput.contains("good, 40 rows, 40 transitions"),
                "\(verify.output)")
        }
    }

    /// A dataset of an unknown environment can be inspected, and trained on only if the study names an environment.
    @Test(arguments: [nil, "CartPole-v1", "Humanoid-v5"]) func anUnknownEnvironment(environment: String?) throws {
        try put("toy/noise-v0", environment: environment)
        let info = try activeBench("data", "info", "minari:toy/noise-v0")
        #expect(info.exitCode == 0 && info.standardOutput.contains("rows          40"), "\(info.output)")
        study("'minari:toy/noise-v0'")
        let refused = try activeBench("run", folder("study.yaml"), "--out", folder("out"))
        #expect(refused.exitCode == 65 && refused.errorLines.count == 1, "\(refused.output)")
        #expect(refused.errorLines.first?.contains("field 'env_spec'") == true, "\(refused.output)")
        study(
            "{name: mine, file: minari/toy/noise-v0, environment: hopper, profile: gymnasium, presets: hopper-medium}")
        let child = try activeBench("run", folder("study.yaml"), "--out", folder("out"))
        #expect(child.exitCode == 0 && child.standardOutput.contains("| mine "), "\(child.output)")
    }

    /// `verify` refuses what a run refuses, in the same sentence.
    @Test(arguments: [
        ("pictures", "field 'observation_space': expected arrays of numbers, found pictures of the shape [8, 8, 3]"),
        ("D4RL's layout", "expected a dataset of Minari's, with a group 'episode_0', found one in D4RL's layout"),
        ("much in little", "MiB of memory there are here, found declared sizes that take"),
        ("an attribute that is text", "field '/@total_episodes': expected a whole number, found 'four'"),
        ("another environment", "expected widths 17 and 6 of halfcheetah, found 11 and 3"),
    ])
    func verifyIsTheLoader(kind: String, sentence: String) throws {
        let id = "mujoco/hopper/medium-v0"
        let environment = kind == "another environment" ? "HalfCheetah-v5" : "Hopper-v5"
        let space = #"{"type": "Box", "dtype": "uint8", "shape": [8, 8, 3]}"#
        let isText = kind == "an attribute that is text"
        try put(
            id, environment: environment,
            others: (kind == "pictures" ? ["observation_space": space] : [:])
                .merging(
                    isText || kind == "much in little" ? ["total_episodes": NSNull(), "total_steps": NSNull()] : [:]
                ) { $1 })
        let path = folder("minari/\(id)/data/main_data.hdf5")
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
        let verify = try activeBench("data", "verify", "minari:\(id)")
        #expect(verify.exitCode == 65 && verify.errorLines.count == 1, "\(verify.output)")
        let errorLine = try #require(verify.errorLines.first)
        #expect(errorLine.contains(sentence), "\(errorLine)")
        study("'minari:\(id)'")
        let run = try activeBench("run", folder("study.yaml"), "--out", folder("out"))
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
        try put("toy/noise-v0", environment: "Hopper-v5")
        let path = folder("hopper_medium-r1.hdf5")
        try FileManager.default.moveItem(atPath: folder("minari/toy/noise-v0/data/main_data.hdf5"), toPath: path)
        let verify = try activeBench("data", "verify", path)
        let sentence = "\(path): expected a file in D4RL's layout, found a dataset of Minari's"
        #expect(verify.exitCode == 65 && verify.standardError.contains(sentence), "\(verify.output)")
        study("hopper-medium-r1")
        let run = try SystemRun.activeBench("run", folder("study.yaml"), "--out", folder("out"), data: folder.path)
        #expect(run.exitCode == 65 && run.standardError.contains(sentence), "\(run.output)")
    }

    // MARK: The environment's settings

    @Test(
        arguments: [
            ("Hopper-v5", 1000, "{}", nil), ("Hopper-v5", 1000, #"{"render_mode": "human", "width": 64}"#, nil),
            ("Hopper-v5", 1000, #"{"xml_file": null, "terminate_when_unhealthy": true}"#, nil),
            ("Hopper-v5", 20, "{}", "'max_episode_steps': 20; policies are judged in episodes of 1000"),
            ("AntMaze_UMaze-v4", 700, #"{"reward_type": "sparse"}"#, nil),
            (
                "AntMaze_UMaze-v4", 700, #"{"maze_map": [[1, "r"], [0, 1]], "reward_type": "sparse"}"#,
                #"'maze_map': [[1,"r"],[0,1]], which is not followed"#
            ),
            ("AntMaze_UMaze-v4", 700, #"{"continuing_task": true}"#, "'continuing_task': true, which is not followed"),
        ] as [(String, Int, String, String?)])
    func settingsThatAllowARun(environment: String, limit: Int, kwargs: String, remark: String?) throws {
        let id = "toy/noise-v0"
        try put(id, environment: environment, maze: environment != "Hopper-v5", limit: limit, kwargs: kwargs)
        let verify = try activeBench("data", "verify", "minari:\(id)")
        let said = verify.standardOutput.split(separator: "\n").filter {
            $0.contains("the metadata's environment has ")
        }
        #expect(verify.exitCode == 0 && said.count == (remark == nil ? 0 : 1), "\(verify.output)")
        #expect(remark.map { said.first?.hasSuffix($0) == true } ?? true, "\(verify.output)")
        let settings = try activeBench("config", "BC", "minari:\(id)")
        #expect(settings.exitCode == 0, "\(settings.output)")
    }

    @Test(arguments: [
        ("terminate_when_unhealthy", "false"), ("exclude_current_positions_from_observation", "false"),
        ("ctrl_cost_weight", "0.5"), ("xml_file", "\"my.xml\""), ("reward_type", "\"dense\""), ("frame_skip", "5"),
        ("forward_reward_weight", "NaN"), ("ctrl_cost_weight", "-Infinity"),
    ])
    func settingsThatMakeAnotherEnvironment(key: String, value: String) throws {
        try put("toy/noise-v0", environment: "Hopper-v5", kwargs: "{\"\(key)\": \(value)}")
        // Values that Python writes and that are not valid JSON are kept as text.
        let shown = ["NaN", "-Infinity"].contains(value) ? "\"\(value)\"" : value
        let info = try activeBench("data", "info", "minari:toy/noise-v0")
        #expect(info.exitCode == 0 && info.standardOutput.contains("rows          40"), "\(info.output)")
        for data in ["'minari:toy/noise-v0'", "{name: mine, file: minari/toy/noise-v0}"] {
            study(data)
            let refused = try activeBench("run", folder("study.yaml"), "--out", folder("out"))
            #expect(refused.exitCode == 65 && refused.errorLines.count == 1, "\(refused.output)")
            let sentence = "field 'env_spec': expected an environment made as our hopper is, found '\(key)': \(shown); "
            #expect(refused.errorLines.first?.contains(sentence) == true, "\(refused.output)")
        }
        study("{name: mine, file: minari/toy/noise-v0, environment: hopper, presets: hopper-medium}")
        let plan = try activeBench("plan", folder("study.yaml"))
        #expect(plan.exitCode == 0, "\(plan.output)")
    }

    private static func wrapper(_ name: String, _ kwargs: String = "{}", of module: String? = nil) -> String {
        let place = (module ?? "gymnasium.wrappers.common") + ":" + name
        return #"{"name": "\#(name)", "entry_point": "\#(place)", "kwargs": \#(kwargs)}"#
    }

    @Test(
        arguments: [
            (["OrderEnforcing", "PassiveEnvChecker", "RecordEpisodeStatistics"].map { wrapper($0) }, nil),
            ([wrapper("RecordVideo", #"{"video_folder": "x"}"#, of: "gymnasium.wrappers.rendering")], nil),
            ([wrapper("TimeLimit", #"{"max_episode_steps": 1000}"#)], nil),
            (
                [wrapper("TimeLimit", #"{"max_episode_steps": 20}"#), wrapper("OrderEnforcing")],
                "'max_episode_steps': 20; policies are judged in episodes of 1000"
            ),
        ] as [([String], String?)])
    func wrappersThatChangeNothing(wrappers: [String], remark: String?) throws {
        try put("toy/noise-v0", environment: "Hopper-v5", wrappers: "[\(wrappers.joined(separator: ", "))]")
        let verify = try activeBench("data", "verify", "minari:toy/noise-v0")
        #expect(verify.exitCode == 0, "\(verify.output)")
        #expect(verify.standardOutput.contains("the metadata's environment has") == (remark != nil))
        #expect(remark.map { verify.standardOutput.contains($0) } ?? true, "\(verify.output)")
        let settings = try activeBench("config", "BC", "minari:toy/noise-v0")
        #expect(settings.exitCode == 0, "\(settings.output)")
    }

    @Test(arguments: [
        ([wrapper("NormalizeObservation")], "the wrapper 'NormalizeObservation'"),
        (
            [wrapper("OrderEnforcing"), wrapper("TransformReward", "null"), wrapper("FrameStackObservation")],
            "the wrappers 'TransformReward', 'FrameStackObservation'"
        ),
        ([wrapper("ClipAction")], "the wrapper 'ClipAction'"),
        ([wrapper("Autoreset")], "the wrapper 'Autoreset'"),
        ([wrapper("TimeLimit", of: "mine.wrappers")], "the wrapper 'TimeLimit' of 'mine.wrappers:TimeLimit'"),
        ([#"{"name": "Mine"}"#], "the wrapper 'Mine'"),
    ])
    func wrappersThatMakeAnotherEnvironment(wrappers: [String], found: String) throws {
        try put("toy/noise-v0", environment: "Hopper-v5", wrappers: "[\(wrappers.joined(separator: ", "))]")
        let sentence = "field 'env_spec': expected an environment made as our hopper is, found \(found); "
        let info = try activeBench("data", "info", "minari:toy/noise-v0")
        #expect(info.exitCode == 0 && info.standardOutput.contains("rows          40"), "\(info.output)")
        #expect(info.standardOutput.contains(sentence), "\(info.output)")
        study("'minari:toy/noise-v0'")
        let refused = try activeBench("run", folder("study.yaml"), "--out", folder("out"))
        #expect(refused.exitCode == 65 && refused.errorLines.count == 1, "\(refused.output)")
        #expect(refused.errorLines.first?.contains(sentence) == true, "\(refused.output)")
        study("{name: mine, file: minari/toy/noise-v0, environment: hopper, presets: hopper-medium}")
        let plan = try activeBench("plan", folder("study.yaml"))
        #expect(plan.exitCode == 0, "\(plan.output)")
    }

    /// Damaged metadata are reported, whether or not the study names an environment.
    @Test(arguments: ["", ", environment: hopper"]) func damagedMetadataAreReported(environment: String) throws {
        try put("toy/noise-v0", environment: "Hopper-v5")
        ScratchFiles.put("{broken".utf8, at: folder("minari/toy/noise-v0/data/metadata.json"))
        study("{name: mine, file: minari/toy/noise-v0\(environment)}")
        let refused = try activeBench("plan", folder("study.yaml"))
        #expect(refused.exitCode == 65 && refused.errorLines.count == 1, "\(refused.output)")
        #expect(refused.output.contains("expected the JSON object that Minari writes, found an object that is damaged"))
    }

    @Test func otherTasksOfTheKitchenAreNamed() throws {
        try put("toy/noise-v0", environment: "FrankaKitchen-v1", kwargs: #"{"tasks_to_complete": ["microwave"]}"#)
        study("'minari:toy/noise-v0'")
        let refused = try activeBench("plan", folder("study.yaml"))
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
        study("'\(name)'")
        for arguments in [["data", "info", name], ["plan", folder("study.yaml")]] {
            let child = try ChildProcess.run("active-bench", arguments)
            #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
            #expect(child.output.contains(words), "\(child.output)")
        }
    }

    /// Before Minari 0.5 there was no metadata.json.
    @Test func withoutMetadata() throws {
        try put("old/hopper-v0", environment: nil, metadata: false)
        let info = try activeBench("data", "info", folder("minari/old/hopper-v0/data/main_data.hdf5"))
        #expect(info.exitCode == 0 && info.standardOutput.contains("rows          40"), "\(info.output)")
    }

    @Test func absentDatasets() throws {
        study("'minari:mujoco/hopper/expert-v0'")
        for arguments in [
            ["data", "info", "minari:mujoco/hopper/expert-v0"], ["run", folder("study.yaml"), "--out", folder("out")],
            [
                "evaluate", "--env", "minari:mujoco/hopper/expert-v0", "--policy",
                SystemRun.inputs("policy.safetensors"), "--episodes", "1",
            ],
        ] {
            let child = try ChildProcess.run(
                "active-bench", arguments, environment: ["MINARI_DATASETS_PATH": folder("minari")])
            #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
            #expect(child.output.contains("minari download mujoco/hopper/expert-v0"), "\(child.output)")
        }
        study("mujoco/hopper/expert-v0")
        let hint = try activeBench("config", "--study", folder("study.yaml"))
        #expect(
            hint.exitCode == 65 && hint.output.contains("expected 'minari:mujoco/hopper/expert-v0'"), "\(hint.output)")
    }
}
