import Numerics
import Planning
import Testing

@Suite struct ScheduleTests {
    /// Cases on which only one rank can work.
    private func single(_ seconds: [Double]) -> [Schedule.Work] {
        seconds.map { .init(usefulRanks: 1, seconds: [$0]) }
    }

    private func loads(_ schedule: Schedule, ranks: Int) -> [Double] {
        (0..<ranks).map { rank in
            schedule.assignments.values.filter { $0.ranks.contains(rank) }.map { $0.end - $0.start }.reduce(0, +)
        }
    }

    /// For costs 5, 5, 4, 4, 3 on two ranks the rule gives 12, where 11 would be possible.
    @Test func mostExpensiveFirstToTheFirstFreeRank() {
        let schedule = Schedule([0, 1, 2, 3, 4], single([4, 5, 3, 5, 4]), ranks: 2, teamSize: 1)
        #expect(schedule.assignments[1] == .init(ranks: 0..<1, start: 0, end: 5), "equal costs are ordered by index")
        #expect(schedule.assignments[3] == .init(ranks: 1..<2, start: 0, end: 5))
        #expect(schedule.makespan == 12)
        #expect(loads(schedule, ranks: 2) == [12, 9] && schedule.imbalance == 12 / 10.5)
    }

    @Test func onlyOpenCasesAreWorkedOn() {
        let schedule = Schedule([4, 2], single([9, 9, 1, 9, 2]), ranks: 1, teamSize: 1)
        #expect(schedule.assignments.keys.sorted() == [2, 4] && schedule.makespan == 3)
        let nothing = Schedule([], single([1, 2]), ranks: 3, teamSize: 2)
        #expect(nothing.assignments.isEmpty && nothing.makespan == 0 && nothing.imbalance == 1)
    }

    @Test(arguments: [1, 2, 3, 7, 40]) func everyCaseOnceAndNoRankFarAhead(ranks: Int) {
        let stream = RandomStream("costs")
        let costs = (0..<60).map { 1 + 9 * stream.uniform(step: 0, index: $0) }
        let open = Array(costs.indices)
        let schedule = Schedule(open, single(costs), ranks: ranks, teamSize: 1)
        #expect(schedule.assignments.keys.sorted() == open)
        #expect(
            schedule.assignments == Schedule(open.reversed(), single(costs), ranks: ranks, teamSize: 1).assignments,
            "whatever the order they are named in")
        // Graham: the makespan is at most (4/3 − 1/3R) of the best, which
        // is at least the mean load and the largest cost.
        let best = max(costs.reduce(0, +) / Double(ranks), costs.max() ?? 0)
        #expect(schedule.makespan <= best * (4 / 3 - 1 / (3 * Double(ranks))) + (costs.max() ?? 0) / 3)
    }

    /// Five ranks in teams of two: the fifth is a smaller team and takes cases like the others.
    @Test func theRemainingRanksAreATeam() {
        #expect(Schedule.teams(ranks: 5, size: 2) == [0..<2, 2..<4, 4..<5])
        let works = (0..<3).map { _ in Schedule.Work(usefulRanks: 4, seconds: [8, 4, 3, 2]) }
        let schedule = Schedule([0, 1, 2], works, ranks: 5, teamSize: 2)
        #expect(Set(schedule.assignments.values.map(\.ranks)) == [0..<2, 2..<4, 4..<5])
        #expect(schedule.makespan == 8, "the single rank takes as long as one rank does")
    }

    /// A case that can use three of five ranks leaves two to the others.
    @Test func surplusRanksWorkOnOtherCases() {
        let works = (0..<2).map { _ in Schedule.Work(usefulRanks: 3, seconds: [9, 5, 4]) }
        let schedule = Schedule([0, 1], works, ranks: 5, teamSize: 5)
        #expect(schedule.assignments[0] == .init(ranks: 0..<3, start: 0, end: 4))
        #expect(schedule.assignments[1] == .init(ranks: 3..<5, start: 0, end: 5))
    }

    /// The large cases run first, on the whole team; then the team splits.
    @Test func teamsSplitWhenTheLargeCasesAreDone() {
        let works = [Schedule.Work(usefulRanks: 4, seconds: [16, 8, 6, 4])] + single([3, 3, 3, 3])
        let schedule = Schedule(Array(works.indices), works, ranks: 4, teamSize: 4)
        #expect(schedule.assignments[0] == .init(ranks: 0..<4, start: 0, end: 4))
        #expect(schedule.assignments.values.filter { $0.ranks.count == 1 && $0.start == 4 }.count == 4)
        #expect(schedule.makespan == 7 && schedule.imbalance == 1)
    }

    /// Many cases are best worked on in parallel, few by all ranks together.
    @Test func theBestTeamSizeDependsOnTheNumberOfCases() {
        let work = Schedule.Work(usefulRanks: 4, seconds: [8, 4.4, 3.2, 2.6])
        let many = [Schedule.Work](repeating: work, count: 8)
        #expect(Schedule.bestTeamSize(Array(many.indices), many, ranks: 4) == 1)
        #expect(Schedule.bestTeamSize([0], many, ranks: 4) == 4)
        #expect(Schedule.bestTeamSize([0, 1], many, ranks: 4) == 2)
        #expect(Schedule.bestTeamSize([], many, ranks: 4) == 1)
    }
}
