import Algorithms
import Networks
import Teams
import Testing

@Suite struct PlacementTests {
    private func networks(_ learner: LearnerDefinition, _ changes: [(String, SettingValue)] = []) -> [NetworkWork] {
        var hyperparameters = learner.hyperparameters()
        for (key, value) in changes { hyperparameters.set(key, to: value, from: "test") }
        return learner.work(hyperparameters, states: 11, actions: 3)
    }

    private func placement(_ networks: [NetworkWork], ranks: Int) -> Placement {
        Placement(networks, costs: networks.map(\.multiplyAdds), ranks: ranks)
    }

    @Test(arguments: LearnerRegistry.standard.learners, 1...6) func everyNetworkHasOneOwner(
        learner: LearnerDefinition, ranks: Int
    ) {
        let networks = networks(learner)
        let placement = placement(networks, ranks: ranks)
        for network in networks {
            let owner = placement.owner(network.group, network.index)
            #expect((0..<ranks).contains(owner) && placement.ranks(of: network.group).contains(owner))
        }
        let total = networks.map(\.multiplyAdds).reduce(0, +)
        #expect(abs(placement.loads.reduce(0, +) - total) < 1e-9 * total)
    }

    @Test func criticsHaveTheirOwnRanksAndMembersAreSpread() {
        let placement = placement(networks(.activeI, [("m", .integer(10))]), ranks: 2)
        #expect(placement.ranks(of: .critics) == [0, 1])
        let members = (0..<10).map { placement.owner(.values, $0) }
        #expect(members.filter { $0 == 0 }.count == 5)
        #expect(placement.ranks(reading: [.critics, .policy]) == [0, 1])
        #expect(placement.ranks(reading: .policy) == placement.ranks(of: .policy))
    }

    /// Costs in units of a member's 5.19: critics 7.3 + 7.3, ten members, policy 3.1.
    @Test func groupsWaitForOneAnother() {
        let networks = networks(.activeI, [("m", .integer(10)), ("value_layer_norm", .flag(false))])
        let alone = placement(networks, ranks: 1).stepSeconds
        let ratio = alone / placement(networks, ranks: 2).stepSeconds
        #expect(ratio > 1.88 && ratio < 1.95, "\(ratio)")
    }

    @Test func moreRanksThanNetworksAreUseless() {
        #expect(Placement.usefulRanks(networks(.bc), costs: [1]) == 1)
        let cql = networks(.cql)
        #expect(
            Placement.usefulRanks(cql, costs: cql.map(\.multiplyAdds)) == 2, "its policy is a hundredth of the work")
        let active = networks(.activeS, [("m", .integer(6))])
        let useful = Placement.usefulRanks(active, costs: active.map(\.multiplyAdds))
        #expect((3...9).contains(useful), "\(useful)")
    }
}
