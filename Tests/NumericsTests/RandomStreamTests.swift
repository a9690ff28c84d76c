import Numerics
import Testing

@Suite struct RandomStreamTests {
    private let stream = RandomStream("test")

    @Test func namesMakeStreams() {
        #expect(RandomStream("a/b") == RandomStream("a/b"))
        let streams = [RandomStream("a"), RandomStream("b"), stream.stream("a"), stream.stream("a").stream("b")]
        #expect(Set(streams.map(\.key)).count == streams.count)
        #expect(stream.stream("ab") != stream.stream("a").stream("b"))
    }

    /// The key must not change from release to release: datasets and results are reproduced from names.
    @Test func keysAreFixed() {
        #expect(RandomStream("").key == 0xF52A_15E9_A9B5_E89B)
    }

    /// Mean and variance of 2¹⁶ uniform and normal draws are within 4σ of the expected values.
    @Test func moments() {
        let n = 1 << 16
        let uniform = (0..<n).map { stream.uniform(step: 3, index: $0) }
        #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(abs(uniform.reduce(0, +) / Double(n) - 0.5) < 4 * (1.0 / 12 / Double(n)).squareRoot())

        let normals = Matrix(vector: n)
        stream.normals(step: 4, into: normals.pointer, count: n)
        let mean = orderedMean(normals.pointer, count: n)
        let square = (0..<n).map { Double(normals[$0]) * Double(normals[$0]) }.reduce(0, +) / Double(n)
        #expect(abs(mean) < 4 / Double(n).squareRoot())
        #expect(abs(square - 1) < 4 * (2 / Double(n)).squareRoot())
    }

    /// χ² over ten bins, 9 degrees of freedom: the 99.99 % quantile is 33.7.
    @Test func integersAreUniform() {
        let n = 100_000
        let draws = UnsafeMutablePointer<Int32>.allocate(capacity: n)
        defer { draws.deallocate() }
        stream.integers(below: 10, step: 0, into: draws, count: n)
        var bins = [Int](repeating: 0, count: 10)
        for i in 0..<n { bins[Int(draws[i])] += 1 }
        let expected = Double(n) / 10
        let chiSquared = bins.map { (Double($0) - expected) * (Double($0) - expected) / expected }.reduce(0, +)
        #expect(chiSquared < 33.7)
    }

    /// An odd count takes the first numbers of the next even one; another step gives other numbers.
    @Test func drawsDependOnStepAndIndexOnly() {
        let (seven, eight, other) = (Matrix(vector: 7), Matrix(vector: 8), Matrix(vector: 8))
        stream.normals(step: 1, into: seven.pointer, count: 7)
        stream.normals(step: 1, into: eight.pointer, count: 8)
        stream.normals(step: 2, into: other.pointer, count: 8)
        #expect(seven.elements == Array(eight.elements.prefix(7)))
        #expect(Set(eight.elements).isDisjoint(with: other.elements))
    }

    /// A Bernoulli draw uses one word of the stream's blocks, in order, whatever the number of draws.
    @Test(arguments: [0, 1e-9, 0.1, 0.5, 0.9, 1]) func drawsAreWords(probability: Double) {
        let stream = RandomStream("Bernoulli")
        for count in [1, 3, 4, 63, 64, 65, 1000] {
            let bernoulli = Matrix(vector: count + 1)
            bernoulli[count] = 7
            stream.bernoulli(probability: probability, step: 1 << 40, into: bernoulli.pointer, count: count)
            for i in 0..<count {
                let block = stream.block(step: 1 << 40, index: i / 4)
                let word = [block.0, block.1, block.2, block.3][i % 4]
                #expect(
                    bernoulli[i] == (Double(word) < (probability * 0x1p32).rounded() ? 1 : 0), "draw \(i) of \(count)")
            }
            #expect(bernoulli[count] == 7, "nothing is written beyond the end")
        }
    }
}
