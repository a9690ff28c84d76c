import ProgramRuns
import ScratchFiles
import Testing

/// The settings and wrappers of an environment in Minari's metadata: those that change nothing allow a run, and those that
/// make another environment than ours are refused by name.
@Suite struct MinariSettingsTests {
    private let minari = MinariScratch()

    @Test(
        arguments: [
            ("Hopper-v5", 1000, "{}", nil), ("Hopper-v5", 1000, #"{"render_mode": "human", "width": 64}"#, nil),
            ("Hopper-v5", 1000, #"{"xml_file": null, "terminate_when_unhealthy": true}"#, nil),
            ("Hopper-v5", 20, "{}", "'max_episode_steps': 20; policies are evaluated in episodes of 1000"),
            ("AntMaze_UMaze-v4", 700, #"{"reward_type": "sparse"}"#, nil),
            (
                "AntMaze_UMaze-v4", 700, #"{"maze_map": [[1, "r"], [0, 1]], "reward_type": "sparse"}"#,
                #"'maze_map': [[1,"r"],[0,1]], which is not followed"#
            ),
            ("AntMaze_UMaze-v4", 700, #"{"continuing_task": true}"#, "'continuing_task': true, which is not followed"),
        ] as [(String, Int, String, String?)])
    func settingsThatAllowARun(environment: String, limit: Int, kwargs: String, remark: String?) throws {
        let id = "toy/noise-v0"
        try minari.put(id, environment: environment, maze: environment != "Hopper-v5", limit: limit, kwargs: kwargs)
        let verify = try minari.activeBench("data", "verify", "minari:\(id)")
        let said = verify.standardOutput.split(separator: "\n").filter {
            $0.contains("the metadata's environment has ")
        }
        #expect(verify.exitCode == 0 && said.count == (remark == nil ? 0 : 1), "\(verify.output)")
        #expect(remark.map { said.first?.hasSuffix($0) == true } ?? true, "\(verify.output)")
        let settings = try minari.activeBench("config", "BC", "minari:\(id)")
        #expect(settings.exitCode == 0, "\(settings.output)")
    }

    @Test(arguments: [
        ("terminate_when_unhealthy", "false"), ("exclude_current_positions_from_observation", "false"),
        ("ctrl_cost_weight", "0.5"), ("xml_file", "\"my.xml\""), ("reward_type", "\"dense\""), ("frame_skip", "5"),
        ("forward_reward_weight", "NaN"), ("ctrl_cost_weight", "-Infinity"),
    ])
    func settingsThatMakeAnotherEnvironment(key: String, value: String) throws {
        try minari.put("toy/noise-v0", environment: "Hopper-v5", kwargs: "{\"\(key)\": \(value)}")
        // Values that Python writes and that are not valid JSON are kept as text.
        let shown = ["NaN", "-Infinity"].contains(value) ? "\"\(value)\"" : value
        let info = try minari.activeBench("data", "info", "minari:toy/noise-v0")
        #expect(info.exitCode == 0 && info.standardOutput.contains("rows          40"), "\(info.output)")
        for data in ["'minari:toy/noise-v0'", "{name: mine, file: minari/toy/noise-v0}"] {
            minari.study(data)
            let refused = try minari.activeBench("run", minari.folder("study.yaml"), "--out", minari.folder("out"))
            #expect(refused.exitCode == 65 && refused.errorLines.count == 1, "\(refused.output)")
            let sentence = "field 'env_spec': expected an environment made as our hopper is, found '\(key)': \(shown); "
            #expect(refused.errorLines.first?.contains(sentence) == true, "\(refused.output)")
        }
        minari.study("{name: mine, file: minari/toy/noise-v0, environment: hopper, presets: hopper-medium}")
        let plan = try minari.activeBench("plan", minari.folder("study.yaml"))
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
                "'max_episode_steps': 20; policies are evaluated in episodes of 1000"
            ),
        ] as [([String], String?)])
    func wrappersThatChangeNothing(wrappers: [String], remark: String?) throws {
        try minari.put("toy/noise-v0", environment: "Hopper-v5", wrappers: "[\(wrappers.joined(separator: ", "))]")
        let verify = try minari.activeBench("data", "verify", "minari:toy/noise-v0")
        #expect(verify.exitCode == 0, "\(verify.output)")
        #expect(verify.standardOutput.contains("the metadata's environment has") == (remark != nil))
        #expect(remark.map { verify.standardOutput.contains($0) } ?? true, "\(verify.output)")
        let settings = try minari.activeBench("config", "BC", "minari:toy/noise-v0")
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
        try minari.put("toy/noise-v0", environment: "Hopper-v5", wrappers: "[\(wrappers.joined(separator: ", "))]")
        let sentence = "field 'env_spec': expected an environment made as our hopper is, found \(found); "
        let info = try minari.activeBench("data", "info", "minari:toy/noise-v0")
        #expect(info.exitCode == 0 && info.standardOutput.contains("rows          40"), "\(info.output)")
        #expect(info.standardOutput.contains(sentence), "\(info.output)")
        minari.study("'minari:toy/noise-v0'")
        let refused = try minari.activeBench("run", minari.folder("study.yaml"), "--out", minari.folder("out"))
        #expect(refused.exitCode == 65 && refused.errorLines.count == 1, "\(refused.output)")
        #expect(refused.errorLines.first?.contains(sentence) == true, "\(refused.output)")
        minari.study("{name: mine, file: minari/toy/noise-v0, environment: hopper, presets: hopper-medium}")
        let plan = try minari.activeBench("plan", minari.folder("study.yaml"))
        #expect(plan.exitCode == 0, "\(plan.output)")
    }
}
