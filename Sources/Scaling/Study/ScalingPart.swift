import Benchmarks
import Console
import Datasets
import Dispatch
import Failures
import Foundation
import MPI
import Networks
import Numerics
import Supervision
import Teams

/// What a rank does in a subject of a scaling measurement.
protocol ScalingPart: AnyObject {
    /// Gradient steps per second over about so many seconds, a multiple of `period` of them.
    func rate(seconds: Double, period: Int) throws -> Double
    /// What has travelled from this rank since the beginning, in `steps` gradient steps.
    var messages: Int { get }
    var bytes: Int { get }
    var steps: Int { get }
    /// Collective over those who have a part.
    func finish() throws
}

/// A case of this rank's own.
final class SingleRankPart: ScalingPart {
    private let loop: SteppingCase<Solo>
    private(set) var steps = 0
    let messages = 0
    let bytes = 0

    init(_ subject: ScalingSubject, _ transitions: Transitions) {
        loop = SteppingCase(subject, transitions, Solo())
    }

    /// Steps for as long as the others do theirs: who is done early would leave them the machine.
    func rate(seconds limit: Double, period: Int) -> Double {
        run(period)  // Whatever ran here last has emptied the caches.
        let (start, before) = (DispatchTime.now(), steps)
        repeat { run(period) } while secondsSince(start) < limit
        return Double(steps - before) / secondsSince(start)
    }

    private func run(_ count: Int) {
        loop.run(count)
        steps += count
    }

    func finish() {}
}

/// A place in a team.
final class TeamPart: ScalingPart {
    private let communicator: Communicator
    private let loop: SteppingCase<TeamExchange>
    private(set) var steps = 0

    /// Of the ranks of `communicator`, which is freed by `finish`.
    init(
        _ subject: ScalingSubject, _ transitions: Transitions, _ communicator: Communicator, _ placement: Placement,
        worldRank: Int
    ) {
        self.communicator = communicator
        let exchange = TeamExchange(communicator, placement, worldRank: worldRank) { error in
            let place = Supervision.where
            Console.reportError("\(place): \(error)")
            MPIEnvironment.abort(code: ExitStatus(for: error).rawValue)
        }
        loop = SteppingCase(subject, transitions, exchange)
    }

    var messages: Int { loop.exchange.traffic.messages }
    var bytes: Int { loop.exchange.traffic.bytes }

    /// All make as many steps: as many as the slowest of a first look makes in the time.
    func rate(seconds limit: Double, period: Int) throws -> Double {
        let first = min(try time(period), try time(period))
        let slowest = try communicator.allgather(first).max() ?? first
        let count = max(1, Int(limit / slowest)) * period
        return Double(count) / (try time(count))
    }

    /// Seconds of so many steps, which all ranks begin together.
    @discardableResult
    private func time(_ count: Int) throws -> Double {
        try communicator.barrier()
        steps += count
        return seconds { loop.run(count) }
    }

    /// Where the time of so many steps goes, which all ranks begin together; a quarter as many go before.
    func profile(_ count: Int) throws -> StepProfile {
        try time(max(2, count / 4))
        try communicator.barrier()
        steps += count
        return StepProfile(steps: count) { loop.run(count) }
    }

    func finish() throws {
        try loop.exchange.finish()
        try communicator.free()
    }
}

/// No part.
final class IdlePart: ScalingPart {
    let messages = 0
    let bytes = 0
    let steps = 0

    func rate(seconds: Double, period: Int) -> Double { 0 }
    func finish() {}
}
