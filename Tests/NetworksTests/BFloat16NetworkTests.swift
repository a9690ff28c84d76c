import Networks
import Numerics
import Testing

#if !ACTIVE_BENCH_DOUBLE
    /// Networks whose hidden layers compute in bfloat16, compared with the formulas in double precision with the same
    /// factors rounded.
    @Suite struct BFloat16NetworkTests {
        private static let batch = 200

        /// Output and every gradient agree to 1e-5 of the largest element: everything else
        /// is float32. (A factor so near the midpoint of two bfloat16 that float32 rounds it
        /// the other way would differ by up to 1e-3; these data have none.)
        @Test(arguments: [[16, 16], [12, 20, 9], [7], [300, 280]], [1, 3])
        func isTheFormulaWithRoundedFactors(hidden: [Int], outputs: Int) throws {
            let shape = MLP.Shape(inputs: 6, hidden: hidden, outputs: outputs, precision: .bfloat16)
            let (network, input, outputGradient) = sample(shape)
            let tape = Tape(shape, batch: Self.batch)
            let expected = RoundedReference(network, input, outputGradient)
            network.forward(input.view, tape)
            expectClose(tape.output, expected.output, "y")
            network.backward(input.view, tape, outputGradient: outputGradient.view)
            let gradients = try #require(network.gradients)
            for (name, values) in expected.gradients {
                let layout = gradients.layout(name)
                let found = MatrixView(pointer: gradients.pointer(name), rows: 1, columns: layout.count)
                expectClose(found, values, name)
            }
            network.forward(input.view, tape)
            let inputGradient = Matrix(Self.batch, 2)
            network.backwardToInput(tape, outputGradient: outputGradient.view, inputs: 3..<5, into: inputGradient.view)
            let columns = (0..<Self.batch).flatMap { b in (3..<5).map { expected.inputGradient[b * 6 + $0] } }
            expectClose(inputGradient.view, columns, "∂L/∂x")
        }

        /// With normalisation and dropout, gradients are within 7 % of full precision's by norm, and the inputs'
        /// gradient, which no sum over the batch smooths, within 10 %.
        @Test(arguments: [true, false], [0, 0.3]) func isCloseToFullPrecision(layerNorm: Bool, dropout: Double) throws {
            var found: [[[Real]]] = []
            for precision in Precision.allCases {
                let shape = MLP.Shape(
                    inputs: 6, hidden: [64, 64, 48], outputs: 1, layerNorm: layerNorm, precision: precision)
                let (network, input, outputGradient) = sample(shape)
                let tape = Tape(shape, batch: Self.batch)
                let masks = dropout > 0 ? Dropout(rate: dropout, hidden: shape.hidden, batch: Self.batch) : nil
                for (l, mask) in (masks?.masks ?? []).enumerated() {
                    RandomStream("dropout").bernoulli(
                        probability: 1 - dropout, step: l, into: mask.pointer, count: mask.count)
                }
                network.forward(input.view, tape, dropout: masks)
                network.backward(input.view, tape, outputGradient: outputGradient.view, dropout: masks)
                let gradients = try #require(network.gradients)
                network.forward(input.view, tape)
                let inputGradient = Matrix(Self.batch, 6)
                network.backwardToInput(
                    tape, outputGradient: outputGradient.view, inputs: 0..<6, into: inputGradient.view)
                found.append([(0..<gradients.count).map { gradients.values[$0] }, inputGradient.elements])
            }
            // Three products differ from float32's by 10⁻⁵; a unit whose ReLU falls on the other side of 0 adds to
            // that.
            for (rounded, tolerances) in zip(found.dropFirst(), [[0.07, 0.1], [1e-3, 1e-3]]) {
                for ((full, part), tolerance) in zip(zip(found[0], rounded), tolerances) {
                    let difference = norm(zip(full, part).map { $0 - $1 })
                    #expect(difference > 0, "nothing was rounded")
                    #expect(difference < tolerance * norm(full), "\(difference) of \(norm(full))")
                }
            }
        }

        private func norm(_ x: [Real]) -> Double { x.map { Double($0) * Double($0) }.reduce(0, +).squareRoot() }

        /// `evaluate`, and passes that find their input on the tape, have the bits of an ordinary forward pass on a
        /// tape of their own; so have the gradients after them.
        @Test(arguments: Precision.allCases, [([16, 16], false), ([7], false), ([20, 12, 9], true)])
        func shorterPassesHaveTheSameBits(precision: Precision, network: (hidden: [Int], layerNorm: Bool)) throws {
            let shape = MLP.Shape(
                inputs: 6, hidden: network.hidden, outputs: 1, layerNorm: network.layerNorm, precision: precision)
            let (first, input, outputGradient) = sample(shape)
            let second = MLP(shape)
            Initialiser.orthogonal.fill(second, stream: RandomStream("second"))
            let (shared, own) = (Tape(shape, batch: Self.batch), Tape(shape, batch: Self.batch))
            func bits(_ tape: Tape) -> [Real] { elements(tape.output) }
            first.forward(input.view, own)
            let firstOutput = bits(own)
            second.forward(input.view, own)
            let secondOutput = bits(own)
            second.backward(input.view, own, outputGradient: outputGradient.view)
            let expected = try #require(second.gradients).elements

            first.evaluate(input.view, shared)
            #expect(bits(shared) == firstOutput)
            second.evaluate(input.view, shared, isInputOnTape: true)
            #expect(bits(shared) == secondOutput)
            second.forward(input.view, shared, isInputOnTape: true)
            #expect(bits(shared) == secondOutput)
            second.backward(input.view, shared, outputGradient: outputGradient.view)
            #expect(second.gradients?.elements == expected)
        }

        /// A NaN weight makes all outputs NaN, as in full precision, though the network contains a ReLU.
        @Test(arguments: Precision.allCases, ["fc0/weight", "fc1/weight", "fc1/bias"])
        func reluKeepsNaN(precision: Precision, tensor: String) {
            let shape = MLP.Shape(inputs: 6, hidden: [16, 16], outputs: 1, precision: precision)
            let (network, input, _) = sample(shape)
            let tape = Tape(shape, batch: Self.batch)
            network.parameters.pointer(tensor)[0] = .nan
            network.forward(input.view, tape)
            #expect(elements(tape.output).allSatisfy { $0.isNaN })
        }

        /// After any write to the parameters, at any time, the next forward pass equals a new network's.
        @Test func roundsChangedParameters() {
            let shape = MLP.Shape(inputs: 6, hidden: [16, 16], outputs: 1, precision: .bfloat16)
            let (network, input, outputGradient) = sample(shape)
            let (other, tape) = (MLP(shape), Tape(shape, batch: Self.batch))
            let optimiser = Adam(network)
            let changes: [() -> Void] = [
                {
                    network.backward(input.view, tape, outputGradient: outputGradient.view)
                    optimiser.step(rate: 0.1)
                },
                { network.parameters.mutate("fc1/weight") { $0[3] += 1 } },
                { network.parameters.copy(from: sample(shape).0.parameters) },
                { trackWithAverage(network.parameters, of: other.parameters, rate: 0.5) },
            ]
            var outputs: [[Real]] = []
            for change in changes {
                network.forward(input.view, tape)
                change()
                network.forward(input.view, tape)
                let fresh = MLP(shape)
                fresh.parameters.copy(from: network.parameters)
                let freshTape = Tape(shape, batch: Self.batch)
                fresh.forward(input.view, freshTape)
                outputs.append(elements(tape.output))
                #expect(outputs.last == elements(freshTape.output))
            }
            #expect(Set(outputs).count == changes.count, "every change has an effect")
        }

        /// CQL's sampled actions have the critic's values on all rows, to 1e-4, and its gradients to 1e-3: the states'
        /// part of the first layer's gradient, a sum over actions first, is computed in float32.
        @Test(arguments: [Precision.bfloat16, .bfloat16x3])
        func sampledActionsAreThoseOfTheCritic(precision: Precision) throws {
            let shape = MLP.Shape(inputs: 6, hidden: [16, 12, 8], outputs: 1, precision: precision)
            let (states, actions, samples) = (4, 2, 3)
            let (shared, _, _) = sample(shape)
            let (plain, s, a) = (MLP(shape), Matrix(Self.batch, states), Matrix(samples * Self.batch, actions))
            plain.parameters.copy(from: shared.parameters)
            let (rows, gradient) = (Matrix(samples * Self.batch, 6), Matrix(samples * Self.batch, 1))
            for (i, matrix) in [s, a, gradient].enumerated() {
                RandomStream("samples").normals(step: i, into: matrix.pointer, count: matrix.count)
            }
            for r in 0..<rows.rows {
                for j in 0..<states { rows.row(r)[j] = s.row(r % Self.batch)[j] }
                for j in 0..<actions { rows.row(r)[states + j] = a.row(r)[j] }
            }
            let tape = Tape(shape, batch: rows.rows)
            plain.forward(rows.view, tape)
            plain.backward(rows.view, tape, outputGradient: gradient.view)
            let sampled = ActionSamples(shape, actions: actions, batch: Self.batch, samples: samples)
            sampled.forward(shared, states: s.view, actions: a.view)
            expectClose(sampled.values, elements(tape.output).map { Double($0) }, "Q", tolerance: 1e-4)
            let (sum, expected) = (try #require(shared.gradients), try #require(plain.gradients))
            let valueGradient = MatrixView(pointer: gradient.pointer, rows: samples, columns: Self.batch)
            sampled.addGradient(shared, states: s.view, actions: a.view, valueGradient: valueGradient)
            let size = (0..<expected.count).map { Double(expected.values[$0]) }
            sum.mutate {
                let found = MatrixView(pointer: $0, rows: 1, columns: sum.count)
                expectClose(found, size, "∂L/∂parameters", tolerance: 1e-3)
            }
        }

        private func sample(_ shape: MLP.Shape) -> (MLP, Matrix, Matrix) {
            let network = MLP(shape)
            Initialiser.uniformByFanIn.fill(network, stream: RandomStream("parameters"))
            let (input, outputGradient) = (Matrix(Self.batch, shape.inputs), Matrix(Self.batch, shape.outputs))
            RandomStream("input").normals(step: 0, into: input.pointer, count: input.count)
            RandomStream("gradient").normals(step: 0, into: outputGradient.pointer, count: outputGradient.count)
            return (network, input, outputGradient)
        }

        private func elements(_ view: MatrixView) -> [Real] {
            (0..<view.rows).flatMap { i in (0..<view.columns).map { view.row(i)[$0] } }
        }

        private func expectClose(
            _ found: MatrixView, _ expected: [Double], _ what: String, tolerance: Double = 1e-5,
            location: SourceLocation = #_sourceLocation
        ) {
            let size = expected.map { abs($0) }.max() ?? 0
            let difference = zip(elements(found), expected).map { abs(Double($0) - $1) }.max() ?? .infinity
            #expect(
                difference <= tolerance * max(size, 1e-3), "\(what): \(difference) of \(size)", sourceLocation: location
            )
        }
    }
#endif
