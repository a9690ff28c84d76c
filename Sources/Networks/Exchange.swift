import Numerics

/// Which kind of network of a case is meant.
public enum NetworkGroup: Sendable {
    /// V₁ … V_m.
    case values
    /// Q₁, Q₂ (each with its target).
    case critics
    /// π.
    case policy
}

/// How results of a case's networks travel between the processes that own them.
///
/// Every network of a case has one owner; only per-sample vectors of a batch travel, never parameters. A learner says
/// what it needs known where and does not know who computes it, so any division of the networks gives the same bits.
public protocol Exchange {
    /// Whether this process computes network `index` of `group`.
    func owns(_ group: NetworkGroup, _ index: Int) -> Bool
    /// Makes row i of `rows`, computed by the owner of network i of `group`, known to all.
    func share(_ rows: MatrixView, of group: NetworkGroup)
    /// out = minimum over the rows of all networks of `group`, known to all; NaN in any row gives NaN.
    func minimum(_ rows: MatrixView, of group: NetworkGroup, into out: UnsafeMutablePointer<Real>)
}

/// One process computes every network of a case: nothing travels.
public struct Solo: Exchange, Sendable {
    /// Holds nothing; one is as good as another.
    public init() {}

    /// True, whichever network is meant.
    public func owns(_ group: NetworkGroup, _ index: Int) -> Bool { true }

    /// Does nothing: whoever computed the rows is all there is.
    public func share(_ rows: MatrixView, of group: NetworkGroup) {}

    /// The `columnMinimum` of the rows.
    public func minimum(_ rows: MatrixView, of group: NetworkGroup, into out: UnsafeMutablePointer<Real>) {
        columnMinimum(rows, into: out)
    }
}
