import DatasetTools
import Datasets
import Environments
import ExampleInputs
import Failures
import HDF5
import Networks
import Policies
import ScratchFiles
import Testing

/// Datasets of the mazes, collected by a policy that a navigation sends from waypoint to waypoint.
@Suite struct MazeRecordingTests {
    private let folder = TemporaryFolder()

    private func record(_ environment: String, madeFor trained: String = "ant-goal") throws -> D4RLFile {
        let policy = folder("policy.safetensors")
        try PolicyFile.write(
            .example("walker", observations: 29, actions: 8), to: policy,
            metadata: ["algorithm": "SAC", "environment": trained])
        let path = folder("antmaze_mine-r2.hdf5")
        _ = try DatasetRecording(
            .init(environment: environment, policies: [policy], transitions: 2100, seed: 0, output: path)
        ).run()
        return try D4RLFile(path: path, includingNextObservations: true)
    }

    /// The rows are the maze's, in the fields of D4RL's files: episodes of 1001 steps, of which each but the last ends at its time
    /// limit, each with its own goal.
    @Test func layout() throws {
        let file = try record("antmaze-medium-diverse-collection")
        #expect(file.count == 2100 && file.stateSize == 29 && file.actionSize == 8)
        let timeouts = try #require(file.timeouts)
        #expect(timeouts.indices.filter { timeouts[$0] == 1 } == [1000, 2001])
        #expect(file.nextObservations == nil, "D4RL's files of the mazes have none")
        let stored = try HDF5File(readingFrom: file.path)
        #expect(try !stored.contains("infos/action_log_probs"))
        let goals = try stored.float32("infos/goal").elements
        #expect(goals.count == 2 * 2100)
        let episodes = [0..<1001, 1001..<2002, 2002..<2100].map { rows in
            Set(rows.map { [goals[2 * $0], goals[2 * $0 + 1]] })
        }
        #expect(episodes.allSatisfy { $0.count == 1 } && Set(episodes).count == 3)
        let positions = try stored.float32("infos/qpos").elements
        let velocities = try stored.float32("infos/qvel").elements
        for row in stride(from: 0, to: 2100, by: 97) {
            let state = positions[15 * row..<15 * (row + 1)] + velocities[14 * row..<14 * (row + 1)]
            #expect(Array(file.observations[29 * row..<29 * (row + 1)]) == Array(state))
        }
    }

    /// The metadata name the recipe and what is different from plain rollouts.
    @Test func metadata() throws {
        guard case .text(let recipe)? = try record("antmaze-umaze-collection").metadata["recipe"] else {
            Issue.record("no recipe")
            return
        }
        #expect(
            recipe == "active-bench r2: stochastic rollouts of one SAC policy between waypoints, "
                + "with noise on its actions; rewards of one goal")
    }

    /// Only policies that were trained for it are accepted.
    @Test func anotherEnvironmentsPolicyIsRefused() {
        let error = #expect(throws: HarnessError.self) {
            try record("antmaze-umaze-collection", madeFor: "antmaze-umaze")
        }
        #expect(error?.description.contains("expected a policy for ant-goal, found one for antmaze-umaze") == true)
    }
}
