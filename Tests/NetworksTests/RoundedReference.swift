import Networks
import Numerics

/// A network's forward and backward pass in double precision, written out, except that the factors of the hidden
/// layers' products are rounded to bfloat16 (after rounding to float32, which is what the program has), and the
/// network's input to the sum of two bfloat16 in the forward pass. The gradient of the input is not rounded.
struct RoundedReference {
    /// y [batch × outputs].
    private(set) var output: [Double] = []
    /// The gradients by tensor name.
    private(set) var gradients: [String: [Double]] = [:]
    /// ∂L/∂x [batch × inputs].
    private(set) var inputGradient: [Double] = []

    init(_ network: MLP, _ input: Matrix, _ outputGradient: Matrix) {
        let names = network.shape.hidden.indices.map { "fc\($0)" } + ["out"]
        let batch = input.rows
        var activations = [input.elements.map { Double($0) }]
        for (l, name) in names.enumerated() {
            let weight = network.parameters.matrix("\(name)/weight")
            let bias = network.parameters.pointer("\(name)/bias")
            let isHidden = l < names.count - 1
            let (x, w) = (factor(activations[l], isHidden, isInput: l == 0), factor(elements(weight), isHidden))
            var y = product(x, w, batch, weight.columns, weight.rows)
            for i in y.indices { y[i] += Double(bias[i % weight.columns]) }
            activations.append(name == "out" ? y : y.map { max(0, $0) })
        }
        output = activations[names.count]
        var dy = outputGradient.elements.map { Double($0) }
        for (l, name) in names.enumerated().reversed() {
            let weight = network.parameters.matrix("\(name)/weight")
            let isHidden = l < names.count - 1
            let x = factor(activations[l], isHidden)
            let (w, d) = (factor(elements(weight), isHidden && l > 0), factor(dy, isHidden))
            gradients["\(name)/bias"] = (0..<weight.columns).map { j in
                (0..<batch).map { dy[$0 * weight.columns + j] }.reduce(0, +)
            }
            gradients["\(name)/weight"] = product(
                transposed(x, batch, weight.rows), d, weight.rows, weight.columns, batch)
            dy = product(l > 0 ? d : dy, transposed(w, weight.rows, weight.columns), batch, weight.rows, weight.columns)
            if l > 0 { for i in dy.indices where activations[l][i] <= 0 { dy[i] = 0 } }
        }
        inputGradient = dy
    }

    private func elements(_ view: MatrixView) -> [Double] {
        (0..<view.rows).flatMap { i in (0..<view.columns).map { Double(view.row(i)[$0]) } }
    }

    private func factor(_ x: [Double], _ isRounded: Bool, isInput: Bool = false) -> [Double] {
        guard isRounded else { return x }
        return x.map { number in
            let high = rounded(Float(number))
            return Double(high) + (isInput ? Double(rounded(Float(number) - high)) : 0)
        }
    }

    private func rounded(_ x: Float) -> Float {
        Float(bitPattern: (x.bitPattern &+ 0x7fff &+ (x.bitPattern >> 16 & 1)) & 0xffff_0000)
    }

    private func product(_ a: [Double], _ b: [Double], _ rows: Int, _ columns: Int, _ inner: Int) -> [Double] {
        (0..<rows * columns).map { index in
            let (i, j) = (index / columns, index % columns)
            return (0..<inner).map { a[i * inner + $0] * b[$0 * columns + j] }.reduce(0, +)
        }
    }

    private func transposed(_ a: [Double], _ rows: Int, _ columns: Int) -> [Double] {
        (0..<columns * rows).map { a[$0 % rows * columns + $0 / rows] }
    }
}
