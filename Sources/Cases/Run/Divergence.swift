import Algorithms
import Datasets
import Suites

/// The criterion for divergence: a diagnostic or parameter is not finite, or the critics' values exceed anything the
/// data could be worth.
struct DivergenceCriterion: Sendable, Equatable {
    /// The upper bound on mean |Q|.
    let bound: Double

    /// The bound of `suite` for `transitions`: ten times the largest discounted return in the data, at least 1. Where a
    /// reward is paid at every step until success it is the largest possible value |r|/(1 - γ), which is 100 for
    /// AntMaze's r - 1.
    init(_ transitions: Transitions, suite: TaskSuite, discount: Double) {
        bound =
            suite.valueBound == .endlessReward && discount < 1
            ? transitions.largestReward / (1 - discount)
            : max(1, 10 * transitions.largestDiscountedReturn(discount: discount))
    }

    /// Checks the learner after its last update; nil if it has not diverged.
    ///
    /// - Parameters:
    ///   - diagnostics: the diagnostics of the last update.
    ///   - broken: the name of a network with a non-finite parameter; nil for none.
    func check(_ diagnostics: [Diagnostic], _ broken: String?) -> (reason: String, isFinal: Bool)? {
        if let diagnostic = diagnostics.first(where: { !$0.value.isFinite }) {
            return ("\(diagnostic.name) is \(diagnostic.value.isNaN ? "NaN" : "infinite")", true)
        }
        if let broken { return ("\(broken) holds a parameter that is not finite", true) }
        guard let magnitude = diagnostics.first(where: { $0.name == "mean_abs_q" })?.value, magnitude > bound else {
            return nil
        }
        return ("mean |Q| is \(Float(magnitude)), more than \(Float(bound))", false)
    }
}

/// The divergence of a case; part of its result.
package struct Divergence: Sendable, Codable, Equatable {
    /// The gradient step at which divergence was first seen.
    package var step: Int
    /// What was seen.
    package var reason: String
    /// Whether training ended there because of non-finite numbers; otherwise it continued.
    package var isFinal: Bool
}
