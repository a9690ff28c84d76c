import Environments
import Numerics
import Suites
import Testing

/// The uniform random policy has the mean return of D4RL's random datasets: our simulation gives the returns of the one
/// that they were collected in.
///
/// The mean of 1,000 episodes with a fixed stream may differ from the published one by three standard errors, to which
/// both samples contribute: √(s²/1000 + σ²/N).
@Suite struct RandomPolicyTests {
    /// The mean and standard deviation of the trajectories' returns (public training logs on D4RL's -v2 files).
    struct Published: Sendable {
        let environment: String
        let mean: Double
        let deviation: Double
        let trajectories: Double
    }

    static let published = [
        Published(environment: "hopper", mean: 18.40, deviation: 17.45, trajectories: 45_240),
        Published(environment: "halfcheetah", mean: -288.8, deviation: 80.4, trajectories: 1_000),
        Published(environment: "walker2d", mean: 1.871, deviation: 5.81, trajectories: 48_900),
    ]

    @Test(arguments: published) func meanReturnIsD4RLs(_ published: Published) async throws {
        let (mean, deviation) = try await returns(published.environment, .d4rl)
        let distance = standardErrors(mean, deviation, from: published)
        print("random policy, \(published.environment): \(mean) ± \(deviation), \(distance) standard errors off")
        #expect(abs(distance) <= 3)
        #expect(abs(deviation / published.deviation - 1) < 0.2, "the spread of the returns, \(deviation)")
    }

    /// Exact capsule inertia, with which D4RL's data were not collected,
    /// is rejected by this measure: 2.84 for walker2d.
    @Test func exactInertiaIsRejected() async throws {
        let walker = try #require(Self.published.last)
        let (mean, deviation) = try await returns(walker.environment, .gymnasium)
        let distance = standardErrors(mean, deviation, from: walker)
        print("random policy, walker2d with exact inertia: \(mean) ± \(deviation), \(distance) standard errors off")
        #expect(distance > 3)
        #expect(abs(mean - 2.84) < 3 * 0.14 * 2.0.squareRoot(), "as measured in Python")
    }

    private static let episodes = 1000

    private func standardErrors(_ mean: Double, _ deviation: Double, from published: Published) -> Double {
        let ours = deviation * deviation / Double(Self.episodes)
        let theirs = published.deviation * published.deviation / published.trajectories
        return (mean - published.mean) / (ours + theirs).squareRoot()
    }

    /// The mean and standard deviation over 1,000 episodes, which two threads share.
    private func returns(_ name: String, _ profile: DynamicsProfile) async throws -> (Double, Double) {
        let returns = try await withThrowingTaskGroup(of: [Double].self) { group in
            for half in 0..<2 {
                group.addTask {
                    let environment = try EnvironmentRegistry.make(name, options: .init(profile: profile))
                    return try (0..<Self.episodes / 2).map { try Self.run($0 * 2 + half, in: environment) }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()  // the sum has a fixed order
        }
        let mean = returns.reduce(0, +) / Double(returns.count)
        let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(returns.count - 1)
        return (mean, variance.squareRoot())
    }

    /// The return of one episode of actions uniform on [−1, 1).
    private static func run(_ episode: Int, in environment: any Environment) throws -> Double {
        let stream = RandomStream("tests/random-policy")
        let actions = stream.stream("actions")
        try environment.reset(episode: episode, stream: stream.stream("reset"))
        var action = [Real](repeating: 0, count: environment.specification.actionSize)
        var sum = 0.0
        for t in 0..<environment.specification.maximumSteps {
            let draw = episode * environment.specification.maximumSteps + t
            actions.symmetricUniforms(step: draw, into: &action, count: action.count)
            let result = try environment.step(&action)
            sum += result.reward
            if result.ended { break }
        }
        return sum
    }
}
