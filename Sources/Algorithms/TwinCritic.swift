import Networks
import Numerics

/// Two action-value networks Q₁, Q₂ with their slowly following targets Q̂₁, Q̂₂ (clipped double Q-learning).
public final class TwinCritic<Team: Exchange> {
    /// Loss and mean value of a step, for the curve.
    public struct Report: Sendable {
        /// Sum of both critics' mean squared errors.
        public var loss = 0.0
        /// Mean of Q over batch and critics.
        public var meanValue = 0.0
    }

    /// Q₁, Q₂.
    public let critics: [MLP]
    /// Q̂₁, Q̂₂.
    public let targets: [MLP]
    private let optimisers: [Adam]
    private let team: Team
    private let tapes: [Tape]
    private let values: Matrix
    private let outputGradient: Matrix
    private let actionGradients: Matrix

    /// Two independent networks on (state, action), and their exact copies as targets.
    public init(
        states: Int, actions: Int, hidden: [Int], batch: Int, initialiser: Initialiser, stream: RandomStream, team: Team
    ) {
        let shape = MLP.Shape(inputs: states + actions, hidden: hidden, outputs: 1)
        critics = (0..<2).map { i in
            let network = MLP(shape)
            initialiser.fill(network, stream: stream.stream("q.\(i)"))
            return network
        }
        targets = critics.map { critic in
            let network = MLP(shape, trainable: false)
            network.parameters.copy(from: critic.parameters)
            return network
        }
        optimisers = critics.map { Adam($0) }
        self.team = team
        tapes = (0..<2).map { _ in Tape(shape, batch: batch) }
        values = Matrix(2, batch)
        outputGradient = Matrix(batch, 1)
        actionGradients = Matrix(2, batch * actions)
    }

    /// out[b] = Q̂(s_b, a_b) = min(Q̂₁, Q̂₂).
    ///
    /// - Parameter stateActions: [batch × (states + actions)].
    public func targetMinimum(_ stateActions: MatrixView, into out: UnsafeMutablePointer<Real>) {
        for i in 0..<2 where team.owns(.critics, i) {
            targets[i].forward(stateActions, tapes[i])
            values.row(i).update(from: tapes[i].output.pointer, count: values.columns)
        }
        team.minimum(values.view, of: .critics, into: out)
    }

    /// One step of each critic on E[(Q(s,a) - y)²].
    ///
    /// - Parameter y: the temporal-difference target, one per sample.
    public func step(_ stateActions: MatrixView, target y: UnsafePointer<Real>, rate: Double) -> Report {
        var report = Report()
        let batch = values.columns
        for i in 0..<2 where team.owns(.critics, i) {
            critics[i].forward(stateActions, tapes[i])
            let q = tapes[i].output.pointer
            var squares = 0.0
            for b in 0..<batch {
                let error = q[b] - y[b]
                squares += Double(error) * Double(error)
                outputGradient[b] = 2 * error / Real(batch)
            }
            report.loss += squares / Double(batch)
            report.meanValue += orderedMean(q, count: batch) / 2
            critics[i].backward(stateActions, tapes[i], outputGradient: outputGradient.view)
            optimisers[i].step(rate: rate)
        }
        return report
    }

    /// Q̂ᵢ ← (1 - η)Q̂ᵢ + ηQᵢ.
    public func trackTargets(rate: Double) {
        for i in 0..<2 where team.owns(.critics, i) {
            trackWithAverage(targets[i].parameters, of: critics[i].parameters, rate: rate)
        }
    }

    /// The smaller of the two values and its gradient with respect to the action.
    ///
    /// - Parameters:
    ///   - ofTargets: Q̂ when true, the online Q otherwise.
    ///   - out: min over critics, one per sample; a tie counts for the first.
    ///   - gradient: ∂min/∂a [batch × actions], contiguous.
    public func minimumAndActionGradient(
        _ stateActions: MatrixView, ofTargets: Bool, into out: UnsafeMutablePointer<Real>, gradient: MatrixView
    ) {
        let networks = ofTargets ? targets : critics
        for i in 0..<2 where team.owns(.critics, i) {
            networks[i].forward(stateActions, tapes[i])
            values.row(i).update(from: tapes[i].output.pointer, count: values.columns)
        }
        team.share(values.view, of: .critics)
        let (q1, q2) = (values.row(0), values.row(1))
        let actions = stateActions.columns - gradient.columns..<stateActions.columns
        for i in 0..<2 where team.owns(.critics, i) {
            for b in 0..<values.columns { outputGradient[b] = (q2[b] < q1[b]) == (i == 1) ? 1 : 0 }
            networks[i].backwardToInput(
                tapes[i], outputGradient: outputGradient.view, inputs: actions,
                into: MatrixView(pointer: actionGradients.row(i), rows: gradient.rows, columns: gradient.columns))
        }
        team.share(actionGradients.view, of: .critics)
        for b in 0..<values.columns {
            out[b] = q2[b] < q1[b] || q2[b].isNaN ? q2[b] : q1[b]
            let chosen = actionGradients.row(q2[b] < q1[b] ? 1 : 0) + b * gradient.columns
            gradient.row(b).update(from: chosen, count: gradient.columns)
        }
    }
}
