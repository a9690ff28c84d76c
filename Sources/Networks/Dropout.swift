package import Numerics

/// Inverted dropout behind the ReLU of every hidden layer: a training pass keeps each unit with probability 1 - p and
/// scales what it keeps by 1/(1 - p). Evaluation uses the network as it is.
package final class Dropout {
    /// p.
    package let rate: Double
    /// For each hidden layer 1 where a unit is kept and 0 where it is dropped, [batch × width].
    package let masks: [Matrix]
    /// 1/(1 - p).
    let factor: Real

    /// Masks of zeros, to be filled before every training pass; `rate` is in [0, 1).
    package init(rate: Double, hidden: [Int], batch: Int) {
        precondition(rate >= 0 && rate < 1, "dropout rate \(rate)")
        self.rate = rate
        masks = hidden.map { Matrix(batch, $0) }
        factor = Real(1 / (1 - rate))
    }
}
