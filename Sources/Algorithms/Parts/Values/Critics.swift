import Datasets
package import Networks
package import Numerics

/// Action-value networks Q_j with their targets Q̂_j, moving averages: two for clipped double Q-learning, or one.
package final class Critics {
    /// Losses and mean values of a step, for the learning curve.
    package struct Report: Sendable {
        /// The sum over critics of their losses: the mean squared error and what a learner adds.
        package var loss = 0.0
        /// Mean of Q over batch and critics.
        package var meanValue = 0.0
        /// Mean of |Q|, by which divergence is detected.
        package var meanMagnitude = 0.0
        /// Δ of CQL, averaged over critics.
        var penalty = 0.0

        var diagnostics: [Diagnostic] {
            [Diagnostic("mean_q", meanValue), Diagnostic("mean_abs_q", meanMagnitude)]
        }
    }

    /// The diagnostics of one critic's last step, known to its owner.
    struct Record: Sendable {
        var loss = 0.0
        var meanValue = 0.0
        var meanMagnitude = 0.0
        var penalty = 0.0
    }

    /// The online networks Q_j.
    package let networks: [MLP]
    /// The target networks Q̂_j.
    package let targets: [MLP]
    let optimisers: [Adam]
    /// Q_j(s, a) of the last `evaluate` [critics × batch].
    let values: MatrixView
    /// ∂L/∂Q_j(s, a) of one critic at a time [batch × 1].
    let outputGradient: MatrixView
    private let team: any Exchange
    private let tapes: [Tape]
    private let storage: (values: Matrix, outputGradient: Matrix)
    /// Q_j followed by ∂Q_j/∂a [critics × batch·(1 + actions)], which are sent together.
    private let valuesAndGradients: Matrix
    /// The record of each critic.
    var records: [Record]

    /// Makes `count` independent networks on (state, action), and exact copies as targets.
    package init(
        count: Int = 2, states: Int, actions: Int, hidden: [Int], precision: Precision = .full, batch: Int,
        initialiser: Initialiser, stream: RandomStream, team: any Exchange
    ) {
        precondition((1...2).contains(count), "\(count) critics")
        let shape = MLP.Shape(inputs: states + actions, hidden: hidden, outputs: 1, precision: precision)
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
        valuesAndGradients = Matrix(count, batch * (1 + actions))
        records = [Record](repeating: Record(), count: count)
    }

    /// Makes the critics of a case.
    ///
    /// - `hidden`: widths of their hidden layers, if these are not those of `shape`.
    package convenience init(
        _ shape: ShapeSettings, count: Int = 2, hidden: [Int]? = nil, initialiser: Initialiser, problem: Problem
    ) {
        self.init(
            count: count, states: problem.states, actions: problem.actions, hidden: hidden ?? shape.hidden,
            precision: shape.precision, batch: shape.batch, initialiser: initialiser, stream: problem.initialStream,
            team: problem.team)
    }

    /// Computes out[b] = Q̂(s_b, a_b), the minimum over the targets, on the `readers`.
    ///
    /// - Parameter stateActions: [batch × (states + actions)].
    package func targetMinimum(
        _ stateActions: MatrixView, for readers: Readers, into out: UnsafeMutablePointer<Real>
    ) {
        for j in targets.indices where team.owns(.critics, j) {
            targets[j].evaluate(stateActions, tapes[j])
            values.row(j).update(from: tapes[j].output.pointer, count: values.columns)
        }
        team.minimum(values, of: .critics, for: readers, into: out)
    }

    /// Makes one step of each critic on E[(Q_j(s,a) - y)²].
    ///
    /// - Parameter y: the temporal-difference target, one per sample.
    package func step(_ stateActions: MatrixView, target y: UnsafePointer<Real>, rate: Double) {
        for j in networks.indices where team.owns(.critics, j) {
            evaluate(j, stateActions)
            records[j].loss = temporalDifference(j, target: y)
            backward(j, stateActions)
            optimisers[j].step(rate: rate)
        }
    }

    // The parts of a step, for learners whose critics have further terms in their loss.

    /// Computes Q_j(s, a) into row j of `values`.
    func evaluate(_ j: Int, _ stateActions: MatrixView) {
        networks[j].forward(stateActions, tapes[j])
        let (q, batch) = (tapes[j].output.pointer, values.columns)
        values.row(j).update(from: q, count: batch)
        records[j].meanValue = orderedMean(q, count: batch)
        records[j].meanMagnitude = orderedMagnitudeSum(q, count: batch) / Double(batch)
    }

    /// Returns E[(Q_j(s,a) - y)²] of the last `evaluate` and writes its derivative to `outputGradient`.
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

    /// Computes the gradient of Q_j's parameters from `outputGradient`, after `evaluate` of the same batch.
    func backward(_ j: Int, _ stateActions: MatrixView) {
        networks[j].backward(stateActions, tapes[j], outputGradient: outputGradient)
    }

    var named: [NamedNetwork] {
        networks.indices.map { NamedNetwork("q.\($0)", networks[$0], optimisers[$0], of: .critics, $0) }
            + targets.indices.map { NamedNetwork("target_q.\($0)", targets[$0], of: .critics, $0) }
    }

    /// Updates the targets: Q̂_j ← (1 - η)Q̂_j + ηQ_j.
    package func trackTargets(rate: Double) {
        for j in targets.indices where team.owns(.critics, j) {
            trackWithAverage(targets[j].parameters, of: networks[j].parameters, rate: rate)
        }
    }

    /// Computes the minimum over the critics and its gradient with respect to the action, on the owner of the policy.
    ///
    /// - Parameters:
    ///   - stateActions: known to the owners of critics.
    ///   - ofTargets: Q̂ when true, the online Q otherwise.
    ///   - out: min over critics, one per sample; in a tie the first critic's gradient is used.
    ///   - gradient: ∂min/∂a [batch × actions], contiguous.
    package func minimumAndActionGradient(
        _ stateActions: MatrixView, ofTargets: Bool, into out: UnsafeMutablePointer<Real>, gradient: MatrixView
    ) {
        let networks = ofTargets ? targets : networks
        for j in networks.indices where team.owns(.critics, j) {
            valueAndActionGradient(j, networks[j], stateActions, actions: gradient.columns)
        }
        team.share(valuesAndGradients.view, of: .critics, for: .policy)
        guard team.ownsPolicy else { return }
        let (first, second) = (valuesAndGradients.row(0), valuesAndGradients.row(networks.count - 1))
        for b in 0..<values.columns {
            out[b] = second[b] < first[b] || second[b].isNaN ? second[b] : first[b]
            let chosen = (second[b] < first[b] ? second : first) + values.columns + b * gradient.columns
            gradient.row(b).update(from: chosen, count: gradient.columns)
        }
    }

    /// Computes the value of the first online critic and its gradient with respect to the action (for TD3+BC's policy),
    /// on the owner of the policy.
    ///
    /// - Parameters:
    ///   - out: Q₁(s, a), one per sample.
    ///   - gradient: ∂Q₁/∂a [batch × actions], contiguous.
    func firstAndActionGradient(
        _ stateActions: MatrixView, into out: UnsafeMutablePointer<Real>, gradient: MatrixView
    ) {
        if team.owns(.critics, 0) { valueAndActionGradient(0, networks[0], stateActions, actions: gradient.columns) }
        let first = MatrixView(pointer: valuesAndGradients.row(0), rows: 1, columns: valuesAndGradients.columns)
        team.share(first, of: .critics, for: .policy)
        guard team.ownsPolicy else { return }
        out.update(from: first.pointer, count: values.columns)
        gradient.pointer.update(from: first.pointer + values.columns, count: gradient.count)
    }

    /// Fills row j of `valuesAndGradients` with q and ∂q/∂a of every sample.
    private func valueAndActionGradient(_ j: Int, _ network: MLP, _ stateActions: MatrixView, actions: Int) {
        let (row, batch) = (valuesAndGradients.row(j), values.columns)
        network.forward(stateActions, tapes[j])
        row.update(from: tapes[j].output.pointer, count: batch)
        outputGradient.pointer.update(repeating: 1, count: batch)
        network.backwardToInput(
            tapes[j], outputGradient: outputGradient, inputs: stateActions.columns - actions..<stateActions.columns,
            into: MatrixView(pointer: row + batch, rows: batch, columns: actions))
    }
}

// Gathering the owners' records.
extension Critics {
    /// Sends every critic's record to all ranks of the team. Collective.
    func gatherRecords() {
        var numbers = records.flatMap { [$0.loss, $0.meanValue, $0.meanMagnitude, $0.penalty] }
        team.report(&numbers, each: 4, of: .critics)
        for j in records.indices {
            let row = numbers[4 * j..<4 * (j + 1)].map { $0 }
            records[j] = Record(loss: row[0], meanValue: row[1], meanMagnitude: row[2], penalty: row[3])
        }
    }

    /// The report made from the records that are known on this rank.
    package var report: Report {
        var report = Report()
        let count = Double(records.count)
        for record in records {
            report.loss += record.loss
            report.meanValue += record.meanValue / count
            report.meanMagnitude += record.meanMagnitude / count
            report.penalty += record.penalty / count
        }
        return report
    }
}
