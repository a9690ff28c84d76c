import Cases
import Foundation
import ManualClock
import Supervision
import Teams
import Testing

/// Decisions after a step on a single rank, which needs no MPI.
@Suite(.serialized) struct StepBoundaryTests {
    private func rule(seconds: Double? = nil, steps: Int? = nil) -> CheckpointRule {
        var rule = CheckpointRule()
        (rule.seconds, rule.steps) = (seconds, steps)
        return rule
    }

    private func boundary(_ rule: CheckpointRule, after step: Int = 0, isStillHeld: Bool = true) -> StepBoundary {
        StepBoundary(.alone, rule, after: step, isStillHeld: { isStillHeld })
    }

    /// The steps, of 21 to 40, after which checkpoints are written.
    private func checkpoints(_ boundary: StepBoundary) throws -> [Int] {
        try (21...40).filter { step in
            guard try boundary.decide(after: step) == .checkpoint else { return false }
            boundary.checkpointWritten(step)
            return true
        }
    }

    @Test func byNumberFromTheFirstStep() throws {
        #expect(try checkpoints(boundary(rule(steps: 7), after: 20)) == [27, 34])
        #expect(try checkpoints(boundary(rule(steps: 1), after: 20)) == Array(21...40))
        #expect(try checkpoints(boundary(rule(seconds: 600), after: 20)).isEmpty)
        #expect(try checkpoints(boundary(rule(), after: 20)).isEmpty)
    }

    @Test func aCheckpointThatWasNotWrittenIsStillDue() throws {
        let boundary = boundary(rule(steps: 5))
        #expect(try boundary.decide(after: 4) == .goOn)
        #expect(try boundary.decide(after: 5) == .checkpoint && boundary.decide(after: 6) == .checkpoint)
    }

    @Test func byTheClock() throws {
        let time = ManualClock()
        let boundary = StepBoundary(.alone, rule(seconds: 600), after: 0, clock: time.clock, isStillHeld: { true })
        #expect(try boundary.decide(after: 1) == .goOn)
        time.advance(by: 599.5)
        #expect(try boundary.decide(after: 2) == .goOn)
        time.advance(by: 0.5)
        #expect(try boundary.decide(after: 2) == .checkpoint)
        boundary.checkpointWritten(2)
        #expect(try boundary.decide(after: 3) == .goOn, "the clock starts again")
        time.advance(by: 600)
        #expect(try boundary.decide(after: 2) == .goOn, "this step already has a checkpoint")
        #expect(try boundary.decide(after: 3) == .checkpoint)
    }

    /// A request to stop comes before everything else, at the very next step, also in a pause.
    @Test func aRequestToStop() throws {
        defer { Supervision.forget() }
        let boundary = boundary(rule(steps: 1))
        #expect(try boundary.decide(after: 1) == .checkpoint)
        Supervision.requestStop()
        #expect(try boundary.decide(after: 1) == .stop && boundary.decide(after: 2, isPause: true) == .stop)
    }

    /// A case that another job has taken over is not written to any more;
    /// the claim is checked only when a checkpoint is due.
    @Test func aCaseTakenOver() throws {
        let boundary = boundary(rule(steps: 3), isStillHeld: false)
        #expect(try boundary.isTakenOver())
        #expect(try !self.boundary(rule(steps: 3)).isTakenOver())
        #expect(try boundary.decide(after: 2) == .goOn && boundary.decide(after: 3) == .abandon)
        defer { Supervision.forget() }
        Supervision.requestStop()
        #expect(try boundary.decide(after: 2) == .abandon)
    }

    @Test func aSingleRankIsATeam() throws {
        let team = Team(worldRank: 5)
        #expect(team.size == 1 && team.rank == 0 && team.isLeader && team.worldRanks == [5] && team.name == "rank 5")
        #expect(try team.broadcast([1, -0.0], from: 0).map(\.bitPattern) == [1, -0.0].map(\.bitPattern))
        #expect(try team.broadcast("ψ") == "ψ" && team.gather("a") == ["a"] && team.maximum(-3) == -3)
        let part = try team.split(size: 1)
        #expect(part.worldRanks == [5] && part.isLeader)
        try part.disband()
    }
}
