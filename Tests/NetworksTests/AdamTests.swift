import Networks
import Numerics
import Testing

@Suite struct AdamTests {
    /// Three steps at rate 3e-4 from 0 with gradients 1, -2, 0.5 (an independent computation).
    private let golden = [-2.999999970e-4, -1.901689396e-4, -1.491617410e-4]

    @Test func followsTheGoldenPath() throws {
        let network = MLP(MLP.Shape(inputs: 1, hidden: [1], outputs: 1))
        let adam = Adam(network)
        let weight = network.parameters.pointer("fc0/weight")
        let gradient = try #require(network.gradients).pointer("fc0/weight")
        for (g, expected) in zip([1, -2, 0.5], golden) {
            gradient[0] = Real(g)
            adam.step(rate: 3e-4)
            #expect(abs(Double(weight[0]) - expected) < 1e-6 * abs(expected))
        }
        #expect(network.parameters.pointer("fc0/bias")[0] == 0)
        #expect(adam.steps == 3)
    }

    @Test func scalarFollowsTheGoldenPath() {
        let adam = ScalarAdam(0)
        for (g, expected) in zip([1, -2, 0.5], golden) {
            adam.step(gradient: g, rate: 3e-4, range: -1...1)
            #expect(abs(adam.value - expected) < 1e-12)
        }
    }

    @Test func scalarStaysInRangeAndShowsNaN() {
        let adam = ScalarAdam(0)
        for _ in 0..<10 { adam.step(gradient: -1, rate: 1, range: -2...2) }
        #expect(adam.value == 2)
        adam.step(gradient: .nan, rate: 1, range: -2...2)
        #expect(adam.value.isNaN)
    }

    @Test(arguments: [(0, 3e-4), (250_000, 2.5606601718e-4), (500_000, 1.5e-4), (999_999, 7.4e-16), (2_000_000, 0)])
    func cosine(t: Int, expected: Double) {
        #expect(abs(CosineSchedule(rate: 3e-4, horizon: 1_000_000).rate(at: t) - expected) < 1e-14)
    }

    @Test func targetsFollow() {
        let shape = MLP.Shape(inputs: 1, hidden: [2], outputs: 1)
        let (source, target) = (MLP(shape), MLP(shape, trainable: false))
        source.parameters.mutate { $0[0] = 2 }
        target.parameters.mutate { $0[0] = 1 }
        trackWithAverage(target.parameters, of: source.parameters, rate: 0.25)
        #expect(target.parameters.values[0] == 1.25)
    }
}
