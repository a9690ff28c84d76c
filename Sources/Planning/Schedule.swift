/// How the ranks of a job work off the cases of a plan: in teams of so many ranks, each of which takes the dearest case left
/// when it has nothing to do, and parts into smaller ones when no case is left that needs so many.
package struct Schedule: Sendable {
    /// A case as far as its place in a schedule depends on it.
    package struct Work: Sendable {
        /// How many ranks have something to do in it.
        package var usefulRanks: Int
        /// Predicted seconds on teams of 1, 2, … `usefulRanks` ranks.
        package var seconds: [Double]

        package init(usefulRanks: Int, seconds: [Double]) {
            precondition(usefulRanks > 0 && seconds.count >= usefulRanks)
            self.usefulRanks = usefulRanks
            self.seconds = seconds
        }

        /// What is left of it once a share of its steps is made.
        package mutating func scale(by share: Double) { seconds = seconds.map { $0 * share } }

        /// On a team of `ranks`, of which no more than the useful ones take part.
        package func seconds(on ranks: Int) -> Double { seconds[min(ranks, usefulRanks) - 1] }
    }

    /// Who works on a case from when to when.
    package struct Assignment: Sendable, Equatable {
        package var ranks: Range<Int>
        package var start: Double
        package var end: Double

        package init(ranks: Range<Int>, start: Double, end: Double) {
            (self.ranks, self.start, self.end) = (ranks, start, end)
        }
    }

    /// By the index of the case.
    package private(set) var assignments: [Int: Assignment] = [:]
    /// Predicted seconds from the first case's start to the last one's end.
    package private(set) var makespan = 0.0
    /// The busiest rank's seconds over the mean of all: 1 is even.
    package private(set) var imbalance = 1.0

    /// The cases `open`, indices into `works`, on `ranks` ranks in teams of `teamSize`.
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

    /// Dearest first; equal ones in the plan's order.
    package static func order(_ open: [Int], _ works: [Work]) -> [Int] {
        open.sorted { (works[$1].seconds(on: 1), $0) < (works[$0].seconds(on: 1), $1) }
    }

    /// The teams that `ranks` ranks make: as many of `size` as there can be, and what is left over as one smaller.
    package static func teams(ranks: Int, size: Int) -> [Range<Int>] { parts(of: 0..<ranks, size: size) }

    /// Consecutive ranges of `size`, the last one possibly shorter.
    package static func parts(of ranks: Range<Int>, size: Int) -> [Range<Int>] {
        stride(from: ranks.lowerBound, to: ranks.upperBound, by: size).map {
            $0..<min($0 + size, ranks.upperBound)
        }
    }

    /// The team size, among those that some case has use for, with the shortest predicted makespan; of equal ones the
    /// smallest.
    package static func bestTeamSize(_ open: [Int], _ works: [Work], ranks: Int) -> Int {
        let largest = min(ranks, open.map { works[$0].usefulRanks }.max() ?? 1)
        let makespans = (1...max(1, largest)).map { Schedule(open, works, ranks: ranks, teamSize: $0).makespan }
        let best = makespans.min() ?? 0
        return (makespans.firstIndex { $0 <= best * 1.001 } ?? 0) + 1
    }
}
