import Foundation
import HDF5
import ProgramRuns
import ScratchFiles
import Testing

/// Minari's datasets on the command line and in studies.
@Suite struct MinariCommandTests {
    private let folder = TemporaryFolder()

    /// A dataset of Minari's for Hopper: 40 steps in four episodes, as a policy of noise might have made it.
    private func put(_ id: String, environment: String?, maze: Bool = false, metadata: Bool = true) throws {
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
        if let environment { object["env_spec"] = "{\"id\": \"\(environment)\", \"max_episode_steps\": 1000}" }
        let json = try JSONSerialization.data(withJSONObject: object)
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

    @Test func trainsAndIsJudgedByItsMetadata() throws {
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

    /// Where the environment is not known the data can be looked at, and trained on only where the study names one.
    @Test(arguments: [nil, "CartPole-v1", "Humanoid-v5"]) func anUnknownEnvironment(environment: String?) throws {
        try put("toy/noise-v0", environment: environment)
        let info = try activeBench("data", "info", "minari:toy/noise-v0")
        #expect(info.exitCode == 0 && info.standardOutput.contains("rows          40"), "\(info.output)")
        study("'minari:toy/noise-v0'")
        let refused = try activeBench("run", folder("study.yaml"), "--out", folder("out"))
        #expect(refused.exitCode == 65 && refused.complaints.count == 1, "\(refused.output)")
        #expect(refused.complaints.first?.contains("field 'env_spec'") == true, "\(refused.output)")
        study(
            "{name: mine, file: minari/toy/noise-v0, environment: hopper, profile: gymnasium, presets: hopper-medium}")
        let child = try activeBench("run", folder("study.yaml"), "--out", folder("out"))
        #expect(child.exitCode == 0 && child.standardOutput.contains("| mine "), "\(child.output)")
    }

    /// Before Minari 0.5 there was no metadata.json.
    @Test func withoutMetadata() throws {
        try put("old/hopper-v0", environment: nil, metadata: false)
        let info = try activeBench("data", "info", folder("minari/old/hopper-v0/data/main_data.hdf5"))
        #expect(info.exitCode == 0 && info.standardOutput.contains("rows          40"), "\(info.output)")
    }

    @Test func whatIsNotThere() throws {
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
            #expect(child.exitCode == 65 && child.complaints.count == 1, "\(child.output)")
            #expect(child.output.contains("minari download mujoco/hopper/expert-v0"), "\(child.output)")
        }
        study("mujoco/hopper/expert-v0")
        let hint = try activeBench("config", "--study", folder("study.yaml"))
        #expect(
            hint.exitCode == 65 && hint.output.contains("expected 'minari:mujoco/hopper/expert-v0'"), "\(hint.output)")
    }
}
