import Algorithms
import Datasets
import Suites

/// When a case counts as diverged: a diagnostic or parameter is no number any more, or the critics' values are beyond
/// anything the data could be worth.
struct DivergenceCriterion: Sendable, Equatable {
    /// What mean |Q| must not exceed.
    let bound: Double

    /// The bound of `suite` for `transitions`: ten times the largest discounted return in the data, and no less than 1; where
    /// rewards are paid at every step until success, the largest value there can be: |r|/(1 - γ), 100 for AntMaze's r - 1.
    init(_ transitions: Transitions, suite: TaskSuite, discount: Double) {
        bound =
            suite.valueBound == .endlessReward && discount < 1
            ? transitions.largestReward / (1 - discount)
            : max(1, 10 * transitions.largestDiscountedReturn(discount: discount))
    }

    /// What is wrong with the learner as its last update left it; nil when nothing is.
    ///
    /// - Parameters:
    ///   - diagnostics: those of the last update.
    ///   - broken: the name of a network with a parameter that is not finite; nil for none.
    func judge(_ diagnostics: [Diagnostic], _ broken: String?) -> (reason: String, isFinal: Bool)? {
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

/// That a case has diverged: part of its result.
package struct Divergence: Sendable, Codable, Equatable {
    /// The gradient step at which it was first seen.
    package var step: Int
    /// What was seen.
    package var reason: String
    /// Whether training ended there, numbers having become none; otherwise it went on.
    package var isFinal: Bool
}
