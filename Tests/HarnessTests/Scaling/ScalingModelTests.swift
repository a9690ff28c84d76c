import Algorithms
import Networks
import Scaling
import Teams
import Testing

@Suite struct ScalingModelTests {
    private func model(_ learner: LearnerDefinition, contention: Contention = .none) -> ScalingModel {
        let subject = SmallSubject.make(learner)
        let trace = SmallSubject.trace(subject)
        return ScalingModel(
            subject, PlacementCosts(subject.networks, subject.networks.map(\.multiplyAdds)),
            EnsembleTraces([subject.members ?? 1: trace]),
            LogGPParameters(latency: 1e-6, overhead: 1e-7, gap: 2e-7, gapPerByte: 1e-10),
            contention: contention)
    }

    @Test(arguments: LearnerRegistry.standard.learners) func oneRankHasSpeedupOne(learner: LearnerDefinition) throws {
        let model = model(learner)
        for kind in ScalingPoint.Kind.allCases {
            guard let point = model.point(kind, ranks: 1) else {
                #expect(kind == .weak && model.subject.members == nil)
                continue
            }
            let figure = try #require(point.predicted)
            #expect(abs(figure.speedup - 1) < 1e-9 && abs(figure.efficiency - 1) < 1e-9)
        }
    }

    /// In weak scaling the ensemble, and with it the work, grows with the ranks.
    @Test func weakScaling() throws {
        let model = model(.activeI)
        let point = try #require(model.point(.weak, ranks: 4))
        #expect(point.members == 20)
        let subject = SmallSubject.make(.activeI, [("m", .integer(20))])
        #expect(point.multiplyAdds == subject.multiplyAdds)
        let figure = try #require(point.predicted)
        let strong = try #require(model.point(.strong, ranks: 4)?.predicted)
        #expect(figure.efficiency > strong.efficiency && figure.efficiency <= 1 + 1e-9)
    }

    @Test func cases() throws {
        let figure = try #require(model(.iql).point(.throughput, ranks: 1000)?.predicted)
        #expect(abs(figure.efficiency - 1) < 1e-9, "cases exchange no messages")
    }

    /// Cores that share a machine slow each other down as more of them work, up to the number that was measured.
    @Test func busyNodes() throws {
        let model = model(.iql, contention: Contention([4: 1.05, 8: 1.2]))
        let ranks = [1, 2, 4, 6, 8, 100]
        let expected = [1, 1 + 0.05 / 3, 1.05, 1.125, 1.2, 1.2]
        #expect(ranks.map { model.contention.factor(ranks: $0) }.elementsEqual(expected) { abs($0 - $1) < 1e-12 })
        #expect(ranks.allSatisfy { Contention.none.factor(ranks: $0) == 1 })
        let figure = try #require(model.point(.throughput, ranks: 64)?.predicted)
        #expect(abs(figure.efficiency - 1 / 1.2) < 1e-9)
    }

    @Test func numbersOfRanks() {
        #expect(ScalingModel.rankCounts(upTo: 1) == [1] && ScalingModel.rankCounts(upTo: 5) == [1, 2, 3, 4])
        #expect(
            ScalingModel.rankCounts(upTo: 4096)
                == [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 128, 256, 512, 1024, 2048, 4096])
    }

    /// A team has at most as many ranks as the case has networks.
    @Test func strongScalingEnds() {
        let points = model(.activeI).points(upTo: 64)
        #expect(points.filter { $0.kind == .strong }.map(\.ranks) == [1, 2, 3, 4, 6, 8])
        #expect(points.filter { $0.kind == .weak }.map(\.ranks).last == 64)
    }

    /// Every row goes directly, once, to every reader but its owner.
    @Test func routes() {
        let subject = SmallSubject.make(.activeI, [("m", .integer(6))])
        let placement = Placement(subject.networks, costs: subject.networks.map(\.multiplyAdds), ranks: 4)
        let pattern = placement.exchangePattern(of: .values, rows: 6, for: [.policy, .critics])
        #expect(pattern.sources.flatMap(\.rows).sorted() == Array(0..<6))
        #expect(pattern.readers == placement.ranks(reading: [.policy, .critics]))
        for rank in 0..<4 {
            #expect(pattern.rows(of: rank).allSatisfy { placement.owner(.values, $0) == rank })
            #expect(
                !pattern.receivers(from: rank).contains(rank) && !pattern.sources(to: rank).contains { $0.rank == rank }
            )
            for source in pattern.sources(to: rank) {
                #expect(
                    pattern.receivers(from: source.rank).contains(rank) && pattern.rows(of: source.rank) == source.rows)
            }
        }
        let sent = (0..<4).map { pattern.receivers(from: $0).count }.reduce(0, +)
        #expect(sent == (0..<4).map { pattern.sources(to: $0).count }.reduce(0, +) && sent > 0)
    }
}
