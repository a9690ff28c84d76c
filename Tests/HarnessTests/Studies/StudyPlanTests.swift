import Numerics
import Planning
import Studies
import Testing

@Suite struct StudyPlanTests {
    /// A folder written before precision could be chosen is one of full precision.
    @Test func fullPrecisionIsTheDefault() throws {
        let cases = try ["", "precision: fp32", "precision: bf16"].map {
            try SmallRun.plan("IQL: {\($0)}", steps: 1).cases[0]
        }
        #expect(cases.map(\.variant) == ["default", "default", "precision=bf16"])
        #expect(cases[1].configuration == cases[0].configuration)
        #expect(!cases[0].configuration.contains("precision"))
        #expect(cases[2].configuration.contains("\n  precision: bf16  # study\n"))
    }

    /// A case in bfloat16 begins with the weights and batches of the case in full precision.
    @Test(arguments: ["", "m: 3", "m: 3, hidden: [16, 16]"]) func randomNumbersDoNotDependOnPrecision(settings: String)
        throws
    {
        let plain = try SmallRun.plan("ACTIVE-I: {\(settings)}", steps: 1).cases[0]
        let rounded = try SmallRun.plan(
            "ACTIVE-I: {precision: bf16\(settings.isEmpty ? "" : ", ")\(settings)}", steps: 1
        ).cases[0]
        #expect(rounded.variant != plain.variant && rounded.identifier != plain.identifier)
        func numbers(_ studyCase: StudyCase) -> [Real] {
            let numbers = Matrix(vector: 8)
            studyCase.stream.normals(step: 0, into: numbers.pointer, count: 8)
            return numbers.elements
        }
        #expect(numbers(rounded) == numbers(plain))
        var other = plain
        other.seed = 1
        #expect(numbers(other) != numbers(plain))
        #expect(
            numbers(plain)
                == {
                    let numbers = Matrix(vector: 8)
                    RandomStream(plain.identifier).normals(step: 0, into: numbers.pointer, count: 8)
                    return numbers.elements
                }(), "those of its name")
    }

    /// A case's name selects its random numbers: it must not depend on how a study writes the settings.
    @Test(arguments: [
        (
            "ACTIVE-S: {hidden: [16, 16], m: 3, alpha: 2}", "alpha=2.0,m=3,hidden=16x16",
            "alpha: 2.0, m: 3.0, hidden: [16, 16]"
        ),
        ("ACTIVE-S: {m: 3}", "m=3", "m: 3, quantile: 0.5, discount: 0.99, value_layer_norm: true"),
        ("ACTIVE-S: {}", "default", "hidden: [256, 256], m: 5, batch: 256"),
    ])
    func sameSettingsAreTheSameCase(settings: String, variant: String, words: String) throws {
        let plans = try [SmallRun.plan(settings), SmallRun.plan("ACTIVE-S: {\(words)}")]
        #expect(plans[0].cases == plans[1].cases)
        let (first, second) = (plans[0].cases[0], plans[1].cases[0])
        #expect(first.variant == variant)
        #expect(first.identifier == second.identifier && first.stream == second.stream)
        #expect(first.hyperparameters == second.hyperparameters)
        #expect(first.configuration == second.configuration)
    }

    @Test func aSweptPresetIsTheDefault() throws {
        let cases = try SmallRun.plan("ACTIVE-S: {sweep: {m: [5, 10]}}").cases
        #expect(cases.map(\.variant) == ["default", "m=10"])
        #expect(cases.map(\.column) == ["ACTIVE-S m=5", "ACTIVE-S m=10"], "the table still says what was swept")
    }

    @Test func costsGrowWithStepsAndMembers() throws {
        func cost(_ text: String) throws -> [Double] {
            let plan = StudyPlan(try StudyFile.parse(text, path: "s.yaml"))
            let model = CostModel(plan.cases, secondsPerMultiplyAdd: 1e-11, hopperStepSeconds: 5e-5)
            return try PlanReport(plan, open: Array(plan.cases.indices), ranks: 1, model: model).lines.map(\.coreHours)
        }
        let text = StudyFileTests.good
        let costs = try cost(text)
        #expect(costs.allSatisfy { $0 > 0 && $0.isFinite })
        #expect(costs[8] > costs[4], "m = 10 costs more than m = 1")
        #expect(try cost(text.replacing("1e4", with: "2e4"))[0] == 2 * costs[0], "steps and evaluations both double")
    }
}
