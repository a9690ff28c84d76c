import CKernels
import Networks
import Numerics
import Testing

@Suite struct MLPTests {
    /// The input [1, 2, 4, -1], normalised with ε 1e-6.
    @Test func layerNormGolden() {
        let x = Matrix(vector: 4)
        for (i, value) in [1, 2, 4, -1].enumerated() { x[i] = Real(value) }
        let (zero, one, normalised, inverse) = (
            Matrix(vector: 4), Matrix(vector: 4), Matrix(vector: 4), Matrix(vector: 1)
        )
        for i in 0..<4 { one[i] = 1 }
        ab_layer_norm_relu(
            x.pointer, zero.pointer, one.pointer, zero.pointer, normalised.pointer, inverse.pointer, 1e-6, 1, 4)
        let golden = [-0.2773500554, 0.2773500554, 1.3867502772, -1.3867502772]
        for i in 0..<4 {
            #expect(abs(Double(normalised[i]) - golden[i]) < 1e-6)
            #expect(abs(Double(x[i]) - max(golden[i], 0)) < 1e-6)
        }
    }

    /// The forward pass agrees with the formula in double precision, with and without layer normalisation.
    @Test(arguments: [false, true], [1, 3])
    func forward(layerNorm: Bool, outputs: Int) {
        let (network, input, tape) = sample(layerNorm: layerNorm, outputs: outputs)
        network.forward(input.view, tape)
        for b in 0..<input.rows {
            let expected = reference(network, (0..<input.columns).map { Double(input.row(b)[$0]) })
            for (o, value) in expected.enumerated() { #expect(abs(Double(tape.output.row(b)[o]) - value) < 1e-5) }
        }
    }

    #if ACTIVE_BENCH_DOUBLE
        /// L = Σ c·y for random c: the gradients of every parameter and every input agree to 1e-7.
        @Test(arguments: [false, true], [1, 3])
        func gradients(layerNorm: Bool, outputs: Int) throws {
            let (network, input, tape) = sample(layerNorm: layerNorm, outputs: outputs)
            let coefficients = Matrix(input.rows, outputs)
            RandomStream("coefficients").normals(step: 0, into: coefficients.pointer, count: coefficients.count)
            func loss() -> Double {
                network.forward(input.view, tape)
                return (0..<coefficients.count).map { coefficients[$0] * tape.output.pointer[$0] }.reduce(0, +)
            }
            _ = loss()
            network.backward(input.view, tape, outputGradient: coefficients.view)
            let gradients = try #require(network.gradients)
            let error = network.parameters.mutate {
                largestGradientError($0, gradients.values, count: gradients.count, loss: loss)
            }
            #expect(error < 1e-7)

            _ = loss()
            let inputGradient = Matrix(input.rows, 2)
            network.backwardToInput(tape, outputGradient: coefficients.view, inputs: 3..<5, into: inputGradient.view)
            for b in 0..<input.rows {
                #expect(
                    largestGradientError(input.row(b) + 3, inputGradient.row(b), count: 2, loss: loss) < 1e-7)
            }
        }
    #endif

    /// Two independent networks have different weights; the same stream gives the same weights.
    @Test func initialisation() {
        let shape = MLP.Shape(inputs: 5, hidden: [8, 8], outputs: 1, layerNorm: true)
        let (a, b, c) = (MLP(shape), MLP(shape), MLP(shape))
        Initialiser.orthogonal.fill(a, stream: RandomStream("a"))
        Initialiser.orthogonal.fill(b, stream: RandomStream("a"))
        Initialiser.orthogonal.fill(c, stream: RandomStream("c"))
        let values = [a, b, c].map(\.parameters.elements)
        #expect(values[0] == values[1])
        #expect(values[0] != values[2])
        // Orthogonal with gain √2: every row of an 8 × 8 weight has length √2.
        let weight = a.parameters.matrix("fc1/weight")
        let square = (0..<8).map { Double(weight.row(2)[$0]) * Double(weight.row(2)[$0]) }.reduce(0, +)
        #expect(abs(square - 2) < 1e-5)
        #expect(a.parameters.pointer("fc0/norm/scale")[7] == 1)
        #expect(a.parameters.pointer("fc0/bias")[0] == 0)
    }

