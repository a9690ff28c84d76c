/// How many times as long the same work takes while several ranks of a node work, because they share caches, memory and
/// the processor's power: 1 for a rank that has the node to itself.
package struct Contention: Sendable {
    /// Ascending in the number of working ranks, from one rank on.
    private let points: [(ranks: Int, factor: Double)]

    /// Work is never slowed down.
    package static let none = Contention([:])

    /// - Parameter factors: measured factors by the number of working ranks.
    package init(_ factors: [Int: Double]) {
        let measured = factors.filter { $0.key > 1 }.sorted { $0.key < $1.key }
        points = [(1, 1)] + measured.map { (ranks: $0.key, factor: $0.value) }
    }

    /// The factor while `ranks` ranks work, linear between measured numbers of ranks. Beyond the largest the
    /// factor stays: further ranks are on further nodes, as busy as the measured one.
    package func factor(ranks: Int) -> Double {
        guard let next = points.firstIndex(where: { $0.ranks >= ranks }) else { return points[points.count - 1].factor }
        guard next > 0 else { return points[0].factor }
        let (below, above) = (points[next - 1], points[next])
        let share = Double(ranks - below.ranks) / Double(above.ranks - below.ranks)
        return below.factor + share * (above.factor - below.factor)
    }
}
