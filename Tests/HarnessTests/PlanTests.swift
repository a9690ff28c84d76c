import Harness
import Numerics
import Testing

@Suite struct PlanTests {
    private func loads(_ shares: [[Int]], _ costs: [Double]) -> [Double] {
        shares.map { $0.map { costs[$0] }.reduce(0, +) }
    }

    /// For 5, 5, 4, 4, 3 on two ranks the rule gives 12, where 11 would be possible.
    @Test func dearestFirstToTheLeastLoaded() {
        let costs: [Double] = [4, 5, 3, 5, 4]
        let shares = Plan.share([0, 1, 2, 3, 4], costs: costs, ranks: 2)
        #expect(shares == [[1, 0, 2], [3, 4]], "equal costs and equal loads go by index")
        #expect(loads(shares, costs) == [12, 9])
    }

    @Test func onlyOpenCasesAreShared() {
        #expect(Plan.share([4, 2], costs: [9, 9, 1, 9, 2], ranks: 1) == [[4, 2]])
        #expect(Plan.share([], costs: [1, 2], ranks: 3) == [[], [], []])
    }

    @Test func moreRanksThanCases() {
        #expect(Plan.share([0, 1], costs: [1, 2], ranks: 4) == [[1], [0], [], []])
    }

    @Test(arguments: [1, 2, 3, 7, 40]) func everyCaseOnceAndNoRankFarAhead(ranks: Int) {
        let stream = RandomStream("costs")
        let costs = (0..<60).map { 1 + 9 * stream.uniform(step: 0, index: $0) }
        let open = Array(costs.indices)
        let shares = Plan.share(open, costs: costs, ranks: ranks)
        #expect(shares.flatMap { $0 }.sorted() == open)
        #expect(
            shares == Plan.share(open.reversed(), costs: costs, ranks: ranks), "whatever the order they are named in")
        // Graham: the largest load is at most (4/3 − 1/3R) of the best, which is no less than the mean and the dearest.
        let best = max(costs.reduce(0, +) / Double(ranks), costs.max() ?? 0)
        #expect((loads(shares, costs).max() ?? 0) <= best * (4 / 3 - 1 / (3 * Double(ranks))) + (costs.max() ?? 0) / 3)
    }

    /// The name of a case is that of its random numbers: it must not depend on how a study words the settings.
    @Test(arguments: [
        (
            "ACTIVE-S: {hidden: [16, 16], m: 3, alpha: 2}", "alpha=2.0,m=3,hidden=16x16",
            "alpha: 2.0, m: 3.0, hidden: [16, 16]"
        ),
        ("ACTIVE-S: {m: 3}", "m=3", "m: 3, quantile: 0.5, discount: 0.99, value_layer_norm: true"),
        ("ACTIVE-S: {}", "default", "hidden: [256, 256], m: 5, batch: 256"),
    ])
    func sameSettingsAreTheSameCase(one: String, variant: String, words: String) throws {
        let plans = try [SmallRun.plan(one), SmallRun.plan("ACTIVE-S: {\(words)}")]
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
        func cost(_ text: String) throws -> [Double] { try Plan(StudyFile.parse(text, path: "s.yaml")).costs() }
        let text = StudyFileTests.good
        let costs = try cost(text)
        #expect(costs.allSatisfy { $0 > 0 && $0.isFinite })
        #expect(costs[8] > costs[4], "m = 10 is dearer than m = 1")
        #expect(try cost(text.replacing("1e4", with: "2e4"))[0] == 2 * costs[0], "steps and evaluations both double")
    }
}
