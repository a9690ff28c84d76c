import Algorithms
import Studies
import Testing

/// A default that nothing supports is said before a run, unless the study chooses the value or does not use it.
@Suite struct SettingRemarkTests {
    private func remarks(_ datasets: String, _ learners: String) throws -> [String] {
        let study = try StudyFile.parse(
            """
            {name: x, datasets: [\(datasets)], seeds: 0-4, steps: 10, evaluate: {every: 5, episodes: 1},
             learners: {\(learners)}}
            """, path: "s.yaml")
        let plan = StudyPlan(study)
        return plan.settingRemarks(ofCases: plan.cases.indices)
    }

    private static let own = "{name: mine, file: mine.hdf5, environment: hopper}"

    @Test(
        arguments: [
            ("kitchen-mixed-v0", "ACTIVE-I: {}", ["ACTIVE-I on kitchen-mixed-v0: H_D is a guess, -4.5: "]),
            (own, "ACTIVE-S: {m: 2}", ["ACTIVE-S on mine: H_D is a guess, -1.5: "]),
            (own, "ACTIVE-S: {sweep: {m: [1, 2]}}", ["ACTIVE-S on mine: "]),
            (
                "hopper-expert-v2, hopper-medium-v2, \(own)", "ACTIVE-I: {}, ACTIVE-S: {}, IQL: {}",
                [
                    "ACTIVE-I on hopper-expert-v2: ", "ACTIVE-S on hopper-expert-v2: ", "ACTIVE-I on mine: ",
                    "ACTIVE-S on mine: ",
                ]
            ),
            ("{name: mine, file: mine.hdf5, environment: hopper, presets: hopper-medium}", "ACTIVE-S: {}", []),
            (own, "ACTIVE-S: {target_log_likelihood: -2}", []), (own, "ACTIVE-S: {target_log_likelihood: -1.5}", []),
            (own, "ACTIVE-S: {sweep: {target_log_likelihood: [-2, -1.5]}}", []),
            (
                "\(own), kitchen-mixed-v0", "ACTIVE-S: {datasets: {mine: {target_log_likelihood: -2}}}",
                ["ACTIVE-S on kitchen-mixed-v0: "]
            ),
            (own, "ACTIVE-S: {cloning_temperature: fixed}", []), (own, "ACTIVE-S: {cloning_temperature: off}", []),
            (own, "ACTIVE-S: {sweep: {cloning_temperature: [off, adaptive]}}", ["ACTIVE-S on mine: "]),
        ] as [(String, String, [String])])
    func guessesOfATargetLikelihood(datasets: String, learners: String, expected: [String]) throws {
        let found = try remarks(datasets, learners)
        #expect(found.count == expected.count)
        for (remark, beginning) in zip(found, expected) {
            #expect(remark.hasPrefix(beginning) && remark.contains(" set target_log_likelihood "), "\(remark)")
        }
    }

    /// Only of the cases that are left.
    @Test func ofOpenCases() throws {
        let study = try StudyFile.parse(
            """
            {name: x, datasets: [\(Self.own), kitchen-mixed-v0], seeds: [0], steps: 10, evaluate: {every: 5, episodes: 1},
             learners: {ACTIVE-I: {}}}
            """, path: "s.yaml")
        #expect(StudyPlan(study).settingRemarks(ofCases: [1]).map { $0.prefix(28) } == ["ACTIVE-I on kitchen-mixed-v0"])
        #expect(StudyPlan(study).settingRemarks(ofCases: []).isEmpty)
    }
}
