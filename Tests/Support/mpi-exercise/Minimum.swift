import MPI
import SplitMix

/// The minimum over ranks has the bits of the minimum over all values on one rank, however they are distributed.
func exerciseMinimum(_ world: Communicator) throws {
    try spreadAtRandom(world, Float.self) { try world.minimum($0, count: $1) }
    try spreadAtRandom(world, Double.self) { try world.minimum($0, count: $1) }
    try meetSpecialValues(world, Float.self) { try world.minimum($0, count: $1) }
    try meetSpecialValues(world, Double.self) { try world.minimum($0, count: $1) }
}

private typealias Reduce<Value> = (UnsafeMutablePointer<Value>, Int) throws -> Void

/// 250 times (500 for both types): up to 12 members of 1 to 1,000 values between 2^-30 and 2^30 of either sign, a few
/// of them NaN or zero, each member on a random rank.
private func spreadAtRandom<Value: HasBits>(
    _ world: Communicator, _ type: Value.Type, _ reduce: Reduce<Value>
) throws {
    var random = SplitMix64(seed: 41)  // the same numbers on every rank
    for round in 0..<250 {
        let count = 1 + Int(random.next() % 1_000)
        var own = [Value](repeating: .infinity, count: count)
        var expected = own
        for _ in 0..<1 + Int(random.next() % 12) {
            let holder = Int(random.next() % UInt64(world.size))
            for i in 0..<count {
                let value: Value = random.nextValue()
                expected[i] = smaller(expected[i], value)
                if holder == world.rank { own[i] = smaller(own[i], value) }
            }
        }
        try reduce(&own, count)
        try require(bits(own) == bits(expected), is: true, "minimum \(round) of \(type)s", on: world)
    }
}

/// Each rank in turn has the NaN, quiet or signalling, of either sign, the −0, and the infinities.
private func meetSpecialValues<Value: HasBits>(
    _ world: Communicator, _ type: Value.Type, _ reduce: Reduce<Value>
) throws {
    let nans: [Value] = [.nan, -.nan, .signalingNaN, -.signalingNaN]
    for holder in 0..<world.size {
        let isHolder = world.rank == holder
        for nan in nans {
            var values: [Value] = isHolder ? [nan, 1, nan] : [1, 2, -.infinity]
            try reduce(&values, 3)
            try require(bits(values), is: bits([Value.nan, 1, .nan]), "the minimum with a NaN", on: world)
        }
        var zeros: [Value] = isHolder ? [-0.0, 0] : [0, 0]
        try reduce(&zeros, 2)
        try require(bits(zeros), is: bits([Value(-0.0), 0]), "the minimum of zeros", on: world)
        var extremes: [Value] = isHolder ? [-.infinity, .leastNonzeroMagnitude] : [.infinity, .infinity]
        try reduce(&extremes, 2)
        let expected: [Value] = [-.infinity, .leastNonzeroMagnitude]
        try require(bits(extremes), is: bits(expected), "the minimum of extremes", on: world)
    }
    // No values at all.
    var none: [Value] = [3]
    try reduce(&none, 0)
    try require(none, is: [3], "the value beyond none", on: world)
}

/// The definition of the minimum, in comparisons.
private func smaller<Value: BinaryFloatingPoint>(_ a: Value, _ b: Value) -> Value {
    if a.isNaN || b.isNaN { return .nan }
    if a == b { return a.sign == .minus ? a : b }
    return a < b ? a : b
}

private func bits<Value: HasBits>(_ values: [Value]) -> [UInt64] { values.map(\.bits) }

private protocol HasBits: BinaryFloatingPoint {
    var bits: UInt64 { get }
}
extension Float: HasBits {
    fileprivate var bits: UInt64 { UInt64(bitPattern) }
}
extension Double: HasBits {
    fileprivate var bits: UInt64 { bitPattern }
}

extension SplitMix64 {
    fileprivate mutating func nextValue<Value: BinaryFloatingPoint>() -> Value {
        let drawn = next()
        switch drawn % 512 {
        case 0: return .nan
        case 1: return 0
        case 2: return -0.0
        default: break
        }
        let significand = 1 + Value((drawn >> 16) & 0xF_FFFF) / Value(1 << 20)
        let sign: FloatingPointSign = drawn >> 9 & 1 == 0 ? .plus : .minus
        return Value(sign: sign, exponent: Value.Exponent(Int((drawn >> 40) % 61) - 30), significand: significand)
    }
}
