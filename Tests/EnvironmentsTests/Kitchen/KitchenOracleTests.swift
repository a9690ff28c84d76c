import Environments
import Glibc
import Testing

/// Compares positions with the qpos of D4RL's kitchen run by MuJoCo's Python package: its XML, no noise, controls
/// clip(qpos + 0.16·a, bounds), a_t,i = sin(0.37·(t + 1)·(i + 1)); printed with nine digits.
@Suite struct KitchenOracleTests {
    struct Line: Sendable {
        let steps: Int
        let positions: [Double]
        let tolerance: Double
    }

    /// Tolerances are half a unit of the ninth printed digit; after contacts
    /// they allow for round-off that contacts amplify.
    static let lines = [
        Line(
            steps: 0,
            positions: [
                0.148388023, -1.76848573, 1.84390296, -2.4768576, 0.260252026, 0.712533105, 1.59515394, 0.0479267505,
                0.0371350919, -0.00026627985, -5.18043486e-05, 3.1287722e-05, -4.51199853e-05, -3.90842156e-06,
                -4.22629655e-05, 6.28065475e-05, 4.04984708e-05, 0.000462730939, -0.000226906415, -0.000465501369,
                -0.00644129196, -0.00177048263, 0.00108009684, -0.26939744, 0.350383255, 1.61944683, 0.999970159,
                0.00403883905, -0.00658004743, -0.000266621172,
            ], tolerance: 5e-9),
        Line(
            steps: 1,
            positions: [
                0.170462135, -1.72653915, 1.9207551, -2.41430598, 0.345740425, 0.782176695, 1.64740158, 0.0398858358,
                0.0311961694, -0.000244145257, -5.28137157e-06, 2.83278616e-05, -3.33504364e-06, 1.1562815e-05,
                -3.19660237e-06, 4.66549995e-05, 3.48330872e-06, 0.000186226342, -6.13818155e-06, -0.0001666936,
                -0.00644129196, -0.000456915574, 0.000310458417, -0.269434499, 0.350367294, 1.61936355, 0.999999899,
                0.000115378694, 0.000323582244, -0.000290899566,
            ], tolerance: 1e-8),
        Line(
            steps: 5,
            positions: [
                0.428387203, -1.66887625, 1.90777858, -2.41107168, 0.329706634, 0.700859282, 1.6128855, 0.0221501395,
                0.0209499143, -0.000153958689, -7.30375385e-07, 2.4785036e-05, 2.96987054e-07, 2.38555758e-05,
                2.90707574e-07, 2.58066078e-05, 3.03896663e-07, 2.42161815e-05, 5.2643772e-06, -2.21426044e-06,
                -0.00644129196, -5.82100065e-06, 4.19232564e-06, -0.269441191, 0.350370166, 1.61935438, 0.999999957,
                -1.20755776e-07, 2.83862563e-05, -0.000291961859,
            ], tolerance: 1e-8),
        Line(
            steps: 20,
            positions: [
                0.297140496, -1.61646763, 2.23179672, -2.36476364, 0.241063701, 0.784467507, 1.65519299, 0.0212481708,
                0.0209434356, 2.45148529e-05, 2.95164704e-07, 2.45777456e-05, 2.95589255e-07, 2.45777275e-05,
                2.95589133e-07, 2.45777655e-05, 2.9558939e-07, 2.16196259e-05, 5.08073674e-06, -2.15481874e-13,
                -0.00644129196, -7.63521757e-13, 5.16345988e-13, -0.269463161, 0.350370179, 1.6193686, 0.999999955,
                2.05984536e-08, 7.04516396e-05, -0.000291673863,
            ], tolerance: 1e-8),
        Line(
            steps: 40,
            positions: [
                0.499549743, -1.74251967, 2.37896729, -2.17651079, 0.267773779, 0.879097205, 1.62819968, 0.018456452,
                0.0218617487, 2.45778154e-05, 2.95590117e-07, 2.45777415e-05, 2.95589228e-07, 2.45777415e-05,
                2.95589228e-07, 2.45777415e-05, 2.95589228e-07, 2.16196254e-05, 5.0807367e-06, -9.64543356e-23,
                -0.00644129196, -5.08860285e-22, 3.16418148e-22, -0.269486722, 0.350370195, 1.61936225, 0.999999954,
                -2.5826503e-08, -8.85728042e-05, -0.000291289677,
            ], tolerance: 1e-8),
    ]

    @Test(arguments: DynamicsProfile.allCases) func positions(profile: DynamicsProfile) throws {
        let kitchen = try Kitchen("kitchen-complete", tasks: KitchenTask.complete, profile: profile)
        try kitchen.resetWithoutNoise()
        var t = 0
        for line in Self.lines {
            while t < line.steps {
                _ = try kitchen.step(exactly: kitchenOracleAction(t))
                t += 1
            }
            for (i, expected) in line.positions.enumerated() {
                let difference = abs(kitchen.positions[i] - expected)
                #expect(difference <= line.tolerance * max(1, abs(expected)), "qpos[\(i)] after \(t) steps")
            }
        }
    }
}
