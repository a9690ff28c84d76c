import Environments
import Numerics
import Testing

@Suite struct EpisodeTests {
    private let stream = RandomStream("tests/hopper/reset")

    @Test func sameEpisodeSameTrajectory() throws {
        let first = try trajectory(on: EnvironmentRegistry.make("hopper"), episode: 3)
        let used = try EnvironmentRegistry.make("hopper")
        _ = try trajectory(on: used, episode: 8)
        #expect(try trajectory(on: used, episode: 3) == first)
        #expect(try trajectory(on: used, episode: 4) != first)
        #expect(try trajectory(on: used, episode: 3, stream: RandomStream("another")) != first)
    }

    @Test func startNoise() throws {
        let hopper = try EnvironmentRegistry.make("hopper")
        let atRest = [0, 1.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0]
        #expect(hopper.positions + hopper.velocities == atRest)
        var widest = Array(repeating: 0.0, count: 12)
        for episode in 0..<200 {
            try hopper.reset(episode: episode, stream: stream)
            let noise = zip(hopper.positions + hopper.velocities, atRest).map { abs($0 - $1) }
            #expect(noise.allSatisfy { $0 <= 0.005 + 1e-15 })
            #expect(Set(noise).count == 12, "every entry has its own noise")
            for i in 0..<12 { widest[i] = max(widest[i], noise[i]) }
        }
        #expect(widest.allSatisfy { $0 > 0.0049 })
    }

    @Test func normalNoise() {
        let draws = (0..<4000).map { InitialNoise.normal(0.1).draw(from: stream, episode: $0, index: 9) }
        let mean = draws.reduce(0, +) / 4000
        let variance = draws.reduce(0) { $0 + $1 * $1 } / 4000
        #expect(abs(mean) < 0.1 * 4 / 4000.squareRoot())
        #expect(abs(variance / 0.01 - 1) < 0.1)
    }

    @Test func observation() throws {
        let hopper = try PlanarLocomotion(Hopper.task, profile: .d4rl)
        try hopper.reset(episode: 0, stream: stream)
        hopper.simulation.velocities[1] = 12
        hopper.simulation.velocities[4] = -12
        var observation = [Real](repeating: 0, count: 11)
        hopper.observe(into: &observation)
        #expect(observation == hopper.exactObservation.map { Real($0) })
        #expect(Array(observation[..<5]) == hopper.positions[1...].map { Real($0) })
        #expect(observation[5] == Real(hopper.velocities[0]))
        #expect((observation[6], observation[9]) == (10, -10))
        #expect((hopper.velocities[1], hopper.velocities[4]) == (12, -12), "only the observation is clipped")
    }

    @Test func timeLimit() throws {
        var task = Hopper.task
        task.specification.maximumSteps = 5
        let hopper = try PlanarLocomotion(task, profile: .d4rl)
        for episode in 0..<2 {
            try hopper.reset(episode: episode, stream: stream)
            let results = try (0..<5).map { try hopper.step(exactly: oracleAction($0)) }
            #expect(results.map(\.timeout) == [false, false, false, false, true])
            #expect(results.allSatisfy { !$0.terminal })
        }
    }

    /// The hopper falls at step 15 of the oracle's actions.
    @Test func fallAtTheTimeLimitIsATimeout() throws {
        var task = Hopper.task
        task.specification.maximumSteps = 15
        let hopper = try PlanarLocomotion(task, profile: .d4rl)
        try hopper.resetWithoutNoise()
        let last = try (0..<15).map { try hopper.step(exactly: oracleAction($0)) }[14]
        #expect(last.timeout && !last.terminal && last.ended)
    }

    @Test(arguments: [Real.nan, .infinity]) func nonFiniteActionThrows(_ bad: Real) throws {
        let hopper = try EnvironmentRegistry.make("hopper")
        let before = hopper.positions + hopper.velocities
        let error = try #require(throws: EnvironmentError.self) { try hopper.step([0, bad, 0]) }
        #expect(error.description == "'hopper' was given a non-finite action: element 1 is \(bad)")
        #expect(hopper.positions + hopper.velocities == before)
        #expect(try hopper.step([0, 0, 0]).reward.isFinite)
    }

    /// An action outside [−1, 1] has the same dynamics as its clipped
    /// value; the cost differs in Gymnasium's profile only.
    @Test(arguments: [(DynamicsProfile.d4rl, 0.0), (.gymnasium, 0.001 * (9 - 1))])
    func unclippedAction(_ profile: DynamicsProfile, surcharge: Double) throws {
        let inside = try EnvironmentRegistry.make("hopper", options: .init(profile: profile))
        let outside = try EnvironmentRegistry.make("hopper", options: .init(profile: profile))
        let difference = try inside.step([1, 0, -0.5]).reward - outside.step([3, 0, -0.5]).reward
        #expect(abs(difference - surcharge) < 1e-12)
        #expect(inside.positions == outside.positions)
        #expect(inside.velocities == outside.velocities)
    }

    /// Positions and velocities after each of ten steps.
    private func trajectory(
        on environment: any Environment, episode: Int, stream: RandomStream? = nil
    ) throws -> [[Double]] {
        try environment.reset(episode: episode, stream: stream ?? self.stream)
        return try (0..<10).map { t in
            _ = try environment.step(oracleAction(t).map { Real($0) })
            return environment.positions + environment.velocities
        }
    }
}
