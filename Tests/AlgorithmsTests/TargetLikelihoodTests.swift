import Algorithms
import Foundation
import Testing

@Suite struct TargetLikelihoodTests {
    private func target(_ dataset: String) -> Setting? {
        presetSettings(of: .activeI, on: dataset)["target_log_likelihood"]
    }

    /// The presets follow from the committed measurements by the rule H_D = L_BC - A/2.
    @Test(arguments: ["hopper", "halfcheetah", "walker2d"].flatMap { ["\($0)-medium", "\($0)-medium-replay"] })
    func followsTheMeasurement(task: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../results/likelihood")
        let data = try Data(contentsOf: folder.appendingPathComponent("\(task)-r1.json"))
        let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let likelihood = try #require(report["logLikelihood"] as? Double)
        let dimensions = try #require(report["actionSize"] as? Int)
        let expected = ((likelihood - 0.5 * Double(dimensions)) * 100).rounded() / 100
        for version in ["v2", "r1"] {
            #expect(target("\(task)-\(version)")?.value == .real(expected))
            #expect(target("\(task)-\(version)")?.origin.contains("results/likelihood") == true)
        }
    }

    @Test func otherDatasetsHaveAMarkedDefault() {
        let expected: [(String, Double)] = [
            ("hopper-medium-expert-v2", -1.5), ("halfcheetah-medium-expert-v2", -3), ("walker2d-expert-v2", -3),
            ("antmaze-umaze-v2", -4), ("kitchen-mixed-v0", -4.5), ("", -1),
        ]
        for (dataset, value) in expected {
            #expect(target(dataset)?.value == .real(value))
            #expect(target(dataset)?.origin.hasPrefix("our default") == true)
        }
    }
}