    @Test func uniformInitialisationStaysWithinItsBound() {
        let network = MLP(MLP.Shape(inputs: 16, hidden: [64], outputs: 1))
        Initialiser.uniformByFanIn.fill(network, stream: RandomStream("u"))
        let weight = network.parameters.matrix("fc0/weight")
        let largest = (0..<weight.count).map { abs(weight.pointer[$0]) }.max() ?? 0
        #expect(largest <= 0.25 && largest > 0.24)
    }

    /// CQL's networks: the output's weight is small and its bias 0; hidden
    /// layers are initialised as in the original code.
    @Test func smallOutputs() {
        let shape = MLP.Shape(inputs: 16, hidden: [64], outputs: 2)
        let (critic, policy) = (MLP(shape), MLP(shape))
        Initialiser.orthogonalSmallOutput.fill(critic, stream: RandomStream("s"))
        Initialiser.uniformSmallOutput.fill(policy, stream: RandomStream("s"))
        func magnitudes(_ network: MLP, _ tensor: String) -> [Double] {
            let layout = network.parameters.layout(tensor)
            return (0..<layout.count).map { abs(Double(network.parameters.values[layout.offset + $0])) }
        }
        func length(_ tensor: String) -> Double { magnitudes(critic, tensor).map { $0 * $0 }.reduce(0, +).squareRoot() }
        #expect(abs(length("fc0/weight") - (2.0 * 16).squareRoot()) < 1e-4, "16 rows of length √2")
        #expect(abs(length("out/weight") - 0.01 * 2.0.squareRoot()) < 1e-7, "two columns of length 0.01")
        #expect(magnitudes(critic, "fc0/bias").allSatisfy { $0 == 0 })
        let bound = 0.01 * (6.0 / 66).squareRoot()
        let largest = magnitudes(policy, "out/weight").max() ?? 0
        #expect(largest <= bound && largest > 0.9 * bound)
        #expect((magnitudes(policy, "fc0/bias").max() ?? 0) > 0.2, "uniform within ±1/√16")
        for network in [critic, policy] { #expect(magnitudes(network, "out/bias") == [0, 0]) }
    }

    /// Weights are stored as [in, out] in memory and as [out, in] in files.
    @Test func exportTransposes() {
        let network = MLP(MLP.Shape(inputs: 2, hidden: [3], outputs: 1))
        let layout = network.parameters.layout("fc0/weight")
        let weight = network.parameters.matrix("fc0/weight")
        for i in 0..<6 { weight.pointer[i] = Real(i) }
        let exported = network.parameters.exported(layout)
        #expect(exported.shape == [3, 2])
        #expect(exported.values == [0, 3, 1, 4, 2, 5])
        for i in 0..<6 { weight.pointer[i] = -1 }
        network.parameters.fill(layout, from: exported)
        #expect((0..<6).map { weight.pointer[$0] } == [0, 1, 2, 3, 4, 5])
    }

    private func sample(layerNorm: Bool, outputs: Int) -> (MLP, Matrix, Tape) {
        let shape = MLP.Shape(inputs: 5, hidden: [9, 7], outputs: outputs, layerNorm: layerNorm)
        let network = MLP(shape)
        network.parameters.mutate {
            RandomStream("parameters").normals(step: 0, into: $0, count: network.parameters.count)
        }
        let input = Matrix(4, 5)
        RandomStream("input").normals(step: 0, into: input.pointer, count: input.count)
        return (network, input, Tape(shape, batch: 4))
    }

    private func reference(_ network: MLP, _ input: [Double]) -> [Double] {
        var x = input
        for name in ["fc0", "fc1", "out"] {
            let weight = network.parameters.matrix("\(name)/weight")
            let bias = network.parameters.pointer("\(name)/bias")
            var y = (0..<weight.columns).map { o in
                x.indices.map { x[$0] * Double(weight.row($0)[o]) }.reduce(Double(bias[o]), +)
            }
            if name != "out" {
                if network.shape.layerNorm {
                    let (scale, shift) = (
                        network.parameters.pointer("\(name)/norm/scale"),
                        network.parameters.pointer("\(name)/norm/bias")
                    )
                    let mean = y.reduce(0, +) / Double(y.count)
                    let variance = y.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(y.count)
                    y = y.indices.map {
                        (y[$0] - mean) / (variance + 1e-6).squareRoot() * Double(scale[$0]) + Double(shift[$0])
                    }
                }
                y = y.map { max(0, $0) }
            }
            x = y
        }
        return x
    }
}
