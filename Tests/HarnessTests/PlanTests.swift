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

    @Test func costsGrowWithStepsAndMembers() throws {
        func cost(_ text: String) throws -> [Double] { try Plan(StudyFile.parse(text, path: "s.yaml")).costs() }
        let text = StudyFileTests.good
        let costs = try cost(text)
        #expect(costs.allSatisfy { $0 > 0 && $0.isFinite })
        #expect(costs[8] > costs[4], "m = 10 is dearer than m = 1")
        #expect(try cost(text.replacing("1e4", with: "2e4"))[0] == 2 * costs[0], "steps and evaluations both double")
    }
}
