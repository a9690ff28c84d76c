import Datasets
import Networks
import Numerics

/// Action-value networks Q_j with their slowly following targets Q̂_j: two for clipped double Q-learning, or one.
public final class Critics<Team: Exchange> {
    /// Loss and mean value of a step, for the curve.
    public struct Report: Sendable {
        /// Sum over critics of their mean squared errors, with whatever else a learner adds.
        public var loss = 0.0
        /// Mean of Q over batch and critics.
        public var meanValue = 0.0
        /// Mean of |Q|, by which divergence is told.
        public var meanMagnitude = 0.0

        var diagnostics: [Diagnostic] {
            [Diagnostic("mean_q", meanValue), Diagnostic("mean_abs_q", meanMagnitude)]
        }
    }

    /// Q_j.
    public let networks: [MLP]
    /// Q̂_j.
    public let targets: [MLP]
    let optimisers: [Adam]
    /// Q_j(s, a) of the last `evaluate` [critics × batch].
    let values: MatrixView
    /// ∂L/∂Q_j(s, a) of one critic at a time [batch × 1].
    let outputGradient: MatrixView
    private let team: Team
    private let tapes: [Tape]
    private let storage: (values: Matrix, outputGradient: Matrix)
    private let actionGradients: Matrix

    /// `count` independent networks on (state, action), and their exact copies as targets.
    public init(
        count: Int = 2, states: Int, actions: Int, hidden: [Int], batch: Int, initialiser: Initialiser,
        stream: RandomStream, team: Team
    ) {
        precondition((1...2).contains(count), "\(count) critics")
        let shape = MLP.Shape(inputs: states + actions, hidden: hidden, outputs: 1)
        networks = (0..<count).map { j in
            let network = MLP(shape)
            initialiser.fill(network, stream: stream.stream("q.\(j)"))
            return network
        }
        targets = networks.map { critic in
            let network = MLP(shape, trainable: false)
            network.parameters.copy(from: critic.parameters)
            return network
        }
        optimisers = networks.map { Adam($0) }
        self.team = team
        tapes = networks.map { _ in Tape(shape, batch: batch) }
        storage = (Matrix(count, batch), Matrix(batch, 1))
        values = storage.values.view
        outputGradient = storage.outputGradient.view
        actionGradients = Matrix(count, batch * actions)
    }

    /// out[b] = Q̂(s_b, a_b), the minimum over the targets.
    ///
    /// - Parameter stateActions: [batch × (states + actions)].
    public func targetMinimum(_ stateActions: MatrixView, into out: UnsafeMutablePointer<Real>) {
        for j in targets.indices where team.owns(.critics, j) {
            targets[j].forward(stateActions, tapes[j])
            values.row(j).update(from: tapes[j].output.pointer, count: values.columns)
        }
        team.minimum(values, of: .critics, into: out)
    }

    /// One step of each critic on E[(Q_j(s,a) - y)²].
    ///
    /// - Parameter y: the temporal-difference target, one per sample.
    public func step(_ stateActions: MatrixView, target y: UnsafePointer<Real>, rate: Double) -> Report {
        var report = Report()
        for j in networks.indices where team.owns(.critics, j) {
            evaluate(j, stateActions, into: &report)
            report.loss += temporalDifference(j, target: y)
            backward(j, stateActions)
            optimisers[j].step(rate: rate)
        }
        return report
    }

    // The parts of a step, for a learner whose critics have more in their loss.

    /// Q_j(s, a) into row j of `values`.
    func evaluate(_ j: Int, _ stateActions: MatrixView, into report: inout Report) {
        networks[j].forward(stateActions, tapes[j])
        let (q, batch) = (tapes[j].output.pointer, values.columns)
        values.row(j).update(from: q, count: batch)
        let count = Double(networks.count)
        report.meanValue += orderedMean(q, count: batch) / count
        report.meanMagnitude += orderedMagnitudeSum(q, count: batch) / Double(batch) / count
    }

    /// E[(Q_j(s,a) - y)²] of the last `evaluate`; its derivative goes to `outputGradient`.
    func temporalDifference(_ j: Int, target y: UnsafePointer<Real>) -> Double {
        let (q, batch) = (values.row(j), values.columns)
        var squares = 0.0
        for b in 0..<batch {
            let error = q[b] - y[b]
            squares += Double(error) * Double(error)
            outputGradient.pointer[b] = 2 * error / Real(batch)
        }
        return squares / Double(batch)
    }

