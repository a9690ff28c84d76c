import Networks
import Numerics

/// V₁ … V_m: state-value networks that see the same batches and the same targets and differ in their first weights only.
///
/// IQL and SQL are the case m = 1.
final class ValueEnsemble<Team: Exchange> {
    let members: [MLP]
    private let optimisers: [Adam]
    private let team: Team
    private let tape: Tape
    private let values: Matrix
    private let outputGradient: Matrix
    private let sorted: Matrix

    /// `count` networks on states, drawn from the streams "v.0", "v.1", …
    init(
        count: Int, states: Int, hidden: [Int], layerNorm: Bool, batch: Int, stream: RandomStream, team: Team
    ) {
        precondition(count > 0)
        let shape = MLP.Shape(inputs: states, hidden: hidden, outputs: 1, layerNorm: layerNorm)
        members = (0..<count).map { i in
            let network = MLP(shape)
            Initialiser.orthogonal.fill(network, stream: stream.stream("v.\(i)"))
            return network
        }
        optimisers = members.map { Adam($0) }
        self.team = team
        tape = Tape(shape, batch: batch)
        values = Matrix(count, batch)
        outputGradient = Matrix(batch, 1)
        sorted = Matrix(vector: count)
    }

    /// One step of every member on E[f(Q̂(s,a) - Vᵢ(s))].
    ///
    /// - Parameter q: Q̂(s, a), one per sample.
    /// - Returns: the loss, averaged over members.
    func step(_ states: MatrixView, towards q: UnsafePointer<Real>, loss: ValueLoss, rate: Double) -> Double {
        var total = 0.0
        for i in members.indices where team.owns(.values, i) {
            members[i].forward(states, tape)
            total += loss.evaluate(
                q: q, v: tape.output.pointer, count: values.columns, gradient: outputGradient.pointer)
            members[i].backward(states, tape, outputGradient: outputGradient.view)
            optimisers[i].step(rate: rate)
        }
        return total / Double(members.count)
    }

    /// out[b] = minᵢ Vᵢ(s_b).
    func minimum(at states: MatrixView, into out: UnsafeMutablePointer<Real>) {
        evaluate(states)
        team.minimum(values.view, of: .values, into: out)
    }

    /// out[b] = E_c[V](s_b), the c-quantile over the members.
    func quantile(_ c: Double, at states: MatrixView, into out: UnsafeMutablePointer<Real>) {
        evaluate(states)
        team.share(values.view, of: .values)
        columnQuantile(values.view, level: c, scratch: sorted.pointer, into: out)
    }

    /// Mean over the batch of the members' population standard deviation, at the states of the last `quantile`.
    var meanDeviation: Double {
        var sum = 0.0
        for b in 0..<values.columns {
            var (mean, square) = (0.0, 0.0)
            for i in 0..<values.rows { mean += Double(values.row(i)[b]) / Double(values.rows) }
            for i in 0..<values.rows {
                let deviation = Double(values.row(i)[b]) - mean
                square += deviation * deviation / Double(values.rows)
            }
            sum += square.squareRoot()
        }
        return sum / Double(values.columns)
    }

    private func evaluate(_ states: MatrixView) {
        for i in members.indices where team.owns(.values, i) {
            members[i].forward(states, tape)
            values.row(i).update(from: tape.output.pointer, count: values.columns)
        }
    }
}
