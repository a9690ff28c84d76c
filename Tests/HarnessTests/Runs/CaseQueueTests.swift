import Cases
import Failures
import Foundation
import Planning
import RunFolders
import Runs
import ScratchFiles
import Storage
import Studies
import Testing

/// Six cases in order of increasing cost, except that the last two cost the same.
@Suite struct CaseQueueTests {
    private let scratch = TemporaryFolder()
    private let plan: StudyPlan
    private var folder: RunFolder { RunFolder(scratch.path) }

    init() throws {
        plan = StudyPlan(
            try StudyFile.parse(
                """
                name: queue
                datasets: [hopper-random-r1]
                seeds: 0-5
                steps: 10
                evaluate: {every: 10, episodes: 1}
                learners: {BC: {}}
                """, path: "queue.yaml"))
        try #require(plan.cases.count == 6)
    }

    private func works(useful: [Int] = [1, 1, 1, 1, 1, 1]) -> [Schedule.Work] {
        zip(useful, [1.0, 2, 3, 4, 5, 5]).map { ranks, seconds in
            Schedule.Work(usefulRanks: ranks, seconds: (1...ranks).map { seconds / Double($0) })
        }
    }

    private func queue(
        _ open: [Int] = Array(0..<6), useful: [Int] = [1, 1, 1, 1, 1, 1], rank: Int = 0, first: Int = 0
    ) -> CaseQueue {
        CaseQueue(
            plan, open: open, works(useful: useful), folder: folder,
            holder: .ofThisProcess(rank: rank, heartbeat: "run-rank-000\(rank).json"), first: first)
    }

    /// Leaves the files of a finished case.
    private func finish(_ index: Int) throws {
        let studyCase = plan.cases[index]
        try DurableFile.makeFolder(folder.folder(of: studyCase).path)
        put(studyCase.configuration.utf8, at: folder.file("config.yaml", of: studyCase))
        put([1], at: folder.file("result.json", of: studyCase))
    }

    private func claims(_ index: Int) -> [String] {
        files(below: folder.folder(of: plan.cases[index]).path).filter { $0.hasPrefix("claim-") }
    }

    /// The order in which a queue hands out cases, each of which is marked as finished at once.
    private func order(_ queue: CaseQueue) throws -> [Int] {
        var order: [Int] = []
        while case .work(let index) = try queue.next(ranks: 1) {
            order.append(index)
            try finish(index)
            queue.finish()
        }
        return order
    }

    @Test func mostExpensiveFirst() throws {
        #expect(try order(queue()) == [4, 5, 3, 2, 1, 0], "equal costs in the plan's order")
        #expect((0..<6).allSatisfy { claims($0).isEmpty }, "finished cases keep no claims")
    }

    @Test func onlyOpenCases() throws {
        #expect(try order(queue([3, 0])) == [3, 0])
        #expect(try queue([]).next(ranks: 1) == .end)
    }

    /// Teams that begin together try different cases, and go on with the most expensive one left.
    @Test func eachTeamBeginsWithAnotherCase() throws {
        #expect(try order(queue(first: 2)) == [3, 4, 5, 2, 1, 0])
    }

    @Test(arguments: [(1, 5), (6, 4), (7, 5), (600, 4)]) func theFirstAttempt(first: Int, index: Int) throws {
        #expect(try queue(first: first).next(ranks: 1) == .work(index))
    }

    @Test func casesOfOtherRanksAreSkipped() throws {
        let (first, second) = (queue(rank: 0), queue(rank: 1))
        #expect(try first.next(ranks: 1) == .work(4))
        #expect(try second.next(ranks: 1) == .work(5))
        #expect(first.isStillHeld && second.isStillHeld)
        try finish(3)
        #expect(try queue(rank: 2).next(ranks: 1) == .work(2), "finished cases are skipped, whenever they finished")
    }

    /// The queue ends without waiting for cases that others work on.
    @Test func endsWhileOthersWork() throws {
        let others = try (0..<6).map { rank in
            let queue = queue(rank: rank)
            guard case .work = try queue.next(ranks: 1) else { throw HarnessError.badInput("no work") }
            return queue
        }
        #expect(try queue(rank: 7).next(ranks: 1) == .end)
        #expect(others.allSatisfy { $0.isStillHeld })
    }

    @Test func aReturnedCaseGoesToTheNextRank() throws {
        let first = queue([4])
        #expect(try first.next(ranks: 1) == .work(4))
        try first.releaseClaim()
        #expect(!first.isStillHeld && claims(4) == ["claim-0"])
        let other = queue([4], rank: 1)
        #expect(try other.next(ranks: 1) == .work(4) && other.notices.isEmpty && claims(4) == ["claim-0", "claim-1"])
    }

    @Test func aCaseOfADeadProcessIsTakenWithANotice() throws {
        var dead = ClaimHolder.ofThisProcess(rank: 3, heartbeat: "then-rank-0003.json")
        dead.pid = try ClaimTests.deadProcess()
        let identity = IdentityTests.other(pid: dead.pid)
        dead.identity = identity
        let marker = IdentityTests.Marker(identity)
        defer { withExtendedLifetime(marker) {} }
        let path = folder.folder(of: plan.cases[5]).path
        _ = try Claim.take(folder: path, holder: dead, heartbeats: scratch("ranks"))
        let queue = queue([5, 0])
        #expect(try queue.next(ranks: 1) == .work(5))
        #expect(queue.notices.count == 1 && queue.notices[0].contains("which is gone: taken over"))
        queue.finish()
        #expect(try queue.next(ranks: 1) == .work(0) && queue.notices.isEmpty, "reported once")
    }

    // MARK: Teams

    @Test func aTeamTakesCasesThatUseAllItsRanks() throws {
        let queue = queue(useful: [4, 1, 3, 1, 2, 1])
        #expect(try queue.next(ranks: 3) == .work(2))
        try finish(2)
        queue.finish()
        #expect(try queue.next(ranks: 3) == .work(0))
        try finish(0)
        queue.finish()
        #expect(try queue.next(ranks: 3) == .split(size: 2), "the largest case left can use two ranks")
        try finish(4)
        #expect(try queue.next(ranks: 3) == .split(size: 1))
        for index in [1, 3, 5] { try finish(index) }
        #expect(try queue.next(ranks: 3) == .end)
    }

    @Test func anotherConfigurationsCaseIsRefused() throws {
        try finish(4)
        let path = folder.file("config.yaml", of: plan.cases[4])
        put(text(of: path).replacing("steps: 10", with: "steps: 11").utf8, at: path)
        #expect(throws: HarnessError.self) { try queue().next(ranks: 1) }
    }
}
