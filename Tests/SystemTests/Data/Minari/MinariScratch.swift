import Foundation
import HDF5
import ProgramRuns
import ScratchFiles

/// A scratch folder with datasets of Minari's and a study, and the program run on them.
struct MinariScratch {
    let folder = TemporaryFolder()

    /// Writes a Minari dataset for Hopper: 40 steps in four episodes with noisy actions.
    func put(
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

    func activeBench(_ arguments: String..., ranks: Int? = nil) throws -> ChildProcess {
        try ChildProcess.run(
            "active-bench", arguments, ranks: ranks, environment: ["MINARI_DATASETS_PATH": folder("minari")])
    }

    func study(_ dataset: String) {
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
}
