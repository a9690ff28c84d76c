import Algorithms
package import Networks
package import Teams

/// What a gradient step with each network of a subject costs: by which its networks are placed on teams of any size.
package struct PlacementCosts {
    private let seconds: [NetworkGroup: [Double]]

    /// Measured on rank 0 and known to all. Collective over `team`.
    ///
    /// - Throws: `MPIError`.
    init(measuring subject: ScalingSubject, on team: Team) throws {
        let networks = subject.networks
        let own = team.isLeader ? NetworkStepCost.seconds(networks, batch: subject.hyperparameters.batchSize) : []
        self.init(
            networks, try team.broadcast(own + [Double](repeating: 0, count: networks.count - own.count), from: 0))
    }

    package init(_ networks: [NetworkWork], _ costs: [Double]) {
        var seconds: [NetworkGroup: [Double]] = [:]
        for (network, cost) in zip(networks, costs) { seconds[network.group, default: []].append(cost) }
        self.seconds = seconds
    }

    /// The subject's networks on so many ranks; members that were not measured cost what the others do.
    package func placement(_ subject: ScalingSubject, ranks: Int) -> Placement {
        let networks = subject.networks
        let costs = networks.map { network in
            let known = seconds[network.group] ?? []
            return network.index < known.count ? known[network.index] : known.last ?? 0
        }
        return Placement(networks, costs: costs, ranks: ranks)
    }
}

/// Predicts the figures of a scaling study.
package struct ScalingModel {
    package let subject: ScalingSubject
    package let costs: PlacementCosts
    /// Of one rank with the machine for itself.
    package let traces: EnsembleTraces
    /// What messages cost.
    package var messageCosts: LogGPParameters
    /// Ranks that were at work when `busyFactor` was measured.
    package let busyRanks: Int
    /// A step's seconds on a rank while `busyRanks` are at work, over those of one alone.
    package let busyFactor: Double

    package init(
        _ subject: ScalingSubject, _ costs: PlacementCosts, _ traces: EnsembleTraces, _ messageCosts: LogGPParameters,
        busyRanks: Int = 1, busyFactor: Double = 1
    ) {
        (self.subject, self.costs, self.traces, self.messageCosts) = (subject, costs, traces, messageCosts)
        (self.busyRanks, self.busyFactor) = (busyRanks, busyFactor)
    }

    /// Of work, when so many ranks do some: as their number up to that of the measurement. Beyond, there are more nodes, which
    /// are as busy.
    package func slowdown(ranks: Int) -> Double {
        guard busyRanks > 1 else { return 1 }
        return 1 + (busyFactor - 1) * Double(min(ranks, busyRanks) - 1) / Double(busyRanks - 1)
    }

    /// The predicted figures of `kind` on so many ranks; nil for a learner that cannot grow.
    package func point(_ kind: ScalingPoint.Kind, ranks: Int) -> ScalingPoint? {
        let members = subject.members.map { kind == .weak ? $0 * ranks : $0 }
        guard kind != .weak || members != nil, let subject = members.map({ subject.with(members: $0) }) ?? subject
        else { return nil }
        let team = kind == .throughput ? 1 : ranks
        let model = StepModel(
            traces.trace(members: members ?? 1), costs.placement(subject, ranks: team), messageCosts,
            slowdown: slowdown(ranks: ranks))
        let rate = (kind == .throughput ? Double(ranks) : 1) / model.stepSeconds
        let work = subject.multiplyAdds / self.subject.multiplyAdds
        let speedup = rate * work * traces.trace(members: self.subject.members ?? 1).stepSeconds
        let steps = Double(subject.period)
        return ScalingPoint(
            kind: kind, ranks: ranks, members: members, multiplyAdds: subject.multiplyAdds,
            predicted: .init(stepsPerSecond: rate, speedup: speedup, efficiency: speedup / Double(ranks)),
            predictedTraffic: team == 1
                ? nil
                : .init(
                    messages: Double(model.traffic.map(\.messages).reduce(0, +)) / steps,
                    bytes: Double(model.traffic.map(\.bytes).reduce(0, +)) / steps))
    }

    /// All figures up to so many ranks: of teams as long as there is a network for each rank.
    package func points(upTo largest: Int) -> [ScalingPoint] {
        let networks = subject.networks.count
        return ScalingPoint.Kind.allCases.flatMap { kind in
            ScalingModel.rankCounts(upTo: largest).filter { kind != .strong || $0 <= networks }
                .compactMap { point(kind, ranks: $0) }
        }
    }

    /// 1, 2, 3, 4, 6, 8, 12, …, 64, 128, 256, …
    package static func rankCounts(upTo largest: Int) -> [Int] {
        let doublings = (0..<Int.bitWidth - 2).map { 1 << $0 }.prefix { $0 <= largest }
        return doublings.flatMap { count in
            (2..<64).contains(count) && count / 2 * 3 <= largest ? [count, count / 2 * 3] : [count]
        }
    }
}
