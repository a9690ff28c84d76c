import CKernels

/// The elementary functions of training, sampling and evaluation: the same bits on every processor, within 2 ulp.
///
/// What the C library computes depends on its version and on the processor, so the bytes of a result would, too.
package enum Elementary {
    package static func exp(_ x: Double) -> Double { ab_exp(x) }
    package static func exp(_ x: Float) -> Float { Float(ab_exp(Double(x))) }

    /// Returns log x: -∞ for ±0, NaN below.
    package static func log(_ x: Double) -> Double { ab_log(x) }
    package static func log(_ x: Float) -> Float { Float(ab_log(Double(x))) }

    /// Returns log(1 + x): -∞ for -1, NaN below.
    package static func log1p(_ x: Double) -> Double { ab_log1p(x) }
    package static func log1p(_ x: Float) -> Float { Float(ab_log1p(Double(x))) }

    package static func tanh(_ x: Double) -> Double { ab_tanh(x) }
    package static func tanh(_ x: Float) -> Float { Float(ab_tanh(Double(x))) }

    /// Returns sin 2πx and cos 2πx; NaN unless `x` is finite.
    package static func sineAndCosine(turns x: Double) -> (sine: Double, cosine: Double) {
        let both = ab_sincos_of_turns(x)
        return (both.sine, both.cosine)
    }

    /// log 2.
    package static var logOfTwo: Double { 0x1.62e42fefa39efp-1 }
    /// ½ log 2π.
    package static var halfLogOfTwoPi: Double { 0x1.d67f1c864beb5p-1 }

    /// Returns `base` to the power of `exponent`, which is not negative, by repeated squaring with twice the digits.
    package static func power(_ base: Double, _ exponent: Int) -> Double {
        precondition(exponent >= 0, "a power of \(exponent)")
        var (result, square, rest) = (DoubleDouble(1), DoubleDouble(base), exponent)
        while rest > 0 {
            if rest & 1 == 1 { result = result * square }
            rest >>= 1
            if rest > 0 { square = square * square }
        }
        return result.high
    }
}
