import Environments
import Foundation
import Testing

/// Compares states, rewards and returns with those of the published environments (Oracle/locomotion.txt).
@Suite struct LocomotionOracleTests {
    private static let tasks = ["hopper": Hopper.task, "halfcheetah": HalfCheetah.task, "walker2d": Walker2d.task]

    /// Numbers are printed with nine digits; MuJoCo's versions differ by round-off, which contacts amplify to 1e-3 in
    /// 250 physics steps of a cheetah.
    @Test(arguments: try oracleRows("locomotion.txt")) func stateAndReward(_ row: [String]) throws {
        let steps = try #require(Int(row[2]))
        let environment = try environment(row)
        var reward = 0.0
        for t in 0..<steps { reward = try environment.step(exactly: action(t, environment)).reward }
        let found = [environment.positions[0], reward] + environment.exactObservation
        let expected = numbers(row, from: 3)
        try #require(found.count == expected.count)
        let tolerance = steps < 50 ? 5e-9 : 1e-3
        for i in found.indices {
            #expect(abs(found[i] - expected[i]) <= tolerance * max(1, abs(expected[i])), "number \(i) of \(row[0...2])")
        }
    }

    @Test(arguments: try oracleRows("returns.txt")) func returnAndFall(_ row: [String]) throws {
        let environment = try environment(row)
        let results = try (0..<15).map { try environment.step(exactly: action($0, environment)) }
        let undiscounted = results.prefix(10).reduce(0) { $0 + $1.reward }
        #expect(abs(undiscounted - numbers(row, from: 2)[0]) <= 5e-8)
        let falls = row[3] == "never" ? 0 : 1
        #expect(results.map(\.terminal) == Array(repeating: false, count: 14) + [falls == 1])
        #expect(results.allSatisfy { !$0.timeout })
    }

    /// Masses in kg, the torso first; a cheetah weighs 14 kg in all.
    @Test(arguments: [
        ("hopper", "d4rl", [3.5342917353, 3.9269908170, 2.7143360527, 5.0893800988]),
        ("hopper", "gymnasium", [3.6651914292, 4.0578905109, 2.7813566960, 5.3155747699]),
        (
            "walker2d", "d4rl",
            [
                3.5342917353, 3.9269908170, 2.7143360527, 2.9405307238, 3.9269908170, 2.7143360527, 2.9405307238,
            ]
        ),
        (
            "walker2d", "gymnasium-v5",
            [
                3.6651914292, 4.0578905109, 2.7813566960, 3.1667253948, 4.0578905109, 2.7813566960, 3.1667253948,
            ]
        ),
        (
            "halfcheetah", "d4rl",
            [
                6.3603133159, 1.5352480418, 1.5809399478, 1.0691906005, 1.4255874674, 1.1788511749, 0.8498694517,
            ]
        ),
        (
            "halfcheetah", "gymnasium",
            [
                6.2502092050, 1.5435146444, 1.5874476987, 1.0953974895, 1.4380753138, 1.2008368201, 0.8845188285,
            ]
        ),
    ]) func masses(name: String, profile: String, expected: [Double]) throws {
        let masses = try environment([name, profile]).simulation.bodyMasses
        #expect(masses.count == expected.count)
        for (mass, expected) in zip(masses, expected) { #expect(abs(mass - expected) < 1e-9) }
    }

    /// The fall at step 15 earns the healthy reward in v4 and not in v5.
    @Test func healthyRewardOfAFall() throws {
        let (four, five) = try (environment(["hopper", "gymnasium"]), environment(["hopper", "gymnasium-v5"]))
        for t in 0..<15 {
            let difference = try four.step(exactly: action(t, four)).reward - five.step(exactly: action(t, five)).reward
            #expect(abs(difference - (t == 14 ? 1 : 0)) < 1e-12, "step \(t + 1)")
        }
    }

    /// The sliding friction of the right and the left foot.
    @Test(arguments: [("d4rl", [0.9, 1.9]), ("gymnasium", [0.9, 1.9]), ("gymnasium-v5", [1.9, 1.9])])
    func walkersFeet(profile: String, expected: [Double]) throws {
        let friction = try environment(["walker2d", profile]).simulation.slidingFriction
        #expect([friction[4], friction[7]] == expected, "geom 0 is the floor, geom 1 the torso")
        #expect(friction[0] == 0.7 && friction[1] == 0.9)
    }

    /// The environment that a row names, exactly at qpos0 and at rest.
    private func environment(_ row: [String]) throws -> PlanarLocomotion {
        let task = try #require(Self.tasks[row[0]])
        let profile = try #require(DynamicsProfile(rawValue: row[1]))
        let environment = try PlanarLocomotion(task, profile: profile)
        try environment.resetWithoutNoise()
        return environment
    }

    private func action(_ t: Int, _ environment: PlanarLocomotion) -> [Double] {
        oracleAction(t, size: environment.specification.actionSize)
    }
}
