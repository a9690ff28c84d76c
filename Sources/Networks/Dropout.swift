package import Numerics

/// Inverted dropout after the ReLU of every hidden layer: a training pass keeps each unit with probability 1 - p and
/// scales the kept units by 1/(1 - p). Evaluation uses the network without dropout.
package final class Dropout {
    /// p, the probability that a unit is dropped.
    package let rate: Double
    /// The mask of each hidden layer [batch × width]: 1 where a unit is kept, 0 where it is dropped.
    package let masks: [Matrix]
    /// 1/(1 - p), the scale of the kept units.
    let factor: Real

    /// Makes masks of zeros, to be filled before every training pass; `rate` is in [0, 1).
    package init(rate: Double, hidden: [Int], batch: Int) {
        precondition(rate >= 0 && rate < 1, "dropout rate \(rate)")
        self.rate = rate
        masks = hidden.map { Matrix(batch, $0) }
        factor = Real(1 / (1 - rate))
    }
}
