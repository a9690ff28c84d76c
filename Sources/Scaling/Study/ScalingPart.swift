import Algorithms
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

/// The part of one rank in a subject of a scaling measurement.
protocol ScalingPart: AnyObject {
    /// Makes a multiple of `period` gradient steps for about `seconds`; returns steps per second.
    func rate(seconds: Double, period: Int) throws -> Double
    /// The number of messages sent by this rank so far, in `steps` gradient steps.
    var messages: Int { get }
    var bytes: Int { get }
    var steps: Int { get }
    /// Frees resources. Collective over the ranks that take part.
    func finish() throws
}

/// A case on this rank only.
final class SingleRankPart: ScalingPart {
    private let loop: TrainingLoop
    private(set) var steps = 0
    let messages = 0
    let bytes = 0

    init(_ subject: ScalingSubject, _ transitions: Transitions) {
        loop = subject.loop(transitions, Solo())
    }

    /// Makes steps for the whole time: a rank that stopped early would leave the machine to the others.
    func rate(seconds limit: Double, period: Int) -> Double {
        run(period)  // Warms the caches, which the previous subject has filled.
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

/// A rank of a team.
final class TeamPart: ScalingPart {
    private let communicator: Communicator
    private let exchange: TeamExchange
    private let loop: TrainingLoop
    private(set) var steps = 0

    /// A team of the ranks of `communicator`, which is freed by `finish`.
    init(
        _ subject: ScalingSubject, _ transitions: Transitions, _ communicator: Communicator, _ placement: Placement,
        worldRank: Int
    ) {
        self.communicator = communicator
        exchange = TeamExchange(communicator, placement, worldRank: worldRank) { error in
            let place = Supervision.where
            Console.reportError("\(place): \(error)")
            MPIEnvironment.abort(code: ExitStatus(for: error).rawValue)
        }
        loop = subject.loop(transitions, exchange)
    }

    var messages: Int { exchange.traffic.messages }
    var bytes: Int { exchange.traffic.bytes }

    /// Makes equally many steps on all ranks: as many as the slowest rank needs for the time, by a first measurement.
    func rate(seconds limit: Double, period: Int) throws -> Double {
        let first = min(try time(period), try time(period))
        let slowest = try communicator.allgather(first).max() ?? first
        let count = max(1, Int(limit / slowest)) * period
        return Double(count) / (try time(count))
    }

    /// Returns the seconds for `count` steps, which all ranks start together.
    @discardableResult
    private func time(_ count: Int) throws -> Double {
        try communicator.barrier()
        steps += count
        return seconds { loop.run(count) }
    }

    /// Profiles `count` steps, which all ranks start together, after a quarter of them to warm up.
    func profile(_ count: Int) throws -> StepProfile {
        try time(max(2, count / 4))
        try communicator.barrier()
        steps += count
        return StepProfile(steps: count) { loop.run(count) }
    }

    func finish() throws {
        try exchange.finish()
        try communicator.free()
    }
}

/// A rank that does not take part.
final class IdlePart: ScalingPart {
    let messages = 0
    let bytes = 0
    let steps = 0

    func rate(seconds: Double, period: Int) -> Double { 0 }
    func finish() {}
}
