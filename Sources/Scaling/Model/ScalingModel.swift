import Algorithms
package import Networks
package import Teams

/// The cost of a gradient step with each network of a subject, by which networks are placed on teams of any size.
package struct PlacementCosts {
    private let seconds: [NetworkGroup: [Double]]

    /// Measures on rank 0 and shares the result with all ranks. Collective over `team`.
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

    /// Places the subject's networks on `ranks` ranks; members that were not measured cost as much as the others.
    package func placement(_ subject: ScalingSubject, ranks: Int) -> Placement {
        let networks = subject.networks
        let costs = networks.map { network in
            let known = seconds[network.group] ?? []
            return network.index < known.count ? known[network.index] : known.last ?? 0
        }
        return Placement(networks, costs: costs, ranks: ranks)
    }
}

/// Predicts the points of a scaling study.
package struct ScalingModel {
    package let subject: ScalingSubject
    package let costs: PlacementCosts
    /// Traces of one rank that has the machine to itself.
    package let traces: EnsembleTraces
    /// The cost of messages.
    package var messageCosts: LogGPParameters
    /// How ranks that work at the same time slow each other down.
    package let contention: Contention

    package init(
        _ subject: ScalingSubject, _ costs: PlacementCosts, _ traces: EnsembleTraces, _ messageCosts: LogGPParameters,
        contention: Contention = .none
    ) {
        (self.subject, self.costs, self.traces, self.messageCosts) = (subject, costs, traces, messageCosts)
        self.contention = contention
    }

    /// The predicted point of `kind` on `ranks` ranks; nil for a learner that cannot grow.
    package func point(_ kind: ScalingPoint.Kind, ranks: Int) -> ScalingPoint? {
        let members = subject.members.map { kind == .weak ? $0 * ranks : $0 }
        guard kind != .weak || members != nil, let subject = members.map({ subject.with(members: $0) }) ?? subject
        else { return nil }
        let team = kind == .throughput ? 1 : ranks
        let model = StepModel(
            traces.trace(members: members ?? 1), costs.placement(subject, ranks: team), messageCosts,
            slowdown: contention.factor(ranks: ranks))
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

    /// All points up to `largest` ranks; those of teams end when every network has a rank.
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
