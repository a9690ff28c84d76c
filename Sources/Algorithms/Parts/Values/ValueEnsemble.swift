import Foundation
import Networks
import Numerics

/// How V₁(s') … V_m(s') are combined in the critics' target.
enum Backup: Sendable, Equatable {
    /// The minimum, as in the paper.
    case minimum
    case mean
    /// The quantile of this level.
    case quantile(Double)
}

/// V₁ … V_m: state-value networks that are trained on the same batches and targets and differ in their first weights
/// only.
///
/// IQL and SQL are the case m = 1.
final class ValueEnsemble {
    let members: [MLP]
    let optimisers: [Adam]
    private let team: any Exchange
    private let tape: Tape
    /// Vᵢ(s_b) [m × B] at the states of the last `quantile`.
    private let values: Matrix
    /// Vᵢ(s'_b) [m × B] at the states of the last `combineMembers`.
    private let nextValues: Matrix
    private let outputGradient: Matrix
    private let sorted: Matrix
    /// The loss of each member's last step, known to its owner.
    private var losses: [Double]

    /// Makes `count` networks on states, with weights from the streams "v.0", "v.1", …
    init(_ settings: ShapeSettings, count: Int, layerNorm: Bool, problem: Problem) {
        precondition(count > 0)
        let shape = MLP.Shape(
            inputs: problem.states, hidden: settings.hidden, outputs: 1, layerNorm: layerNorm,
            precision: settings.precision)
        let batch = settings.batch
        members = (0..<count).map { i in
            let network = MLP(shape)
            Initialiser.orthogonal.fill(network, stream: problem.initialStream.stream("v.\(i)"))
            return network
        }
        optimisers = members.map { Adam($0) }
        team = problem.team
        tape = Tape(shape, batch: batch)
        values = Matrix(count, batch)
        nextValues = Matrix(count, batch)
        outputGradient = Matrix(batch, 1)
        sorted = Matrix(vector: count)
        losses = [Double](repeating: 0, count: count)
    }

    /// Makes one step of every member on E[f(Q̂(s,a) - Vᵢ(s))].
    ///
    /// - Parameter q: Q̂(s, a), one per sample, known to the owners of members.
    func step(_ states: MatrixView, towards q: UnsafePointer<Real>, loss: ValueLoss, rate: Double) {
        var isInputOnTape = false
        for i in members.indices where team.owns(.values, i) {
            members[i].forward(states, tape, isInputOnTape: isInputOnTape)
            isInputOnTape = true
            losses[i] = loss.evaluate(
                q: q, v: tape.output.pointer, count: values.columns, gradient: outputGradient.pointer)
            members[i].backward(states, tape, outputGradient: outputGradient.view)
            optimisers[i].step(rate: rate)
        }
    }

    /// Computes out[b] = V(s'_b), the members combined by `backup`, on the owners of critics.
    func combineMembers(_ backup: Backup, at states: MatrixView, into out: UnsafeMutablePointer<Real>) {
        evaluate(states, into: nextValues)
        switch backup {
        case .minimum: team.minimum(nextValues.view, of: .values, for: .critics, into: out)
        case .mean:
            team.share(nextValues.view, of: .values, for: .critics)
            columnMean(nextValues.view, into: out)
        case .quantile(let level):
            team.share(nextValues.view, of: .values, for: .critics)
            columnQuantile(nextValues.view, level: level, scratch: sorted.pointer, into: out)
        }
    }

    /// Computes out[b] = E_c[V](s_b), the c-quantile over the members, on the owner of the policy.
    func quantile(_ c: Double, at states: MatrixView, into out: UnsafeMutablePointer<Real>) {
        evaluate(states, into: values)
        team.share(values.view, of: .values, for: .policy)
        guard team.ownsPolicy else { return }
        columnQuantile(values.view, level: c, scratch: sorted.pointer, into: out)
    }

    private func evaluate(_ states: MatrixView, into values: Matrix) {
        var isInputOnTape = false
        for i in members.indices where team.owns(.values, i) {
            members[i].evaluate(states, tape, isInputOnTape: isInputOnTape)
            isInputOnTape = true
            values.row(i).update(from: tape.output.pointer, count: values.columns)
        }
    }
}

extension ValueEnsemble {
    /// Sends every member's loss to all ranks of the team. Collective.
    func gatherLosses() { team.report(&losses, each: 1, of: .values) }

    /// The loss of the last step, averaged over members; complete after `gatherLosses`.
    var loss: Double { losses.reduce(0, +) / Double(members.count) }

    var named: [NamedNetwork] {
        members.indices.map { NamedNetwork("v.\($0)", members[$0], optimisers[$0], of: .values, $0) }
    }
}

// Diagnostics at the states of the last `quantile`, on the owner of the policy.
extension ValueEnsemble {
    /// The mean of V over batch and members.
    var mean: Double { orderedMean(values.pointer, count: values.count) }

    /// The spread of the members' values.
    struct Spread {
        /// Mean over the batch of the members' standard deviation (m - 1 in the denominator), σ.
        var deviation = 0.0
        /// Mean over the batch of (mean - minimum)/(k(m)·σ): 1 where formula (8) of ACTIVE's slides is
        /// exact (see the chapter Learners).
        var gapRatio = 0.0
    }

    /// The spread; zeros for a single member.
    var spread: Spread {
        let m = Double(members.count)
        guard m > 1 else { return Spread() }
        var spread = Spread()
        let expected = expectedGap(members: members.count)
        for b in 0..<values.columns {
            var (sum, least) = (0.0, Double.infinity)
            for i in 0..<values.rows {
                let value = Double(values.row(i)[b])
                sum += value
                least = value < least || value.isNaN ? value : least
            }
            var squares = 0.0
            for i in 0..<values.rows {
                let deviation = Double(values.row(i)[b]) - sum / m
                squares += deviation * deviation
            }
            let sigma = (squares / (m - 1)).squareRoot()
            spread.deviation += sigma / Double(values.columns)
            let gap = (sum / m - least) / (expected * sigma)
            spread.gapRatio += (sigma == 0 ? 0 : gap) / Double(values.columns)
        }
        return spread
    }
}
