/// A number with some 31 decimal digits, the unevaluated sum of two doubles (Dekker 1971), for what needs more digits
/// than a double.
struct DoubleDouble {
    /// The sum, rounded to a double.
    let high: Double
    /// The rest, at most half a unit in the last place of `high`.
    let low: Double

    init(_ value: Double) { (high, low) = (value, 0) }

    /// The exact sum of two doubles.
    init(_ a: Double, _ b: Double) {
        high = a + b
        let part = high - a
        low = (a - (high - part)) + (b - part)
    }

    /// The exact product of two doubles.
    init(product a: Double, _ b: Double) {
        high = a * b
        low = (-high).addingProduct(a, b)
    }

    static func + (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let sum = DoubleDouble(a.high, b.high)
        return DoubleDouble(sum.high, sum.low + (a.low + b.low))
    }

    static prefix func - (a: DoubleDouble) -> DoubleDouble { DoubleDouble(-a.high, -a.low) }

    static func * (a: DoubleDouble, b: DoubleDouble) -> DoubleDouble {
        let product = DoubleDouble(product: a.high, b.high)
        return DoubleDouble(product.high, product.low.addingProduct(a.high, b.low).addingProduct(a.low, b.high))
    }

    static func / (a: DoubleDouble, b: Double) -> DoubleDouble {
        let quotient = a.high / b
        return DoubleDouble(quotient, (a.high.addingProduct(-quotient, b) + a.low) / b)
    }
}
