import Environments
import Glibc
import Testing

/// Values of gym's Hopper run with MuJoCo's Python package (exact inertia) and with MuJoCo 2.1.0 (legacy inertia), from
/// qpos0 at rest with a_t,i = sin(0.37·(t + 1)·(i + 1)); printed with nine digits.
@Suite struct HopperOracleTests {
    struct Line: Sendable {
        let profile: DynamicsProfile
        let steps: Int
        let x: Double
        let observation: [Double]
        let reward: Double
    }

    static let lines = [
        Line(
            profile: .gymnasium, steps: 1, x: 0.000198905449,
            observation: [
                1.24956872, 0.000859352639, 0.000417711144, 0.000727864789, 0.00508301106, 0.0386167172, -0.106682277,
                0.130832794, 0.0561764276, 0.0894803016, 1.27522891,
            ], reward: 1.02347548),
        Line(
            profile: .gymnasium, steps: 5, x: 0.00115991832,
            observation: [
                1.24106162, 0.00323262633, 0.0022066015, -0.00058037976, 0.051496416, -0.0614341502, -0.380751329,
                -0.268143096, 0.0473424598, -0.651477933, -0.192894725,
            ], reward: 0.97697342),
        Line(
            profile: .gymnasium, steps: 10, x: -0.00773759208,
            observation: [
                1.2167384, -0.0500757572, -0.00497956368, -0.106072684, 0.1063321, -0.217133205, -0.804039505,
                -1.81861724, -1.20092184, -1.75447791, 0.336877088,
            ], reward: 0.757345564),
        Line(
            profile: .d4rl, steps: 1, x: 0.000193579744,
            observation: [
                1.24956782, 0.000860315231, 0.000424284483, 0.000741557736, 0.00514730243, 0.0370200282, -0.106877605,
                0.129358688, 0.0568892532, 0.090855533, 1.2907588,
            ], reward: 1.02280976),
        Line(
            profile: .d4rl, steps: 5, x: 0.0010866455,
            observation: [
                1.24105519, 0.00312349514, 0.00221952473, -0.000604834036, 0.0520908134, -0.0622525598, -0.380547972,
                -0.272935917, 0.0473894433, -0.66377957, -0.199299673,
            ], reward: 0.976035874),
        Line(
            profile: .d4rl, steps: 10, x: -0.00797978356,
            observation: [
                1.21672552, -0.0507093924, -0.00498229997, -0.107093936, 0.106902498, -0.220465481, -0.804444038,
                -1.83212288, -1.20277348, -1.78039074, 0.327993979,
            ], reward: 0.753095459),
    ]

    @Test(arguments: lines) func stateAndReward(_ line: Line) throws {
        let hopper = try PlanarLocomotion(Hopper.task, profile: line.profile)
        try hopper.resetWithoutNoise()
        var reward = 0.0
        for t in 0..<line.steps { reward = try hopper.step(exactly: oracleAction(t)).reward }
        expectPrinted(hopper.positions[0], line.x, "x")
        expectPrinted(reward, line.reward, "reward")
        for (i, expected) in line.observation.enumerated() {
            expectPrinted(hopper.exactObservation[i], expected, "observation \(i)")
        }
    }

    @Test(arguments: [(DynamicsProfile.gymnasium, 9.01753158), (.d4rl, 8.98725764)])
    func returnAndFall(_ profile: DynamicsProfile, expectedReturn: Double) throws {
        let hopper = try PlanarLocomotion(Hopper.task, profile: profile)
        try hopper.resetWithoutNoise()
        let results = try (0..<15).map { try hopper.step(exactly: oracleAction($0)) }
        expectPrinted(results.prefix(10).reduce(0) { $0 + $1.reward }, expectedReturn, "return of 10 steps")
        #expect(results.map(\.terminal) == Array(repeating: false, count: 14) + [true])
        #expect(results.allSatisfy { !$0.timeout })
    }

    @Test(arguments: [
        (DynamicsProfile.d4rl, [3.5342917353, 3.9269908170, 2.7143360527, 5.0893800988]),
        (.gymnasium, [3.6651914292, 4.0578905109, 2.7813566960, 5.3155747699]),
    ]) func masses(_ profile: DynamicsProfile, expected: [Double]) throws {
        let masses = try PlanarLocomotion(Hopper.task, profile: profile).simulation.bodyMasses
        #expect(masses.count == expected.count)
        for (mass, expected) in zip(masses, expected) { #expect(abs(mass - expected) < 1e-9) }
    }

    /// Half a unit of the ninth printed digit, and the round-off of ten control steps.
    private func expectPrinted(_ value: Double, _ printed: Double, _ what: Comment) {
        #expect(abs(value - printed) <= 5e-9 * max(1, abs(printed)), what)
    }
}

/// a_t,i = sin(0.37·(t + 1)·(i + 1)).
func oracleAction(_ t: Int) -> [Double] {
    (0..<3).map { sin(0.37 * Double(t + 1) * Double($0 + 1)) }
}