    /// The gradient of Q_j's parameters from `outputGradient`, after `evaluate` of the same batch.
    func backward(_ j: Int, _ stateActions: MatrixView) {
        networks[j].backward(stateActions, tapes[j], outputGradient: outputGradient)
    }

    var named: [NamedNetwork] {
        networks.indices.map { NamedNetwork("q.\($0)", networks[$0], optimisers[$0]) }
            + targets.indices.map { NamedNetwork("target_q.\($0)", targets[$0]) }
    }

    /// Q̂_j ← (1 - η)Q̂_j + ηQ_j.
    public func trackTargets(rate: Double) {
        for j in targets.indices where team.owns(.critics, j) {
            trackWithAverage(targets[j].parameters, of: networks[j].parameters, rate: rate)
        }
    }

    /// The smaller of the values and its gradient with respect to the action.
    ///
    /// - Parameters:
    ///   - ofTargets: Q̂ when true, the online Q otherwise.
    ///   - out: min over critics, one per sample; a tie counts for the first.
    ///   - gradient: ∂min/∂a [batch × actions], contiguous.
    public func minimumAndActionGradient(
        _ stateActions: MatrixView, ofTargets: Bool, into out: UnsafeMutablePointer<Real>, gradient: MatrixView
    ) {
        let networks = ofTargets ? targets : networks
        for j in networks.indices where team.owns(.critics, j) {
            networks[j].forward(stateActions, tapes[j])
            values.row(j).update(from: tapes[j].output.pointer, count: values.columns)
        }
        team.share(values, of: .critics)
        let (q1, q2) = (values.row(0), values.row(networks.count - 1))
        let actions = stateActions.columns - gradient.columns..<stateActions.columns
        for j in networks.indices where team.owns(.critics, j) {
            for b in 0..<values.columns { outputGradient.pointer[b] = (q2[b] < q1[b]) == (j == 1) ? 1 : 0 }
            networks[j].backwardToInput(
                tapes[j], outputGradient: outputGradient, inputs: actions,
                into: MatrixView(pointer: actionGradients.row(j), rows: gradient.rows, columns: gradient.columns))
        }
        team.share(actionGradients.view, of: .critics)
        for b in 0..<values.columns {
            out[b] = q2[b] < q1[b] || q2[b].isNaN ? q2[b] : q1[b]
            let chosen = actionGradients.row(q2[b] < q1[b] ? 1 : 0) + b * gradient.columns
            gradient.row(b).update(from: chosen, count: gradient.columns)
        }
    }

    /// Value of the first online critic and its gradient with respect to the action (TD3+BC's policy).
    ///
    /// - Parameters:
    ///   - out: Q₁(s, a), one per sample.
    ///   - gradient: ∂Q₁/∂a [batch × actions], contiguous.
    func firstAndActionGradient(
        _ stateActions: MatrixView, into out: UnsafeMutablePointer<Real>, gradient: MatrixView
    ) {
        let actions = stateActions.columns - gradient.columns..<stateActions.columns
        if team.owns(.critics, 0) {
            networks[0].forward(stateActions, tapes[0])
            values.row(0).update(from: tapes[0].output.pointer, count: values.columns)
            outputGradient.pointer.update(repeating: 1, count: values.columns)
            networks[0].backwardToInput(
                tapes[0], outputGradient: outputGradient, inputs: actions,
                into: MatrixView(pointer: actionGradients.row(0), rows: gradient.rows, columns: gradient.columns))
        }
        team.share(values, of: .critics)
        team.share(actionGradients.view, of: .critics)
        out.update(from: values.row(0), count: values.columns)
        gradient.pointer.update(from: actionGradients.row(0), count: gradient.count)
    }
}

extension Batch {
    /// From V(s') to the critics' target: values = r + γ(1 - d)·values [1 × B].
    func backUp(_ values: Matrix, discount: Double) {
        for b in 0..<size { values[b] = rewards[b] + Real(discount) * continuations[b] * values[b] }
    }
}
