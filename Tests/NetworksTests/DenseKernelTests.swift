import CKernels
import Foundation
import Numerics
import Testing

@Suite struct DenseKernelTests {
    /// The output equals, bit for bit, the sum in the order of the inputs with fused multiply-adds; for blocks, single
    /// groups and padding.
    @Test(arguments: [(1, 1), (11, 3), (17, 16), (5, 17), (64, 64), (256, 70), (29, 256)])
    func sumsInTheOrderOfTheInputs(inputs: Int, outputs: Int) {
        let group = Int(AB_DENSE_GROUP)
        let padded = (outputs + group - 1) / group * group
        let stream = RandomStream("dense \(inputs) \(outputs)")
        let weights = (0..<inputs * outputs).map { Float(stream.uniform(step: 0, index: $0) - 0.5) }
        let x = (0..<inputs).map { Real(stream.uniform(step: 1, index: $0) - 0.5) }
        let (packed, bias, y) = (Matrix(vector: inputs * padded), Matrix(vector: padded), Matrix(vector: padded))
        for j in 0..<outputs { bias[j] = Real(stream.uniform(step: 2, index: j)) }
        ab_dense_pack(packed.pointer, weights, inputs, outputs)
        ab_dense(y.pointer, x, packed.pointer, bias.pointer, inputs, padded)
        for j in 0..<padded {
            var sum: Real = j < outputs ? bias[j] : 0
            for i in 0..<inputs where j < outputs { sum = fma(x[i], Real(weights[j * inputs + i]), sum) }
            #expect(y[j] == sum, "output \(j)")
        }
    }

    @Test func rectifiedAsInBatches() {
        let values: [Real] = [-1, 0, 2, .nan, -.infinity, .infinity]
        let (y, batch, one, x) = (Matrix(vector: 6), Matrix(vector: 6), Matrix(1, 1), Matrix(vector: 6))
        one[0] = 1
        for i in 0..<6 { (y[i], x[i]) = (values[i], values[i]) }
        ab_relu(y.pointer, 6)
        multiply(one.view, x.view, into: batch.view, relu: true)
        for i in 0..<6 { #expect(y[i] == batch[i] || y[i].isNaN && batch[i].isNaN) }
        #expect(y[3].isNaN && y[0] == 0 && y[4] == 0)
    }
}
