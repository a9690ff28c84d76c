import Environments
import Testing

@Suite struct HopperHealthTests {
    private let upright = [0, 1.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0]

    @Test func uprightIsHealthy() { #expect(isHealthy(upright)) }

    /// The bounds themselves are unhealthy; x, the distance run, is not bounded.
    @Test(arguments: [(1, 0.7), (2, 0.2), (2, -0.2), (3, 100), (5, -100), (6, 100), (11, -100)])
    func boundIsUnhealthy(_ index: Int, value: Double) {
        var state = upright
        state[index] = value
        #expect(!isHealthy(state))
        state[index] = index == 1 ? value.nextUp : value * (1 - 1e-12)
        #expect(isHealthy(state))
        state[0] = 1000
        #expect(isHealthy(state))
    }

    @Test(arguments: 1..<12) func nonFiniteIsUnhealthy(_ index: Int) {
        var state = upright
        // The published rule does not exclude an infinite height by itself: z has no upper bound.
        for value in [Double.nan, -.infinity] {
            state[index] = value
            #expect(!isHealthy(state))
        }
    }

    private func isHealthy(_ state: [Double]) -> Bool {
        var state = state
        return state.withUnsafeMutableBufferPointer { buffer in
            Hopper.isHealthy(
                positions: .init(rebasing: buffer[..<6]), velocities: .init(rebasing: buffer[6...]))
        }
    }
}
