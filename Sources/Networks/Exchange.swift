package import Numerics

/// Which kind of network of a case is meant.
package enum NetworkGroup: Int, Sendable, CaseIterable {
    /// V₁ … V_m.
    case values
    /// Q₁, Q₂ (each with its target).
    case critics
    /// π (with its target).
    case policy
}

/// Whose owners need what is exchanged.
package struct Readers: OptionSet, Sendable, Hashable {
    /// A bit for each group, in the order of `NetworkGroup`.
    package let rawValue: UInt8

    /// The groups whose bits are set.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Whoever owns a V.
    package static let values = Readers(rawValue: 1 << 0)
    /// Whoever owns a Q.
    package static let critics = Readers(rawValue: 1 << 1)
    /// The owner of π.
    package static let policy = Readers(rawValue: 1 << 2)
}

/// How results of a case's networks travel between the processes that own them.
///
/// Every network of a case has one owner; in a training step only per-sample vectors of a batch travel, never parameters. A
/// learner says what it needs known where and does not know who computes it, so any division of the networks gives the same
/// bits. Every process of a case makes the same calls in the same order, also those for networks that it does not own.
package protocol Exchange {
    /// Whether this process computes network `index` of `group`.
    func owns(_ group: NetworkGroup, _ index: Int) -> Bool
    /// Makes row i of `rows`, computed by the owner of network i of `group`, known to the readers. Elsewhere the rows of
    /// others are left as they were.
    func share(_ rows: MatrixView, of group: NetworkGroup, for readers: Readers)
    /// out = minimum over the rows of all networks of `group`, known to the readers; NaN in any row gives NaN. Elsewhere
    /// `out` is left undefined.
    func minimum(
        _ rows: MatrixView, of group: NetworkGroup, for readers: Readers, into out: UnsafeMutablePointer<Real>)
    /// Makes the i-th `count` of `numbers`, known to the owner of network i of `group`, known to all processes: for
    /// reports, which are asked for now and then. May allocate.
    func report(_ numbers: inout [Double], each count: Int, of group: NetworkGroup)
}

extension Exchange {
    /// Whether this process computes π.
    package var ownsPolicy: Bool { owns(.policy, 0) }
}

/// One process computes every network of a case: nothing travels.
package struct Solo: Exchange, Sendable {
    /// Holds nothing; one is as good as another.
    package init() {}

    /// True, whichever network is meant.
    package func owns(_ group: NetworkGroup, _ index: Int) -> Bool { true }

    /// Does nothing: whoever computed the rows is all there is.
    package func share(_ rows: MatrixView, of group: NetworkGroup, for readers: Readers) {}

    /// The `columnMinimum` of the rows.
    package func minimum(
        _ rows: MatrixView, of group: NetworkGroup, for readers: Readers, into out: UnsafeMutablePointer<Real>
    ) {
        columnMinimum(rows, into: out)
    }

    /// Does nothing, likewise.
    package func report(_ numbers: inout [Double], each count: Int, of group: NetworkGroup) {}
}
