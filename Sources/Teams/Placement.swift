package import Networks

/// Which rank of a team owns which network of a case.
package struct Placement: Sendable, Equatable {
    /// The number of ranks that own a network: ranks 0 ..< size.
    package let size: Int
    /// The owner of every network, by group and index.
    private let owners: [[Int]]
    /// The cost of each rank's networks in a gradient step, in seconds or any other unit.
    package let loads: [Double]
    /// The predicted time of a step: groups wait for one another, so the busiest rank of each group counts.
    package let stepSeconds: Double

    /// Distributes every group over the ranks by longest processing time: each network, most expensive first, goes to
    /// the rank with the smallest load of its group so far, and among equals to the one with the smallest total load.
    ///
    /// So two critics get a rank each if there are two ranks, and no group waits longer than necessary.
    ///
    /// - Parameters:
    ///   - costs: the cost of each network in a gradient step, in the order of `networks`.
    ///   - ranks: the number of ranks available; ranks beyond the number of networks own nothing.
    package init(_ networks: [NetworkWork], costs: [Double], ranks: Int) {
        precondition(networks.count == costs.count && ranks > 0)
        var owners = NetworkGroup.allCases.map { group in
            [Int](repeating: 0, count: networks.filter { $0.group == group }.count)
        }
        var loads = [Double](repeating: 0, count: ranks)
        var seconds = 0.0
        for group in [NetworkGroup.critics, .values, .policy] {
            var own = [Double](repeating: 0, count: ranks)
            let members = networks.indices.filter { networks[$0].group == group }
            for i in members.sorted(by: { (costs[$1], $0) < (costs[$0], $1) }) {
                let rank = own.indices.min { (own[$0], loads[$0], $0) < (own[$1], loads[$1], $1) } ?? 0
                owners[group.rawValue][networks[i].index] = rank
                own[rank] += costs[i]
                loads[rank] += costs[i]
            }
            seconds += own.max() ?? 0
        }
        size = ranks
        stepSeconds = seconds
        self.loads = loads
        self.owners = owners
    }

    /// Every network on the only rank.
    package static func alone(_ networks: [NetworkWork]) -> Placement {
        Placement(networks, costs: networks.map { _ in 1 }, ranks: 1)
    }

    /// The rank that owns network `index` of `group`.
    package func owner(_ group: NetworkGroup, _ index: Int) -> Int { owners[group.rawValue][index] }

    /// The ranks that own a network of `group`, ascending.
    package func ranks(of group: NetworkGroup) -> [Int] { Set(owners[group.rawValue]).sorted() }

    /// The ranks that read rows meant for `readers`, ascending.
    package func ranks(reading readers: Readers) -> [Int] {
        let groups = NetworkGroup.allCases.filter { readers.contains(Readers(rawValue: 1 << UInt8($0.rawValue))) }
        return Set(groups.flatMap { ranks(of: $0) }).sorted()
    }

    /// The smallest number of ranks whose step takes at most 1/30 longer than the fastest placement's.
    package static func usefulRanks(_ networks: [NetworkWork], costs: [Double]) -> Int {
        let seconds = (1...networks.count).map { Placement(networks, costs: costs, ranks: $0).stepSeconds }
        let fastest = seconds.min() ?? 0
        return (seconds.firstIndex { $0 <= fastest * (1 + 1.0 / 30) } ?? 0) + 1
    }
}
