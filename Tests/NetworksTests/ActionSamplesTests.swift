import Networks
import Numerics
import Testing

@Suite struct ActionSamplesTests {
    /// Values and gradients of K actions per state equal those of the critic on all K·B rows.
    @Test(arguments: [[5], [1], [6, 5], [4, 1, 7]], [1, 3])
    func areThoseOfTheCritic(hidden: [Int], samples: Int) throws {
        let (states, actions, batch) = (4, 2, 3)
        let shape = MLP.Shape(inputs: states + actions, hidden: hidden, outputs: 1)
        let (shared, plain) = (MLP(shape), MLP(shape))
        for network in [shared, plain] { Initialiser.uniformByFanIn.fill(network, stream: RandomStream("critic")) }
        let (s, a) = (Matrix(batch, states), Matrix(samples * batch, actions))
        let (rows, gradient) = (Matrix(samples * batch, states + actions), Matrix(samples * batch, 1))
        let stream = RandomStream("action samples")
        for (i, matrix) in [s, a, gradient].enumerated() {
            stream.normals(step: i, into: matrix.pointer, count: matrix.count)
        }
        for r in 0..<rows.rows {
            for j in 0..<states { rows.row(r)[j] = s.row(r % batch)[j] }
            for j in 0..<actions { rows.row(r)[states + j] = a.row(r)[j] }
        }
        let tape = Tape(shape, batch: samples * batch)
        plain.forward(rows.view, tape)
        plain.backward(rows.view, tape, outputGradient: gradient.view)

        let sampled = ActionSamples(shape, actions: actions, batch: batch, samples: samples)
        sampled.forward(shared, states: s.view, actions: a.view)
        for r in 0..<rows.rows { #expect(abs(sampled.values.pointer[r] - tape.output.pointer[r]) < 1e-5) }

        // Gradients are added to those already accumulated.
        let (sum, expected) = (try #require(shared.gradients), try #require(plain.gradients))
        sum.mutate { $0.update(repeating: 1, count: sum.count) }
        let valueGradient = MatrixView(pointer: gradient.pointer, rows: samples, columns: batch)
        sampled.addGradient(shared, states: s.view, actions: a.view, valueGradient: valueGradient)
        for tensor in sum.tensors {
            for i in tensor.offset..<tensor.offset + tensor.count {
                #expect(abs(sum.values[i] - 1 - expected.values[i]) < 1e-4, "\(tensor.name)")
            }
        }
    }
}
