import ExampleInputs
import Foundation
import HDF5
import Policies
import ProgramRuns
import ScratchFiles
import Testing

/// `active-bench bench rollout`.
@Suite struct BenchRolloutTests {
    private let folder = TemporaryFolder()

    private struct Result: Decodable {
        let environment, profile: String
        let steps, policySteps: Int
        let withPolicy, withKnownActions, bareLoop, policyRatio, bareRatio: Double
    }

    private func bench(_ arguments: String...) throws -> Result {
        let child = try ChildProcess.run(
            "active-bench", ["bench", "rollout", "--repetitions", "1", "--json"] + arguments)
        #expect(child.exitCode == 0, "\(child.output)")
        return try JSONDecoder().decode(Result.self, from: Data(child.standardOutput.utf8))
    }

    @Test func ratesAndRatios() throws {
        let result = try bench("--env", "walker2d", "--profile", "gymnasium", "--episodes", "3")
        #expect(result.environment == "walker2d" && result.profile == "gymnasium")
        #expect(result.steps == result.policySteps, "the known actions are the policy's")
        #expect(result.steps > 10)
        for rate in [result.withPolicy, result.withKnownActions, result.bareLoop] { #expect(rate.isFinite && rate > 0) }
        #expect(abs(result.policyRatio * result.withKnownActions / result.withPolicy - 1) < 1e-6)
        #expect(abs(result.bareRatio * result.bareLoop / result.withKnownActions - 1) < 1e-6)
    }

    /// The policy named on the command line is the one that acts.
    @Test func policyMatters() throws {
        try PolicyFile.write(.example("a"), to: folder("a.safetensors"))
        let example = try bench("--env", "hopper", "--episodes", "3", "--policy", folder("a.safetensors"))
        #expect(try bench("--env", "hopper", "--episodes", "3").steps != example.steps)
    }

    /// Two episodes from a script: in the first the hopper lies on the
    /// ground from the start, in the second it falls later.
    @Test func script() throws {
        try writeScript(heights: [0.1, 1.25])
        let result = try bench("--env", "hopper", "--script", folder("script.h5"))
        #expect(result.steps > 5 && result.steps < 60)
        try writeScript(heights: [0.1])
        #expect(try bench("--env", "hopper", "--script", folder("script.h5")).steps == 1)
    }

    @Test func invalidScriptsAreRefused() throws {
        try writeScript(heights: [1.25])
        for (name, errorLine) in [
            ("walker2d", "\(folder("script.h5")): positions has shape [1, 6], expected [N, 9]"),
            ("antmaze-umaze", "'antmaze-umaze' takes no script: hopper, halfcheetah, walker2d do"),
        ] {
            let child = try ChildProcess.run(
                "active-bench", ["bench", "rollout", "--env", name, "--script", folder("script.h5")])
            #expect(child.exitCode == 65)
            #expect(child.errorLines == [errorLine])
        }
    }

    /// Writes a script with Hopper at rest at these heights, with 10 rows of full torque.
    private func writeScript(heights: [Double]) throws {
        try HDF5Writer.write(to: folder("script.h5")) { file in
            let positions: [Double] = heights.flatMap { [0, $0, 0, 0, 0, 0] }
            try file.write(positions, shape: [heights.count, 6], to: "positions")
            try file.write([Double](repeating: 0, count: positions.count), shape: [heights.count, 6], to: "velocities")
            try file.write([Float](repeating: 1, count: 30), shape: [10, 3], to: "actions")
        }
    }
}
