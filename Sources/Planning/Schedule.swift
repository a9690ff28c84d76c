/// How the ranks of a job share the cases of a plan: in teams of equal size. Each free team takes the most expensive
/// open case, and splits into smaller teams when no open case can use all its ranks.
package struct Schedule: Sendable {
    /// The properties of a case that determine its place in a schedule.
    package struct Work: Sendable {
        /// The number of ranks that have work in the case.
        package var usefulRanks: Int
        /// The predicted seconds on teams of 1, 2, … `usefulRanks` ranks.
        package var seconds: [Double]

        package init(usefulRanks: Int, seconds: [Double]) {
            precondition(usefulRanks > 0 && seconds.count >= usefulRanks)
            self.usefulRanks = usefulRanks
            self.seconds = seconds
        }

        /// Scales the times to the fraction `share` of the steps that remains.
        package mutating func scale(by share: Double) { seconds = seconds.map { $0 * share } }

        /// The predicted seconds on a team of `ranks`, of which at most `usefulRanks` take part.
        package func seconds(on ranks: Int) -> Double { seconds[min(ranks, usefulRanks) - 1] }
    }

    /// The ranks and the time at which a case runs.
    package struct Assignment: Sendable, Equatable {
        package var ranks: Range<Int>
        package var start: Double
        package var end: Double

        package init(ranks: Range<Int>, start: Double, end: Double) {
            (self.ranks, self.start, self.end) = (ranks, start, end)
        }
    }

    /// The assignments by case index.
    package private(set) var assignments: [Int: Assignment] = [:]
    /// The predicted seconds from the first case's start to the last one's end.
    package private(set) var makespan = 0.0
    /// The busiest rank's seconds divided by the mean over ranks; 1 is perfectly even.
    package private(set) var imbalance = 1.0

    /// Schedules the cases `open`, indices into `works`, on `ranks` ranks in teams of `teamSize`.
    package init(_ open: [Int], _ works: [Work], ranks: Int, teamSize: Int) {
        var left = Schedule.order(open, works)
        var teams = Schedule.teams(ranks: ranks, size: teamSize).map { (ranks: $0, free: 0.0) }
        var busy = [Double](repeating: 0, count: ranks)
        while !left.isEmpty,
            let next = teams.indices.min(by: {
                (teams[$0].free, teams[$0].ranks.lowerBound) < (teams[$1].free, teams[$1].ranks.lowerBound)
            })
        {
            let team = teams[next]
            guard let place = left.firstIndex(where: { works[$0].usefulRanks >= team.ranks.count }) else {
                teams.remove(at: next)
                let size = left.map { works[$0].usefulRanks }.max() ?? 1
                teams += Schedule.parts(of: team.ranks, size: size).map { ($0, team.free) }
                continue
            }
            let index = left.remove(at: place)
            let end = team.free + works[index].seconds(on: team.ranks.count)
            assignments[index] = Assignment(ranks: team.ranks, start: team.free, end: end)
            for rank in team.ranks { busy[rank] += end - team.free }
            teams[next].free = end
        }
        makespan = assignments.values.map(\.end).max() ?? 0
        let mean = busy.reduce(0, +) / Double(ranks)
        imbalance = mean > 0 ? (busy.max() ?? 0) / mean : 1
    }

    /// The open cases, most expensive first; equal ones in the plan's order.
    package static func order(_ open: [Int], _ works: [Work]) -> [Int] {
        open.sorted { (works[$1].seconds(on: 1), $0) < (works[$0].seconds(on: 1), $1) }
    }

    /// Splits `ranks` ranks into teams of `size`; the remainder makes one smaller team.
    package static func teams(ranks: Int, size: Int) -> [Range<Int>] { parts(of: 0..<ranks, size: size) }

    /// Splits a range into consecutive ranges of `size`, the last one possibly shorter.
    package static func parts(of ranks: Range<Int>, size: Int) -> [Range<Int>] {
        stride(from: ranks.lowerBound, to: ranks.upperBound, by: size).map {
            $0..<min($0 + size, ranks.upperBound)
        }
    }

    /// The team size with the shortest predicted makespan, among those that some case can use; the smallest of equal
    /// ones.
    package static func bestTeamSize(_ open: [Int], _ works: [Work], ranks: Int) -> Int {
        let largest = min(ranks, open.map { works[$0].usefulRanks }.max() ?? 1)
        let makespans = (1...max(1, largest)).map { Schedule(open, works, ranks: ranks, teamSize: $0).makespan }
        let best = makespans.min() ?? 0
        return (makespans.firstIndex { $0 <= best * 1.001 } ?? 0) + 1
    }
}
