package import Numerics

/// The kinds of network that a case has.
package enum NetworkGroup: Int, Sendable, CaseIterable {
    /// V₁ … V_m.
    case values
    /// Q₁, Q₂ (each with its target).
    case critics
    /// π (with its target).
    case policy
}

/// The groups whose owners need what is exchanged.
package struct Readers: OptionSet, Sendable, Hashable {
    /// A bit for each group, in the order of `NetworkGroup`.
    package let rawValue: UInt8

    /// The groups whose bits are set.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The processes that own a V.
    package static let values = Readers(rawValue: 1 << 0)
    /// The processes that own a Q.
    package static let critics = Readers(rawValue: 1 << 1)
    /// The process that owns π.
    package static let policy = Readers(rawValue: 1 << 2)
}

/// How results of a case's networks travel between the processes that own them.
///
/// Every network of a case has one owner. In a training step only per-sample vectors of a batch travel, never parameters. A
/// learner says which values it needs at which networks' owners; it does not know which process computes them, so any
/// division of the networks gives the same bits. All calls are collective: every process of a case makes the same calls in
/// the same order, also those for networks that it does not own.
package protocol Exchange {
    /// Whether this process computes network `index` of `group`.
    func owns(_ group: NetworkGroup, _ index: Int) -> Bool
    /// Sends row i of `rows` from the owner of network i of `group` to the readers. On other processes the rows that they
    /// do not own are left as they were.
    func share(_ rows: MatrixView, of group: NetworkGroup, for readers: Readers)
    /// Computes out = the elementwise minimum over the rows of all networks of `group` on the readers; NaN in any row gives
    /// NaN. On other processes `out` is undefined.
    func minimum(
        _ rows: MatrixView, of group: NetworkGroup, for readers: Readers, into out: UnsafeMutablePointer<Real>)
    /// Sends the i-th run of `count` elements of `numbers` from the owner of network i of `group` to all processes. For
    /// diagnostics, which are seldom asked for; may allocate.
    func report(_ numbers: inout [Double], each count: Int, of group: NetworkGroup)
}

extension Exchange {
    /// Whether this process computes π.
    package var ownsPolicy: Bool { owns(.policy, 0) }
}

/// One process that computes every network of a case: nothing travels.
package struct Solo: Exchange, Sendable {
    /// Makes one; it has no state.
    package init() {}

    /// Returns true for every network.
    package func owns(_ group: NetworkGroup, _ index: Int) -> Bool { true }

    /// Does nothing: this process has computed all rows.
    package func share(_ rows: MatrixView, of group: NetworkGroup, for readers: Readers) {}

    /// Computes the `columnMinimum` of the rows.
    package func minimum(
        _ rows: MatrixView, of group: NetworkGroup, for readers: Readers, into out: UnsafeMutablePointer<Real>
    ) {
        columnMinimum(rows, into: out)
    }

    /// Does nothing: this process has computed all numbers.
    package func report(_ numbers: inout [Double], each count: Int, of group: NetworkGroup) {}
}
