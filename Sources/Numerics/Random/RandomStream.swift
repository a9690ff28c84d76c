import CKernels

/// A stream of random numbers, named by the purpose of the numbers and not by the rank that draws them.
///
/// The name (such as "IQL/hopper-medium-v2/default/seed-0/minibatch") is hashed to the Philox key; the counter is (step, index).
/// The same name, step and index give the same number on any rank, in any order, after any restart.
package struct RandomStream: Sendable, Equatable {
    /// The 64-bit Philox key.
    package let key: UInt64

    /// Makes the stream called `name`.
    package init(_ name: String) {
        key = RandomStream.hash(name, from: 0xCBF2_9CE4_8422_2325)
    }

    private init(key: UInt64) { self.key = key }

    /// Returns the stream for one purpose within this one.
    package func stream(_ purpose: String) -> RandomStream {
        RandomStream(key: RandomStream.hash(purpose, from: key ^ 0x9E37_79B9_7F4A_7C15))
    }

    /// Hashes with FNV-1a over the UTF-8 bytes, then the SplitMix64 mixer, so that similar names give unrelated keys.
    private static func hash(_ text: String, from basis: UInt64) -> UInt64 {
        var h = basis
        for byte in text.utf8 { h = (h ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        h = (h ^ (h >> 30)) &* 0xBF58_476D_1CE4_E5B9
        h = (h ^ (h >> 27)) &* 0x94D0_49BB_1331_11EB
        return h ^ (h >> 31)
    }

    /// Returns the block of four words at (step, index).
    @inlinable
    package func block(step: Int, index: Int) -> Philox.Block {
        let s = UInt64(bitPattern: Int64(step))
        let i = UInt64(bitPattern: Int64(index))
        return Philox.block(
            counter: (
                UInt32(truncatingIfNeeded: i), UInt32(truncatingIfNeeded: i >> 32),
                UInt32(truncatingIfNeeded: s), UInt32(truncatingIfNeeded: s >> 32)
            ),
            key: (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)))
    }

    /// Returns a number uniform on [0, 1), with 53 random bits.
    package func uniform(step: Int, index: Int) -> Double {
        let (a, b, _, _) = block(step: step, index: index)
        return unitInterval(a, b)
    }

    /// Fills `out` with `count` integers, each uniform on 0 ..< bound, for one step.
    ///
    /// Each is the high word of 64 random bits times the bound; its bias is below bound/2⁶⁴.
    package func integers(below bound: Int, step: Int, into out: UnsafeMutablePointer<Int32>, count: Int) {
        precondition(bound > 0 && bound <= Int(Int32.max), "bound \(bound)")
        func draw(_ high: UInt32, _ low: UInt32) -> Int32 {
            Int32(truncatingIfNeeded: (UInt64(high) << 32 | UInt64(low)).multipliedFullWidth(by: UInt64(bound)).high)
        }
        var i = 0
        while i < count {
            let (a, b, c, d) = block(step: step, index: i / 2)
            out[i] = draw(a, b)
            if i + 1 < count { out[i + 1] = draw(c, d) }
            i += 2
        }
    }

    /// Fills `out` with `count` standard normal numbers for one step (Box–Muller in double precision).
    package func normals(step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        var i = 0
        while i < count {
            let (first, second) = normalPair(step: step, index: i / 2)
            out[i] = Real(first)
            if i + 1 < count { out[i + 1] = Real(second) }
            i += 2
        }
    }

    /// Fills `out` with `count` numbers uniform on [-1, 1) for one step.
    package func symmetricUniforms(step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        var i = 0
        while i < count {
            let (a, b, c, d) = block(step: step, index: i / 2)
            out[i] = Real(2 * unitInterval(a, b) - 1)
            if i + 1 < count { out[i + 1] = Real(2 * unitInterval(c, d) - 1) }
            i += 2
        }
    }

    /// Fills `out` with `count` Bernoulli numbers: 1 with probability `probability` (to within 2⁻³²), else 0.
    package func bernoulli(probability: Double, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        precondition((0...1).contains(probability), "a probability of \(probability)")
        ab_bernoulli(out, count, key, UInt64(bitPattern: Int64(step)), UInt64((probability * 0x1p32).rounded()))
    }

    /// Returns two independent standard normal numbers.
    package func normalPair(step: Int, index: Int) -> (Double, Double) {
        let (a, b, c, d) = block(step: step, index: index)
        let radius = (-2 * Elementary.log(1 - unitInterval(a, b))).squareRoot()
        let direction = Elementary.sineAndCosine(turns: unitInterval(c, d))
        return (radius * direction.cosine, radius * direction.sine)
    }

    private func unitInterval(_ high: UInt32, _ low: UInt32) -> Double {
        Double((UInt64(high) << 32 | UInt64(low)) >> 11) * 0x1p-53
    }
}
