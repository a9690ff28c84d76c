/// The elements of the kitchen's observation, their order and their noise.
///
/// D4RL: qpos(30), then the goal(30), which `Kitchen` writes. FrankaKitchen-v1: the robot's qpos(9) and
/// qvel(9), the objects' qpos(21) and qvel(20).
struct KitchenSensors: Sendable {
    static let robot = 9
    static let positions = 30
    static let velocities = 29

    /// The index of every element in qpos ++ qvel.
    let sources: [Int]
    /// The bound of every element's uniform noise.
    let widths: [Double]

    /// Makes the elements of `profile`'s observation.
    init(_ profile: DynamicsProfile) {
        let robot = Self.robot
        let (positions, velocities) = (Self.positions, Self.velocities)
        switch profile {
        case .d4rl:
            sources = Array(0..<positions)
            widths = Self.positionAmplitudes.map { 0.1 * $0 }
        case .gymnasium, .gymnasiumV5:
            sources =
                Array(0..<robot) + Array(positions..<positions + robot) + Array(robot..<positions)
                + Array(positions + robot..<positions + velocities)
            // The published code takes the amplitudes of the objects' positions from one entry too early.
            widths =
                (Self.positionAmplitudes[..<robot] + Self.velocityAmplitudes[..<robot]).map { 0.01 * $0 }
                + (Self.positionAmplitudes[robot - 1..<positions - 1] + Self.velocityAmplitudes[robot..<velocities])
                .map { 0.0005 * $0 }
        }
    }

    /// `pos_noise_amp` of D4RL's franka_config.xml, by index into qpos.
    private static let positionAmplitudes = amplitudes(buttons: 0.0005)
    /// `vel_noise_amp`, by index into qvel; the table has one entry more than there are velocities.
    private static let velocityAmplitudes = amplitudes(buttons: 0.005)

    private static func amplitudes(buttons: Double) -> [Double] {
        let runs: [(count: Int, value: Double)] = [
            (9, 0.1), (2, 0.005), (6, buttons), (3, 0.005), (3, 0.1), (3, 0.005), (3, 0.1), (1, 0.005),
        ]
        return runs.flatMap { Array(repeating: $0.value, count: $0.count) }
    }
}
