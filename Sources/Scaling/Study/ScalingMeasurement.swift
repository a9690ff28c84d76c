import Datasets
import Foundation
import MPI
import Numerics
import Teams

/// Measures how gradient steps scale over the ranks of a job. Every rank makes the same calls.
///
/// In each round all subjects run once, in reverse order every second time, while ranks that do not take part sleep.
/// Ratios are taken within a round, so that a machine that slows down over time does not change them.
final class ScalingMeasurement {
    /// The measurements of one subject.
    struct Sample {
        var kind: ScalingPoint.Kind
        var ranks: Int
        var members: Int?
        var multiplyAdds: Double
        /// Gradient steps per second of all its ranks together, one value per round.
        var rates: [Double] = []
        /// The traffic per gradient step; nil if nothing is sent.
        var traffic: ScalingPoint.Traffic?
    }

    private let world: Communicator
    private let subject: ScalingSubject
    private let transitions: Transitions
    private let seconds: Double
    private let rounds: Int
    /// The subjects in the order of the first round; the first runs on one rank.
    private(set) var samples: [Sample] = []
    private var parts: [any ScalingPart] = []

    /// - Parameters:
    ///   - seconds: the duration of each subject in each round.
    ///   - placements: by the subject's number of members and the number of ranks; the same on all ranks.
    /// - Throws: `MPIError`.
    init(
        _ subject: ScalingSubject, _ transitions: Transitions, teams: [Int], seconds: Double, rounds: Int,
        world: Communicator, placement: (ScalingSubject, Int) -> Placement
    ) throws {
        self.world = world
        self.subject = subject
        self.transitions = transitions
        self.seconds = seconds
        self.rounds = rounds
        let alone = SingleRankPart(subject, transitions)
        for ranks in teams { add(.throughput, ranks, subject, alone) }
        for ranks in teams where ranks > 1 {
            add(.strong, ranks, subject, try team(ranks, subject, placement(subject, ranks)))
            guard let wide = subject.with(members: ranks * (subject.members ?? 1)),
                wide.members ?? 0 <= subject.largestEnsemble
            else { continue }
            add(.weak, ranks, wide, try team(ranks, wide, placement(wide, ranks)))
        }
    }

    private func add(_ kind: ScalingPoint.Kind, _ ranks: Int, _ subject: ScalingSubject, _ part: any ScalingPart) {
        samples.append(
            Sample(kind: kind, ranks: ranks, members: subject.members, multiplyAdds: subject.multiplyAdds))
        parts.append(part)
    }

    /// Makes a team of the first ranks of the world that works on `subject`. Collective over the world.
    private func team(_ ranks: Int, _ subject: ScalingSubject, _ placement: Placement) throws -> any ScalingPart {
        let part = try world.split(color: world.rank < ranks ? 0 : nil, key: world.rank)
        guard let part else { return IdlePart() }
        return TeamPart(subject, transitions, part, placement, worldRank: world.rank)
    }

    /// Runs all rounds.
    ///
    /// - Parameter besides: called once per round on all ranks, to measure something else at the same time.
    /// - Throws: `MPIError`.
    func run(besides: () throws -> Void) throws {
        for round in 0..<rounds {
            try besides()
            let order = Array(samples.indices)
            for i in round % 2 == 0 ? order : order.reversed() { try measure(i) }
        }
        for i in samples.indices where samples[i].kind != .throughput {
            samples[i].traffic = try traffic(of: parts[i])
            try parts[i].finish()
        }
    }

    private func measure(_ i: Int) throws {
        let takesPart = world.rank < samples[i].ranks
        try world.sleepingBarrier()
        let own = takesPart ? try parts[i].rate(seconds: seconds, period: subject.period) : 0
        try world.sleepingBarrier()
        let rates = try world.allgather(own).prefix(samples[i].ranks)
        samples[i].rates.append(samples[i].kind == .throughput ? rates.reduce(0, +) : rates.min() ?? 0)
    }

    private func traffic(of part: any ScalingPart) throws -> ScalingPoint.Traffic {
        let messages = try world.allgather(part.messages)
        let bytes = try world.allgather(part.bytes)
        let steps = Double(try world.maximumOverRanks(part.steps))
        return .init(
            messages: Double(messages.reduce(0, +)) / steps, bytes: Double(bytes.reduce(0, +)) / steps)
    }

    /// The results: medians of the rates, and of their ratios to one rank's in the same round.
    func points() -> [ScalingPoint] {
        guard let single = samples.first else { return [] }
        return samples.map { sample in
            let speedups = zip(sample.rates, single.rates).map { $0 * sample.multiplyAdds / ($1 * single.multiplyAdds) }
            let efficiencies = speedups.map { $0 / Double(sample.ranks) }
            return ScalingPoint(
                kind: sample.kind, ranks: sample.ranks, members: sample.members, multiplyAdds: sample.multiplyAdds,
                measured: .init(
                    stepsPerSecond: median(sample.rates), speedup: median(speedups), efficiency: median(efficiencies)),
                efficiencyRange: [efficiencies.min() ?? 0, efficiencies.max() ?? 0], traffic: sample.traffic)
        }
    }
}
