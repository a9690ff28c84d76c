/// `value` with `places` decimals, rounded like C's printf and Python's format: from the exact binary value, ties to
/// even. Independent of the locale; zero has no sign; non-finite values are "NaN", "inf" and "-inf".
///
/// - `places`: 1 ... 15.
package func decimal(_ value: Double, places: Int = 1) -> String {
    precondition((1...15).contains(places))
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf" }
    let scale = (0..<places).reduce(1.0) { power, _ in power * 10 }
    let scaled = abs(value) * scale
    guard scaled < 0x1p53 else { return "\(value)" }  // no score is so large
    let units = Int(roundedProduct(abs(value), scale))
    let fraction = String(Int(scale) + units % Int(scale)).dropFirst()  // the 1 before it keeps its zeros
    return "\(value < 0 && units > 0 ? "-" : "")\(units / Int(scale)).\(fraction)"
}

/// The integer nearest to the exact product of `x` and `y`, which `x * y` may already have rounded onto a tie.
private func roundedProduct(_ x: Double, _ y: Double) -> Double {
    let product = x * y
    let lost = (-product).addingProduct(x, y)  // exact: a fused multiply-add rounds once
    let below = product.rounded(.down)
    guard product - below == 0.5, lost != 0 else { return product.rounded(.toNearestOrEven) }
    return lost > 0 ? below + 1 : below
}
